/** Problems from outside the window are reported: a file that vanishes, an engine that hangs. Keys can be changed. */
import { renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { enginePid } from './engine-process.ts';
import { testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
const openOne = testDesk();

describeNeeding('window', 'trouble', () => {
  it('with a file or the engine is reported, and work continues at the same cursor', async () => {
    const sample = bundledSamples()[0]!;
    const path = join(folder, sample.name);
    writeFileSync(path, sample.bytes);
    const desk = await openOne([path]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();

    // Other keys for an action, effective immediately and shown in the list.
    await page.keyboard.press('F1');
    await page.getByTestId('keys-view.hex').click();
    await page.keyboard.press('Control+Shift+X');
    await expect.poll(() => page.getByTestId('keys-view.hex').innerText()).toBe('Ctrl+Shift+X');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+X');
    await page.getByTestId('view-hex').waitFor();
    await page.keyboard.press('Control+g');
    await page.getByTestId('go-to').fill('absolute:0x1c8004');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('1c8004');

    renameSync(path, `${path}.away`);
    await page.getByTestId('file-gone').waitFor();
    renameSync(`${path}.away`, path);
    await page.getByTestId('file-gone').waitFor({ state: 'detached' });

    const pid = enginePid(desk);
    process.kill(pid, 'SIGSTOP');
    await page.getByTestId('engine-hangs').getByRole('button').click();
    await page.getByTestId('engine-hangs').waitFor({ state: 'detached' });
    await page
      .getByTestId('hex-grid')
      .getByText(/4f 53 49 4e/)
      .first()
      .waitFor();
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('1c8004');
    // A stopped process does not react to SIGTERM.
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  });

  it('with a file that is truncated or written to is reported; missing bytes are not guessed', async () => {
    const path = join(folder, 'cut.s390');
    const bytes = buildCase('system healthy state=disabled-wait\nformat s390 producer=zipl\n');
    writeFileSync(path, bytes);
    const desk = await openOne([path]);
    const { page, photograph } = desk;
    const grid = page.getByTestId('hex-grid');
    const goTo = async (address: string): Promise<void> => {
      await page.keyboard.press('Control+g');
      await page.getByTestId('go-to').fill(address);
      await page.keyboard.press('Enter');
      await page.locator('[data-testid="hex-grid"]:focus').waitFor();
    };
    await page.getByTestId('dump-title').waitFor();
    await goTo('absolute:0x0');
    // The watch must have seen the original file: it has once it notices that the file is back.
    renameSync(path, `${path}.away`);
    await page.getByTestId('file-gone').waitFor();
    renameSync(`${path}.away`, path);
    await page.getByTestId('file-gone').waitFor({ state: 'detached' });
    truncateSync(path, bytes.length / 2);
    await page.getByTestId('file-changed').waitFor();
    await goTo(`absolute:0x${(bytes.length - 0x100000).toString(16)}`);
    await page.getByTestId('hex-refused').getByText('the file has shrunk while it was open').waitFor();
    await photograph('resilience-cut');
    await page.getByTestId('file-changed').getByRole('button').click();
    // The remaining file is shown as what it is, at the same cursor, and marks of the other file are not applied to it.
    await grid.getByText('not in the dump').first().waitFor();
    await page.getByTestId('notice').getByText('is not the same dump as before').waitFor();
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain((bytes.length - 0x100000).toString(16));
    await expect.poll(() => page.getByTestId('status-engine').innerText()).toBe('engine ready');
  });
});
