/** The page without a dump: supported formats, samples that open one by one, and recent dumps with what was found in them. */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { dumpFormats } from '../../src/analysis/formats/index.ts';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { command, testDesk } from './test-desk.ts';

const folder = scratchFolder();
const openOne = testDesk();
const real = 'o-s390-s3-kdump-zlib-d31';

describeNeeding('window', 'the first page', () => {
  it('lists supported formats, and opens each sample from its line', async () => {
    const desk = await openOne([]);
    const { page } = desk;
    const first = page.getByTestId('first-run');
    await first.waitFor();
    const opens = first.getByTestId('what-opens');
    for (const { title } of dumpFormats) await opens.getByText(title, { exact: true }).waitFor();
    for (const { name, description } of bundledSamples()) {
      await first.getByText(name).waitFor();
      await first.getByText(description).waitFor();
    }
    for (const theme of ['light', 'dark', 'high contrast']) {
      await command(desk, `theme: ${theme}`);
      await desk.photograph(`first-run-${theme.replace(' ', '-')}`);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      expect(violations.map(({ id, nodes }) => `${theme}: ${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([]);
    }
    // The layout fits the width: nothing is cut off, at the smallest size and at twice the zoom.
    for (const zoom of [1, 2]) {
      await desk.app.evaluate(({ BrowserWindow }, factor) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(factor), zoom);
      await expect.poll(() => first.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
      // The part below scrolls, and covers nothing.
      const box = await first.boundingBox();
      const status = await page.getByTestId('status-bar').boundingBox();
      expect(box!.y + box!.height).toBeLessThanOrEqual(status!.y + 1);
      await desk.photograph(`first-run-${zoom * 100}`);
    }
    const [sample] = bundledSamples();
    await first.getByText(sample!.name).click();
    await page.getByTestId('dump-title').getByText(sample!.name).waitFor();
  });

  it('lists recent dumps with verdicts and dates, as does the palette', async () => {
    const built = join(folder, 'built.s390');
    writeFileSync(built, buildCase('system healthy cpus=1 state=disabled-wait\nformat s390\n'));
    const path = haveDump(real) ? await dumpFile(real) : built;
    const name = basename(path);
    const desk = await openOne([path]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    const verdict = await page.getByTestId('verdict').first().innerText();
    await page.getByTestId('status-index').getByText('100 %').waitFor();
    await page.keyboard.press('Control+Shift+W');
    const recents = page.getByTestId('first-run').getByTestId('recents');
    await recents.getByText(name).first().waitFor();
    const text = await recents.innerText();
    expect(text).toMatch(/opened \d{4}-\d\d-\d\d/);
    expect(text).toMatch(/passed|failed/);
    expect(verdict.length).toBeGreaterThan(0);
    await desk.photograph('first-run-recents');
    await command(desk, `open recent: ${name}`);
    await page.getByTestId('dump-title').getByText(name).waitFor();
  });
});
