/** Panes of the window: splitting, moving, dragging, several grids, presets; everything also by keys. */
import { beforeAll, expect, it } from 'vitest';
import { placeSamples } from '../placed-samples.ts';
import { command, testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';

const folder = scratchFolder();
let paths: readonly string[];
const openOne = testDesk();

beforeAll(() => {
  paths = placeSamples(folder).all;
});

describeNeeding('window', 'panes', () => {
  it('can be split, moved, dragged and laid out, each hex grid with its own cursor', async () => {
    const desk = await openOne(paths);
    const { page, photograph } = desk;
    const groups = page.locator('.dv-groupview');
    const hexes = page.getByTestId('view-hex').filter({ visible: true });
    await page.getByTestId('dump-title').filter({ visible: true }).waitFor();

    // By keys: the hex view moves to a pane on the right, with a second grid next to it.
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
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('2000');
    await photograph('dock-split');
    await page.keyboard.press('Control+Alt+ArrowLeft');
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('1000');
    await page.keyboard.press('Alt+ArrowLeft');
    await expect.poll(() => page.getByTestId('status-cursor').innerText()).toContain('2000');

    // By pointer: the second grid's tab dropped onto the tabs of the first pane.
    const tab = page.getByTestId('tab-hex').last();
    const target = page.getByTestId('tab-overview').filter({ visible: true }).last();
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

    // Undo and redo.
    await page.keyboard.press('Control+z');
    await expect.poll(() => page.getByTestId('view-overview').filter({ visible: true }).count()).toBe(1);
    await page.keyboard.press('Control+Shift+Z');
    await expect.poll(() => page.getByTestId('view-overview').filter({ visible: true }).count()).toBe(2);

    // Panes name their dumps; the window title names what is in front.
    const fronts = page.locator('.dv-active-tab .tab-dump');
    await expect.poll(async () => new Set(await fronts.allInnerTexts()).size).toBe(2);
    await expect.poll(() => page.title()).toMatch(/^Overview · .+ · s390x .*Linux .* · Dumpbench$/);

    // Closing a tab closes nothing else; the tab is reopened where it was.
    const hexTabs = page.getByTestId('tab-hex').filter({ visible: true });
    const before = await page.getByTestId(/^tab-/).allInnerTexts();
    await hexTabs.first().click();
    await page.keyboard.press('Control+w');
    await expect.poll(() => page.getByTestId(/^tab-/).count()).toBe(before.length - 1);
    await page.keyboard.press('Control+Shift+T');
    await expect.poll(() => page.getByTestId(/^tab-/).allInnerTexts()).toEqual(before);

    // A tab's menu, by pointer and by key.
    await hexTabs.first().click({ button: 'right' });
    await page.getByTestId('context-menu').waitFor();
    await photograph('dock-tab-menu');
    await page.getByRole('menuitem', { name: 'Close others' }).click();
    await expect.poll(() => page.getByTestId(/^tab-/).count()).toBeLessThan(before.length - 1);
    await page.keyboard.press('Control+z');
    await expect.poll(() => page.getByTestId(/^tab-/).allInnerTexts()).toEqual(before);
    await page.locator('.dv-tab:visible').first().focus();
    await page.keyboard.press('Shift+F10');
    await page.getByTestId('context-menu').waitFor();
    await page.keyboard.press('Escape');

    // Dividers within a view are moved by keys and reset.
    await page.getByTestId('tab-cpus').filter({ visible: true }).first().click();
    const line = page
      .getByRole('separator', { name: /list of CPUs/ })
      .filter({ visible: true })
      .first();
    await line.waitFor();
    const share = (): Promise<number> => line.getAttribute('aria-valuenow').then(Number);
    const own = await share();
    await line.focus();
    for (let press = 0; press < 3; press += 1)
      await page.keyboard.press((await line.getAttribute('aria-orientation')) === 'vertical' ? 'ArrowRight' : 'ArrowDown');
    await expect.poll(share).toBeGreaterThan(own);
    await photograph('dock-splitter');
    await page.keyboard.press('Enter');
    await expect.poll(share).toBe(own);

    // Closing a dump removes its panes, and can be undone; without tabs the open dumps are listed.
    const dumpsShown = async (): Promise<number> => new Set(await page.getByTestId(/^view-/).evaluateAll((all) => all.map((view) => view.dataset.dump))).size;
    await page.keyboard.press('Control+Shift+W');
    await expect.poll(() => page.getByTestId('notice').innerText()).toContain('Closed ');
    await expect.poll(dumpsShown).toBe(1);
    await page.getByTestId('notice').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(dumpsShown).toBe(2);
    await command(desk, 'layout all tabs in one pane');
    await expect.poll(() => groups.count()).toBe(1);
    await command(desk, 'close all tabs of this pane');
    await page.getByTestId('no-tabs').waitFor();
    await photograph('dock-no-tabs');
    await page.getByRole('list', { name: 'Open dumps' }).getByRole('button').first().click();
    await page.getByTestId('dump-title').filter({ visible: true }).waitFor();

    // Recent dumps while a dump is open, with what was found in them.
    await page.keyboard.press('Control+Shift+W');
    await expect.poll(() => page.getByTestId('dump-switcher').innerText()).toContain('1 dump');
    await page.getByTestId('dump-title').filter({ visible: true }).waitFor();
    await page.keyboard.press('Control+r');
    const recent = page.locator('[data-recent]').filter({ visible: true }).first();
    await recent.waitFor();
    await expect.poll(() => recent.innerText()).toMatch(/\d+ passed.*/);
    await expect.poll(() => recent.innerText()).toContain('opened ');
    await photograph('dock-recents');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+W');
    await page.getByTestId('first-run').waitFor();
  });
});
