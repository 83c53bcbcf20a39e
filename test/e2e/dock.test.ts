/** Panes of the window: splitting, moving, dragging, several grids, presets; all by keys too. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
let paths: readonly string[];
const openOne = testDesk();

beforeAll(() => {
  paths = bundledSamples().map(({ name, bytes }) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  });
});

describeNeeding('window', 'panes', () => {
  it('split, move, are dragged and laid out, each hex grid with a cursor of its own', async () => {
    const desk = await openOne(paths);
    const { page, photograph } = desk;
    const groups = page.locator('.dv-groupview');
    const hexes = page.getByTestId('view-hex').filter({ visible: true });
    await page.getByTestId('dump-title').filter({ visible: true }).waitFor();

    // By keys: the hex view into a pane at the right, a second grid beside it.
    await page.keyboard.press('Control+g');
    await page.getByTestId('go-to').fill('absolute:0x1000');
    await page.keyboard.press('Enter');
    await hexes.waitFor();
    await page.keyboard.press('Control+\\');
    await expect.poll(() => groups.count()).toBe(2);
    await page.keyboard.press('Control+Shift+H');
    await expect.poll(() => hexes.count()).toBe(2);
    await page.keyboard.press('Control+g');
    await page.getByTestId('go-to').fill('absolute:0x2000');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('0x2000');
    await photograph('dock-split');
    await page.keyboard.press('Control+Alt+ArrowLeft');
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('0x1000');
    await page.keyboard.press('Alt+ArrowLeft');
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('0x2000');

    // By pointer: the second grid's tab dropped onto the tabs of the first pane.
    const tab = page.getByTestId('tab-hex').last();
    const target = page.getByTestId('tab-overview').filter({ visible: true }).first();
    const from = (await tab.boundingBox())!;
    const to = (await target.boundingBox())!;
    await page.mouse.move(from.x + 20, from.y + 10);
    await page.mouse.down();
    await page.mouse.move(from.x + 40, from.y + 60, { steps: 5 });
    await page.mouse.move(to.x + 10, to.y + 12, { steps: 10 });
    await photograph('dock-drag');
    await page.mouse.up();
    await expect.poll(() => groups.count()).toBe(2);

    // Preset: both dumps side by side, from the palette.
    await page.keyboard.press('Control+Shift+P');
    await page.getByLabel('Command', { exact: true }).fill('layout compare');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('dump-title').filter({ visible: true }).count()).toBe(2);
    await photograph('dock-compare');
    const dumps = await page
      .getByTestId('view-overview')
      .filter({ visible: true })
      .evaluateAll((views) => views.map((view) => view.dataset.dump));
    expect(new Set(dumps).size).toBe(2);

    // Closing a dump takes its panes away; closing the other one leaves the first page.
    await page.keyboard.press('Control+w');
    await expect.poll(() => groups.count()).toBe(1);
    await page.keyboard.press('Control+w');
    await page.getByTestId('first-run').waitFor();
  });
});
