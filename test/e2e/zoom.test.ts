/** At 200 % the controls of every view do not overlap, and every control can be reached. */
import { expect, it } from 'vitest';
import { placeSamples } from '../placed-samples.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { testDesk } from './test-desk.ts';

const openOne = testDesk();

/** Controls whose centre is covered by another one or by a text of another part of the window, and those that cannot be scrolled into the window. */
function faultsOnScreen(): readonly string[] {
  const nameOf = (element: Element): string =>
    `${element.getAttribute('data-testid') ?? element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 30)} (${element.className})`;
  const faults: string[] = [];
  for (const element of document.querySelectorAll('button, input, select, [role="tab"]')) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    let isScrolledAway = false;
    let scrolls = false;
    for (let around = element.parentElement; around !== null; around = around.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(around);
      if (overflowX === 'visible' && overflowY === 'visible') continue;
      const { left, right, top, bottom } = around.getBoundingClientRect();
      if (x < left || x > right || y < top || y > bottom) isScrolledAway = true;
      if (/auto|scroll/.test(`${overflowX} ${overflowY}`)) scrolls = true;
    }
    if (isScrolledAway) {
      if (!scrolls) faults.push(`out of reach: ${nameOf(element)}`);
      continue;
    }
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) {
      if (!scrolls) faults.push(`out of the window: ${nameOf(element)}`);
      continue;
    }
    const above = document.elementFromPoint(x, y);
    if (above === null || element.contains(above) || above.contains(element)) continue;
    // The titles of a table stay visible over its rows.
    if (above.closest('.data-head') !== null && element.closest('.data-body') !== null) continue;
    // A label belongs to its field, as does anything over a field.
    if (above.closest('label')?.contains(element) === true || element.parentElement?.contains(above) === true) continue;
    faults.push(`${nameOf(element)} is covered by ${nameOf(above)}`);
  }
  return faults;
}

describeNeeding('window', 'at 200 %', () => {
  it('no view covers its controls or makes them unreachable', async () => {
    const folder = scratchFolder();
    const paths = placeSamples(folder).all;
    const { page, app, photograph } = await openOne(paths);
    await page.getByTestId('dump-title').filter({ visible: true }).waitFor();
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(2));
    await expect.poll(() => page.evaluate(() => innerWidth)).toBeLessThan(700);
    const views = await page.locator('[data-testid^="rail-"]:not([disabled])').evaluateAll((items) => items.map(({ dataset }) => dataset.testid ?? ''));
    expect(views.length).toBeGreaterThan(12);
    const found: string[] = [];
    for (const view of views) {
      await page.getByTestId(view).click();
      const shown = page.getByTestId(view.replace('rail-', 'view-')).filter({ visible: true });
      await shown.waitFor();
      await page.waitForTimeout(400);
      found.push(...(await page.evaluate(faultsOnScreen)).map((fault) => `${view}: ${fault}`));
    }
    // The names of both dumps are above a comparison.
    await page.getByTestId('rail-compare').click();
    const sides = page.getByTestId('view-compare').filter({ visible: true }).locator('.compare-bar .compare-side-name');
    await sides.nth(1).waitFor();
    for (const width of await sides.evaluateAll((names) => names.map((name) => name.getBoundingClientRect().width))) expect(width).toBeGreaterThan(60);
    await photograph('zoom-compare');
    expect(found).toEqual([]);
  });
});
