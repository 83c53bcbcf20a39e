/** Files dropped onto the window, with the paths that a real drag carries. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { placeSamples } from '../placed-samples.ts';
import { elfVmcore } from '../../src/samples/elf-vmcore.ts';
import { kdumpSplitSet } from '../../src/samples/kdump-compressed.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
const openOne = testDesk();

describeNeeding('window', 'dropping', () => {
  it('opens one file or several, and reports files that are not dumps', async () => {
    const samples = placeSamples(folder).all;
    const text = join(folder, 'letter.txt');
    writeFileSync(text, 'Dear engineer, this is no dump.\n'.repeat(100));
    const empty = join(folder, 'empty');
    writeFileSync(empty, '');
    const directory = join(folder, 'a folder');
    const elsewhere = join(folder, 'elsewhere');
    for (const one of [directory, elsewhere]) mkdirSync(one);

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
    const notice = page.getByTestId('notice');
    await notice.getByText('No dump found in a folder: it contains no files.').waitFor();
    await notice.getByRole('button').click();
    await notice.waitFor({ state: 'detached' });

    // A folder with several dumps lists them; the selected ones are opened.
    writeFileSync(join(directory, 'notes.txt'), 'what the customer said');
    const parts = kdumpSplitSet(s390xSystem({ cpuCount: 2 }), {}, [100]).map((bytes, at) => {
      const path = join(at === 0 ? directory : elsewhere, `part${at}`);
      writeFileSync(path, bytes);
      return path;
    });
    writeFileSync(join(directory, 'packed.elf.gz'), gzipSync(elfVmcore(s390xSystem({ cpuCount: 1 }))));
    const listed = page.getByTestId('gather-dump');
    await drop(directory);
    await expect.poll(() => listed.allInnerTexts()).toHaveLength(2);
    const rows = (await listed.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());
    expect(rows[0]).toMatch(/^packed\.elf\.gz ELF vmcore, packed with gzip \d/);
    expect(rows[1]).toMatch(/^part0 kdump-compressed, set of 1 file not complete \d/);
    const choice = page.getByTestId('gather-choice');
    await choice.getByText('1 file is not a dump.').waitFor();
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().include('[data-testid="gather-choice"]').analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id)).toEqual([]);
    await photograph('drop-folder');
    await page.keyboard.press('Space');
    expect(await choice.getByTestId('gather-open').innerText()).toBe('Open 2 dumps');
    await page.keyboard.press('Space');
    expect(await choice.getByTestId('gather-open').isDisabled()).toBe(true);
    await listed.first().click();
    await choice.getByTestId('gather-open').click();
    await title.getByText('packed.elf.gz').waitFor();
    await expect.poll(() => opened.innerText()).toContain('2 dumps');

    // Files of a set from two folders form one complete dump.
    await drop(...parts);
    await title.getByText('part0').waitFor();
    await expect.poll(() => opened.innerText()).toContain('3 dumps');
    await page.getByTestId('rail-integrity').click();
    await expect.poll(() => page.getByTestId('view-integrity').filter({ visible: true }).innerText()).toContain('container-complete');
    expect(await page.getByTestId('view-integrity').filter({ visible: true }).innerText()).not.toContain('A part of the split set is missing');

    await drop(text, empty);
    await expect.poll(() => found.innerText()).toBe('The file is empty');
    await expect.poll(() => opened.innerText()).toContain('5 dumps');
    await page.getByRole('tab', { name: /letter\.txt/ }).click();
    await expect.poll(() => title.innerText()).toBe('letter.txt');
    await page.getByText('Not a dump that Dumpbench knows: it looks like a text file').filter({ visible: true }).waitFor();

    // All at once; one that is already open is not opened twice.
    await drop(...samples);
    await expect.poll(() => opened.innerText()).toContain(`${4 + samples.length} dumps`);
    await title.getByText(basename(samples.at(-1)!)).waitFor();
    await page.getByTestId('notice').waitFor({ state: 'detached' });
  });
});
