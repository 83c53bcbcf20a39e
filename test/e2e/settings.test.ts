/** The settings: each applies immediately and at the next start, and the cache is cleared. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { Desk } from './desk.ts';
import { testDesk } from './test-desk.ts';

const folder = scratchFolder();
const openOne = testDesk();
const real = 'o-s390-s3-kdump-zlib-d31';

const zoomOf = ({ app }: Desk): Promise<number | undefined> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomFactor());
const looks = ({ page }: Desk): Promise<object> => page.evaluate(() => Object.fromEntries(Object.entries(document.documentElement.dataset)));

describeNeeding('window', 'settings', () => {
  it('apply immediately, and at the next start', async () => {
    const home = join(folder, 'home');
    const desk = await openOne([], { folder: home });
    const { page } = desk;
    await page.getByTestId('first-run').waitFor();
    await page.keyboard.press('Control+,');
    const shown = page.getByTestId('view-settings');
    await shown.waitFor();
    await page.getByTestId('settings-theme-light').check();
    await page.getByTestId('settings-density-compact').check();
    await page.getByTestId('settings-fonts-system').check();
    await page.getByTestId('settings-row-bytes-32').check();
    await page.getByTestId('settings-ebcdic-always').check();
    await expect.poll(() => looks(desk)).toMatchObject({ theme: 'light', density: 'compact', fonts: 'system' });
    await page.getByTestId('settings-zoom').selectOption('1.25');
    await expect.poll(() => zoomOf(desk)).toBeCloseTo(1.25);
    await desk.photograph('settings-light');
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
    await desk.close();

    const again = await openOne([], { folder: home });
    // The tab was open before, and is open again.
    await again.page.getByTestId('view-settings').waitFor();
    await expect.poll(() => looks(again)).toMatchObject({ theme: 'light', density: 'compact', fonts: 'system' });
    expect(await zoomOf(again)).toBeCloseTo(1.25);
    for (const id of ['theme-light', 'density-compact', 'fonts-system', 'row-bytes-32', 'ebcdic-always'])
      expect(await again.page.getByTestId(`settings-${id}`).isChecked(), id).toBe(true);
    expect(await again.page.getByTestId('settings-zoom').inputValue()).toBe('1.25');
    // The effect of the keys is shown, too.
    await again.page.keyboard.press('Control+=');
    await expect.poll(() => again.page.getByTestId('settings-zoom').inputValue()).toBe('1.35');
    await again.page.keyboard.press('Control+0');
    await expect.poll(() => zoomOf(again)).toBeCloseTo(1);
  });

  it('show the contents of the cache, and clear it if no dump uses it', async () => {
    const built = join(folder, 'built.s390');
    writeFileSync(built, buildCase('system healthy cpus=1 state=disabled-wait\nformat s390\n'));
    const { page, photograph } = await openOne([haveDump(real) ? await dumpFile(real) : built]);
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('status-index').getByText('100 %').waitFor();
    await page.getByTestId('rail-settings').click();
    const facts = page.getByTestId('settings-cache');
    await facts.getByText(/^1 index, /).waitFor();
    const clear = page.getByTestId('settings-cache-clear');
    expect(await clear.isDisabled()).toBe(true);
    await photograph('settings-dark');
    await page.keyboard.press('Control+Shift+W');
    await page.getByTestId('first-run').waitFor();
    await page.keyboard.press('Control+,');
    await clear.click();
    await facts.getByText(/^0 indexes, /).waitFor();
    expect(await clear.isDisabled()).toBe(true);
  });
});
