/** Files next to a dump are offered on the overview; an attached log replaces a lost one, and the window says that it is from the file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { elfVmcore } from '../../src/samples/elf-vmcore.ts';
import { places } from '../../src/samples/s390x-places.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { testDesk } from './test-desk.ts';

const folder = scratchFolder();
const dump = join(folder, 'vmcore');
const archive = 'DBGINFO-2026-03-14-09-20-00-elsewhere-0B4A88';
const openOne = testDesk();

beforeAll(() => {
  // Its log can no longer be located.
  const system = s390xSystem({ state: 'disabled-wait' });
  writeFileSync(dump, elfVmcore({ ...system, memory: system.memory.fill(places.prb, 8, 0) }, { producer: 'qemu' }));
  writeFileSync(
    join(folder, 'vmcore-dmesg.txt'),
    '[    0.080380] Linux version 6.1.130 (build@sample) #1 SMP\n[   27.541108] sysrq: Trigger a crash\n[   27.541294] Kernel panic - not syncing: sysrq triggered crash\n',
  );
  writeFileSync(join(folder, 'makedumpfile.log'), 'The dumpfile is saved to /var/crash/vmcore.\n\nmakedumpfile Completed.\n');
  mkdirSync(join(folder, archive, 'proc'), { recursive: true });
  writeFileSync(join(folder, archive, 'proc/version'), 'Linux version 6.1.130 (build@host) (gcc) #1 SMP\n');
  writeFileSync(join(folder, archive, 'runtime.out'), `${'#'.repeat(55)}\nelsewhere> uname -a\nLinux elsewhere 6.1.130 #1 SMP x s390x GNU/Linux\n`);
});

describeNeeding('window', 'files next to a dump', () => {
  it('are offered, not used; an attached log is shown everywhere as coming from the file', async () => {
    const desk = await openOne([dump]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    const beside = page.getByTestId('beside');
    await beside.getByText('vmcore-dmesg.txt').waitFor();
    await beside.getByText('saved kernel log of 6.1.130').waitFor();
    expect(await beside.getByRole('button').count()).toBe(3);
    expect(await page.getByTestId('attached').count()).toBe(0);
    expect(await page.getByText('sysrq triggered crash').count()).toBe(0);
    await desk.photograph('beside');

    await beside.getByRole('button', { name: 'Attach vmcore-dmesg.txt' }).click();
    await page.getByTestId('attached').getByText('read in place of the log in memory').waitFor();
    await page.getByTestId('overview').getByText('from the file vmcore-dmesg.txt, not from memory').first().waitFor();
    await expect.poll(() => beside.getByRole('button').count()).toBe(2);
    await beside.getByRole('button', { name: `Attach ${archive}` }).click();
    await page.getByTestId('attached').getByText(archive).waitFor();
    await page.getByTestId('overview').getByText('is not an archive of the dumped system').first().waitFor();
    await desk.photograph('beside-attached');

    await page.getByTestId('rail-dmesg').click();
    await page.getByTestId('log-of-file').getByText('vmcore-dmesg.txt').waitFor();
    await page.getByTestId('log-table').getByText('Kernel panic - not syncing').first().waitFor();
    await desk.photograph('beside-log');
  });
});
