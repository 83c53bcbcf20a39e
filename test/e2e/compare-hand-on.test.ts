/** Names of differing ranges, ignore rules that take effect and are undone, and the export of a comparison. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { command, testDesk } from './test-desk.ts';

const folder = scratchFolder();
const openOne = testDesk();
const isReal = haveDump('o-s390-s1-qemu.elf', 'o-s390-s2-qemu.elf');

async function twoDumps(): Promise<readonly [string, string]> {
  if (isReal) return [await dumpFile('o-s390-s1-qemu.elf'), await dumpFile('o-s390-s2-qemu.elf')];
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, buildCase(text));
    return path;
  };
  const system = 'system healthy state=running';
  return [
    write('before.elf', `${system}\nformat elf-vmcore producer=qemu`),
    write('after.elf', `${system}\nbytes 0x300010 de ad\nfill 0x302000 8192 7\nfill 0x310000 16 7\nformat elf-vmcore producer=qemu`),
  ];
}

describeNeeding('window', 'a comparison', () => {
  it('names its ranges, ignores one and counts it again, and is exported as shown', async () => {
    const desk = await openOne(await twoDumps());
    const { page, app, photograph } = desk;
    await page.getByTestId('dump-title').filter({ visible: true }).waitFor();
    await page.getByTestId('rail-compare').click();
    const view = page.getByTestId('compare').filter({ visible: true });
    const list = view.getByTestId('difference-list');
    const first = list.locator('[aria-rowindex="2"]');
    await first.waitFor();
    if (isReal)
      await list
        .getByText(/\+0x[0-9a-f]+|lowcore|slab|page/)
        .first()
        .waitFor();
    const start = (await first.locator('.hex-number').innerText()).replaceAll(/\s/g, '');
    expect(start).toMatch(/^0x[0-9a-f]{16}$/);
    await photograph('compare-names');

    // An ignored range shows its rule, and a step skips it.
    const differing = async (): Promise<string> => (await view.getByTestId('compare-tab-pages').innerText()).replace(/\D+/, '');
    const before = await differing();
    await first.getByRole('button', { name: /^Ignore 0x/ }).click();
    await page.getByText(`Ignored ${start} to`).waitFor();
    await first.getByText('ignored: 0x').waitFor();
    expect(Number((await differing()).replaceAll(',', ''))).toBe(Number(before.replaceAll(',', '')) - 1);
    await page.keyboard.press('F7');
    await view.getByTestId('difference-place').filter({ hasText: /^2 \// }).waitFor();
    await first.locator('.hex-number').click();
    await view.getByTestId('ignored-here').waitFor();
    await photograph('compare-ignored');
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await first.getByText('changed').waitFor();
    await expect.poll(differing).toBe(before);
    // The rule can also be removed where it is shown.
    await first.getByRole('button', { name: /^Ignore 0x/ }).click();
    await first.getByRole('button', { name: /^Remove the rule/ }).click();
    await first.getByText('changed').waitFor();

    // Analyses of what the system consisted of are compared automatically, all others on request.
    await view.getByTestId('compare-tab-analyses').click();
    const tasks = view.getByTestId('compare-analysis-tasks');
    const counted = /equal|none|new|gone|changed|only (?:left|right)|cannot be read/;
    await tasks.getByText(isReal ? /\d+ new/ : counted).waitFor();
    await view.getByTestId('compare-analysis-memory-usage').getByText(counted).waitFor();
    if (isReal) await view.getByTestId('compared-rows').getByText('new', { exact: true }).first().waitFor();
    await photograph('compare-analyses');
    await view.getByTestId('compare-all-analyses').click();
    await view.getByTestId('compare-all-analyses').waitFor({ state: 'detached' });
    await view.getByTestId('compare-analysis-slab-caches').getByText(counted).waitFor();
    await photograph('compare-analyses-all');

    const path = join(folder, 'comparison.json');
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, path);
    await command(desk, 'Compare: export');
    await page.getByTestId('export-comparison-comparison').check();
    await photograph('compare-export');
    await page.getByTestId('export-comparison-start').click();
    await page.getByRole('button', { name: 'Show in folder' }).waitFor();
    await page.getByRole('button', { name: 'Open', exact: true }).waitFor();
    const document = JSON.parse(readFileSync(path, 'utf8')) as { left: { file: string }; pages: { changed: number } };
    if (isReal) expect([document.left.file, document.pages.changed]).toEqual(['o-s390-s1-qemu.elf', 857]);
    else expect(document.left.file).toMatch(/^(before|after)\.elf$/);
  });
});
