/** Every view of the window on the samples: axe's findings, and a screenshot in each theme and size. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { placeSamples } from '../placed-samples.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { testDesk } from './test-desk.ts';

const folder = scratchFolder();
let samples: { healthy: string; damaged: string };
const open = testDesk();

/** The registered views, as shown in the rail, so that new ones are included. */
const railViews = (page: Page): Promise<string[]> =>
  page.locator('[data-testid^="rail-"]:not([disabled])').evaluateAll((items) => items.map((item) => (item.dataset.testid ?? '').replace('rail-', '')));

beforeAll(() => {
  samples = placeSamples(folder);
});

describeNeeding('window', 'every view of the window', () => {
  it('has no serious accessibility violations according to axe', async () => {
    const { page } = await open([samples.damaged]);
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('status-index').getByText('100 %').waitFor();
    const found: string[] = [];
    for (const view of await railViews(page)) {
      await page.getByTestId(`rail-${view}`).click();
      await page.getByTestId(`view-${view}`).filter({ visible: true }).waitFor();
      await page.waitForTimeout(300);
      // Electron does not open the additional pages that axe uses by default.
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      for (const one of violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')) {
        found.push(
          `${view}: ${one.id}: ${one.help}: ${one.nodes
            .map((node) => node.target.join(' '))
            .slice(0, 3)
            .join(', ')}`,
        );
      }
    }
    expect(found).toEqual([]);
  });

  for (const [width, height] of [
    [1280, 800],
    [1920, 1080],
  ] as const) {
    it(`is photographed in every theme at ${width}x${height}`, async () => {
      const { app, page, photograph } = await open([samples.damaged, samples.healthy], { width, height });
      await page.getByTestId('dump-title').filter({ visible: true }).waitFor();
      await page.waitForTimeout(3000);
      for (const theme of ['dark', 'light', 'contrast']) {
        // As from the menu.
        await app.evaluate(({ BrowserWindow }, command) => {
          BrowserWindow.getAllWindows()[0]?.webContents.send('shell-event', { event: 'action', action: command });
        }, `theme.${theme}`);
        await page.locator(`html[data-theme="${theme}"]`).waitFor();
        for (const view of await railViews(page)) {
          await page.getByTestId(`rail-${view}`).click();
          await page.getByTestId(`view-${view}`).filter({ visible: true }).waitFor();
          await page.waitForTimeout(400);
          await photograph(`${view}-${theme}-${width}`);
        }
        await page.getByTestId('rail-overview').click();
      }
    });
  }
});
