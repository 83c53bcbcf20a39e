/** Files dropped onto the window, with the paths that a real drag carries. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
const openOne = testDesk();

describeNeeding('window', 'dropping', () => {
  it('opens one file or several, and says plainly what is no dump', async () => {
    const samples = bundledSamples().map(({ name, bytes }) => {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      return path;
    });
    const text = join(folder, 'letter.txt');
    writeFileSync(text, 'Dear engineer, this is no dump.\n'.repeat(100));
    const empty = join(folder, 'empty');
    writeFileSync(empty, '');
    const directory = join(folder, 'a folder');
    mkdirSync(directory);

    const desk = await openOne([]);
    const { page, photograph } = desk;
    await page.getByTestId('first-run').waitFor();
    const cdp = await page.context().newCDPSession(page);
    const drag = async (type: 'dragEnter' | 'dragOver' | 'drop', files: readonly string[]): Promise<void> => {
      await cdp.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data: { items: [], files: [...files], dragOperationsMask: 1 } });
    };
    const drop = async (...files: readonly string[]): Promise<void> => {
      for (const type of ['dragEnter', 'dragOver'] as const) await drag(type, files);
      await page.getByTestId('drop-overlay').waitFor();
      await drag('drop', files);
      await page.getByTestId('drop-overlay').waitFor({ state: 'detached' });
    };
    const title = page.getByTestId('dump-title').filter({ visible: true });
    const found = page.getByTestId('error-found').filter({ visible: true });
    const opened = page.getByTestId('dump-switcher');
    await drop(samples[0]!);
    await title.getByText(basename(samples[0]!)).waitFor();
    await expect.poll(() => opened.innerText()).toContain('1 dump');

    await drop(directory);
    await expect.poll(() => found.innerText()).toBe('the folder holds no dump');
    await expect.poll(() => page.getByTestId('error-file').filter({ visible: true }).innerText()).toBe(directory);
    await photograph('drop-folder');
    await drop(text, empty);
    await expect.poll(() => found.innerText()).toBe('the file is empty');
    await expect.poll(() => opened.innerText()).toContain('4 dumps');
    await page.getByRole('tab', { name: /letter\.txt/ }).click();
    await expect.poll(() => title.innerText()).toBe('letter.txt');
    await page.getByText('This is not a dump that Dumpbench knows.').filter({ visible: true }).waitFor();

    // All at once; the one that is open already stays one.
    await drop(...samples);
    await expect.poll(() => opened.innerText()).toContain(`${3 + samples.length} dumps`);
    await title.getByText(basename(samples.at(-1)!)).waitFor();
    await page.getByTestId('notice').waitFor({ state: 'detached' });
  });
});
