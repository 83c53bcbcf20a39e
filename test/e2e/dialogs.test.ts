/** Dialogs by the keyboard: Enter, Escape, focus, failures, and buttons that stay visible in a small window. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { command, testDesk } from './test-desk.ts';

const folder = scratchFolder();
const openOne = testDesk();
const dump = join(folder, 'healthy.s390');
writeFileSync(dump, buildCase('system healthy cpus=1 state=disabled-wait\nformat s390\n'));

describeNeeding('window', 'dialogs', () => {
  it('take and return the focus; Enter acts as the first button, Escape cancels', async () => {
    const { page } = await openOne([dump]);
    await page.getByTestId('dump-title').waitFor();
    const opener = page.getByTestId('rail-integrity');
    await opener.click();
    const toggle = page.getByTestId('export');
    const dialog = page.getByTestId('export-dialog');
    const focused = (): Promise<string | undefined> =>
      page.evaluate(() => (document.activeElement instanceof HTMLElement ? document.activeElement.dataset.testid : undefined));
    const inside = (): Promise<boolean> => dialog.evaluate((element) => element.contains(document.activeElement));

    await toggle.click();
    await dialog.waitFor();
    expect(await dialog.evaluate((element) => element.matches(':modal'))).toBe(true);
    expect(await inside()).toBe(true);
    // However often Tab is pressed, the focus does not reach the page below.
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press('Tab');
      expect(await dialog.evaluate((element) => document.activeElement === document.body || element.contains(document.activeElement))).toBe(true);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('export');

    // The same with the button.
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('export');

    await page.getByTestId('rail-hex').click();
    await page.getByTestId('hex-grid').filter({ visible: true }).click();
    await page.keyboard.press('Control+d');
    await page.getByTestId('mark-text').fill('seen here');
    await page.keyboard.press('Enter');
    await page.getByTestId('mark-dialog').waitFor({ state: 'detached' });
    await page.getByTestId('marks').getByText('seen here').waitFor();
  });

  it('stay open if no file was chosen, and show errors', async () => {
    const { app, page } = await openOne([dump]);
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('rail-integrity').click();
    const dialog = page.getByTestId('against-dialog');
    await app.evaluate(({ dialog: system }) => {
      system.showOpenDialog = () => Promise.resolve({ canceled: true, filePaths: [] });
    });
    await page.getByTestId('check-against').click();
    await page.getByTestId('against-start').click();
    await expect.poll(() => page.getByTestId('against-start').getAttribute('aria-disabled')).toBe('false');
    expect(await dialog.isVisible()).toBe(true);

    await app.evaluate(({ dialog: system }) => {
      system.showOpenDialog = () => Promise.reject(new Error('the file chooser of this desktop is gone'));
    });
    await page.getByTestId('against-start').click();
    await dialog
      .getByTestId('dialog-error')
      .getByText(/file chooser of this desktop is gone/)
      .waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('keep their buttons visible at 200 % zoom', async () => {
    const desk = await openOne([dump]);
    const { app, page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(2));
    for (const [words, testId] of [
      ['keyboard shortcuts', 'shortcuts'],
      ['about dumpbench', 'about'],
    ] as const) {
      await command(desk, words);
      const close = page.getByTestId(testId).getByRole('button', { name: 'Close', exact: true });
      await close.waitFor();
      const [box, height] = [await close.boundingBox(), await page.evaluate(() => window.innerHeight)];
      expect(box?.y).toBeGreaterThan(0);
      expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(height);
      await close.click();
      await page.getByTestId(testId).waitFor({ state: 'detached' });
    }
  });
});
