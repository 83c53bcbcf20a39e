/** A vmlinux is attached to a dump: every view uses its names; it is attached again after an engine restart and in the next session. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { elfVmcore } from '../../src/samples/elf-vmcore.ts';
import { kernelSymbols } from '../../src/samples/s390x-symbol-table.ts';
import { s390xSystem, sampleBuildId } from '../../src/samples/s390x-system.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { describedVmlinux } from '../unit/kernel/described-vmlinux.ts';
import type { Desk } from './desk.ts';
import { enginePid } from './engine-process.ts';
import { command, testDesk } from './test-desk.ts';

const folder = scratchFolder();
const dump = join(folder, 'old.vmcore');
const vmlinux = join(folder, 'vmlinux-5.15');
const other = join(folder, 'vmlinux-other');
const openOne = testDesk();

beforeAll(() => {
  // A kernel that does not publish its symbols.
  const system = s390xSystem({ kernel: '5.15' });
  const symbols = kernelSymbols(system.mapping);
  writeFileSync(dump, elfVmcore(system));
  writeFileSync(vmlinux, describedVmlinux({ symbols, buildId: sampleBuildId }));
  writeFileSync(other, describedVmlinux({ symbols, buildId: '00'.repeat(20) }));
});

const choose = (app: Desk['app'], path: string): Promise<void> =>
  app.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
  }, path);

describeNeeding('window', 'an attached vmlinux', () => {
  it('is attached to the dump in front when it is dropped, together with other files', async () => {
    const map = join(folder, 'names.txt');
    const info = join(folder, 'vmcoreinfo.txt');
    writeFileSync(map, '0000000000100000 T _stext\n');
    writeFileSync(info, 'OSRELEASE=5.15.0-other\n');
    const { page, photograph } = await openOne([dump]);
    await page.getByTestId('dump-title').waitFor();
    const cdp = await page.context().newCDPSession(page);
    const drag = async (type: 'dragEnter' | 'dragOver' | 'drop', ...files: readonly string[]): Promise<void> => {
      await cdp.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data: { items: [], files: [...files], dragOperationsMask: 1 } });
    };
    for (const type of ['dragEnter', 'dragOver'] as const) await drag(type, vmlinux);
    await page.getByTestId('drop-overlay').getByText('is attached to old.vmcore').waitFor();
    await photograph('drop-attach');
    await drag('drop', vmlinux);
    await page.getByTestId('attached').getByText('vmlinux-5.15 (vmlinux; it has the build ID of the dumped kernel)').waitFor();
    // Files that are not dumps are not opened as dumps: there is still only one dump.
    expect(await page.getByTestId('dump-switcher').innerText()).toContain('1 dump');

    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await drag(type, map, info);
    await page.getByTestId('rail-jobs').click();
    await page
      .getByTestId('view-jobs')
      .getByText(/Attach .*vmcoreinfo\.txt/)
      .first()
      .waitFor();
    expect(await page.getByTestId('dump-switcher').innerText()).toContain('1 dump');
  });

  it('names functions, is rejected if it belongs to another kernel, stays attached, and can be detached', async () => {
    const home = join(folder, 'home');
    const desk = await openOne([dump], { folder: home });
    const { app, page } = desk;
    await page.getByTestId('dump-title').waitFor();
    const overview = page.getByTestId('overview');
    expect(await page.getByText('sysrq_handle_crash').count()).toBe(0);

    await choose(app, other);
    await page.getByTestId('attach').click();
    await desk.photograph('attach-menu');
    await page.getByTestId('attach-vmlinux').click();
    await page.getByTestId('notice').getByText('it is of another kernel').waitFor();
    expect(await page.getByTestId('attached').count()).toBe(0);

    await choose(app, vmlinux);
    await command(desk, 'attach vmlinux');
    await page.getByTestId('attached').getByText('vmlinux-5.15 (vmlinux; it has the build ID of the dumped kernel)').waitFor();
    await overview.getByText('sysrq_handle_crash').first().waitFor();
    await desk.photograph('attached');

    // The engine is restarted, and attaches it again.
    process.kill(enginePid(desk), 'SIGKILL');
    await page.getByTestId('engine-banner').waitFor();
    await overview.getByText('sysrq_handle_crash').first().waitFor();
    await page.getByTestId('attached').waitFor();
    await desk.close();

    const restored = await openOne([], { folder: home });
    await restored.page.getByTestId('attached').getByText('vmlinux-5.15').waitFor();
    await restored.page.getByTestId('overview').getByText('sysrq_handle_crash').first().waitFor();
    await restored.page.getByRole('button', { name: 'Detach vmlinux-5.15' }).click();
    await restored.page.getByTestId('attached').waitFor({ state: 'detached' });
    await expect.poll(() => restored.page.getByText('sysrq_handle_crash').count()).toBe(0);
  });
});
