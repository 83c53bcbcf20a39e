/** Memory is exported by the window: the dialog, the written file, its result, and resuming after an interruption. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { s390Standalone } from '../../src/samples/s390-standalone.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { Desk } from './desk.ts';
import { command, testDesk } from './test-desk.ts';

const openOne = testDesk();
const folder = scratchFolder();
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** The desktop's save dialog answers with this path. */
const saveAs = ({ app }: Desk, path: string): Promise<void> =>
  app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);

const serious = async ({ page }: Desk, testId: string): Promise<readonly string[]> => {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().include(`[data-testid="${testId}"]`).analyze();
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id);
};

describeNeeding('window', 'an export', () => {
  it('is written where the dialog says, never over evidence or another file, and lists its contents', async () => {
    const dump = join(folder, 'sample.s390');
    writeFileSync(dump, s390Standalone(s390xSystem({ cpuCount: 2 })));
    const before = sha256(dump);
    const desk = await openOne([dump]);
    const { page, photograph } = desk;
    await page.getByTestId('ways-on-export').click();
    const dialog = page.getByTestId('export-dialog');
    await dialog
      .getByTestId('export-size')
      .getByText(/^At most /)
      .waitFor();
    // Without symbols it is not known which pages are free: the levels that need this say so.
    expect(await dialog.getByTestId('export-filter-free').isDisabled()).toBe(true);
    expect(await dialog.getByTestId('export-filter-zero').isEnabled()).toBe(true);
    await dialog.getByTestId('export-unfiltered').first().waitFor();
    expect(await serious(desk, 'export-dialog')).toEqual([]);
    await photograph('export-dialog');

    await saveAs(desk, dump);
    await dialog.getByTestId('export-start').click();
    await dialog.getByTestId('dialog-error').getByText('is evidence and is never written over').waitFor();
    const other = join(folder, 'letter.txt');
    writeFileSync(other, 'Dear engineer');
    await saveAs(desk, other);
    await dialog.getByTestId('export-start').click();
    await dialog.getByTestId('dialog-error').getByText('the file exists already').waitFor();
    expect(readFileSync(other, 'utf8')).toBe('Dear engineer');

    const output = join(folder, 'out.elf');
    await saveAs(desk, output);
    await dialog.getByTestId('export-start').click();
    const result = page.getByTestId('export-result');
    await result.waitFor();
    expect(await result.getByTestId('export-sha256').innerText()).toBe(sha256(output));
    await result.getByText('Read back from the export and equal').waitFor();
    await result.getByText('it is the memory root of the dump').waitFor();
    const crash = result.getByTestId('export-open-crash');
    await crash.getByText(output).waitFor();
    await crash.getByTestId('export-copy').click();
    expect(await desk.app.evaluate(({ clipboard }) => clipboard.readText())).toMatch(/^crash .*out\.elf/);
    expect(await serious(desk, 'export-run')).toEqual([]);
    await photograph('export-result');
    await page.keyboard.press('Escape');
    await result.waitFor({ state: 'detached' });
    expect(sha256(dump)).toBe(before);
  });

  it('covers the selected addresses, in whole pages, and stays in the list of jobs', async () => {
    const dump = join(folder, 'selected.s390');
    writeFileSync(dump, s390Standalone(s390xSystem({ cpuCount: 2 })));
    const desk = await openOne([dump]);
    const { page, photograph } = desk;
    const dialog = page.getByTestId('export-dialog');
    const result = page.getByTestId('export-result');
    await page.getByTestId('dump-title').waitFor();
    await page.keyboard.press('Control+g');
    await page.getByTestId('go-to').fill('absolute:0x1000');
    await page.keyboard.press('Enter');
    await page.getByTestId('view-hex').filter({ visible: true }).waitFor();
    // The dialog opens for the selection from the palette and by a right click; for a region, too.
    await command(desk, 'export the memory of the selected');
    await expect.poll(() => dialog.getByTestId('export-from').inputValue()).toBe('0x1000');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    const menu = page.getByTestId('context-menu');
    const regions = page.getByTestId('region-table').filter({ visible: true });
    await page.getByTestId('rail-regions').click();
    await regions.getByRole('row').nth(1).click({ button: 'right' });
    await menu.getByRole('menuitem', { name: 'Export the memory of this region…' }).waitFor();
    expect(await serious(desk, 'context-menu')).toEqual([]);
    await photograph('export-region-menu');
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    expect(await dialog.getByTestId('export-part').isChecked()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByTestId('rail-hex').click();
    await page.getByTestId('hex-grid').filter({ visible: true }).click({ button: 'right' });
    await menu.waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'detached' });
    await page.getByTestId('hex-grid').filter({ visible: true }).click({ button: 'right' });
    await menu.getByRole('menuitem', { name: 'Export the memory of the selection…' }).click();
    // A right click next to the selection selects the byte there.
    await expect.poll(() => dialog.getByTestId('export-from').inputValue()).toMatch(/^0x1[0-9a-f]{3}$/);
    await dialog.getByTestId('export-from').fill('1010');
    await dialog.getByTestId('export-to').fill('500');
    await dialog.getByTestId('export-range-text').getByText('the second one higher than the first').waitFor();
    expect(await dialog.getByTestId('export-start').isDisabled()).toBe(true);
    await dialog.getByTestId('export-to').fill('3001');
    await dialog.getByTestId('export-range-text').getByText('0x1010 to 0x3001').waitFor();
    await dialog.getByTestId('export-raw').check();
    const raw = join(folder, 'part.raw');
    await saveAs(desk, raw);
    await dialog.getByTestId('export-start').click();
    await result.waitFor();
    expect(statSync(raw).size).toBe(0x3000);
    await photograph('export-range');
    await page.keyboard.press('Escape');

    await page.getByTestId('rail-jobs').click();
    await expect.poll(() => page.getByTestId('jobs').innerText()).toContain('part.raw');
    await page.getByTestId('job-details').first().click();
    await result.waitFor();
  });

  const real = 'c-abba-mutex.kdump';
  it.skipIf(!haveDump(real))('leaves out free pages, stops, and resumes to the same file', async () => {
    const desk = await openOne([await dumpFile(real)]);
    const { page, photograph } = desk;
    const dialog = page.getByTestId('export-dialog');
    const run = page.getByTestId('export-run');
    const result = page.getByTestId('export-result');
    const exported = async (name: string, prepare: () => Promise<void>): Promise<string> => {
      const path = join(folder, name);
      await command(desk, 'export the memory elf');
      await dialog.waitFor();
      await prepare();
      await saveAs(desk, path);
      await dialog.getByTestId('export-start').click();
      return path;
    };
    await page.getByTestId('dump-title').waitFor();
    const kdump = async (): Promise<void> => {
      await dialog.getByTestId('export-kdump').check();
      await expect.poll(() => dialog.getByTestId('export-filter-free').isEnabled()).toBe(true);
      await dialog.getByTestId('export-filter-free').check();
      await dialog.getByTestId('export-filter-cache').check();
      await photograph('export-filter');
    };
    const whole = await exported('whole.kdump', kdump);
    await result.waitFor();
    expect(await result.innerText()).toMatch(/left out: free pages\s+[1-9]/);
    await result.getByText('Read back from the export and equal').waitFor();
    await result.getByText('not the whole dump').waitFor();
    await photograph('export-filtered-result');
    await page.keyboard.press('Escape');

    // Stopped halfway; resuming the same export gives the same file.
    const again = await exported('again.kdump', kdump);
    await run.getByTestId('export-stop').click();
    const resume = run.getByTestId('export-resume');
    await Promise.race([resume.waitFor(), result.waitFor()]);
    if (await resume.isVisible()) {
      await photograph('export-stopped');
      expect(existsSync(again)).toBe(false);
      await resume.click();
    }
    await result.waitFor();
    expect(sha256(again)).toBe(sha256(whole));
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
  });
});
