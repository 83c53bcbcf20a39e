/** The engine is killed in the middle of something: this is reported immediately, and the window continues where it was. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCase } from '../../src/samples/case-text.ts';
import type { Desk } from './desk.ts';
import { enginePid } from './engine-process.ts';
import { testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { sparseDump, tebibyte } from './sparse-dump.ts';

const folder = scratchFolder();
const openOne = testDesk();

/**
 * Kills the engine; the window first reports that, then again shows what `shown` finds. The page itself checks every frame, so that a short-lived
 * message is seen too. The times are informative only: the load of the machine does not decide the test.
 */
async function killed(doing: string, one: Desk, shown: string): Promise<void> {
  const { page } = one;
  const watching = page.evaluate(async (there) => {
    const times = { told: 0, back: 0 };
    while (times.back === 0) {
      await new Promise(requestAnimationFrame);
      const banner = document.querySelector('[data-testid="engine-banner"]')?.textContent ?? '';
      if (banner !== '' && times.told === 0) times.told = Date.now();
      const isThere = [...document.querySelectorAll(there)].some((element) => element.checkVisibility());
      // Rows whose bytes are still being read show that.
      const isRead = ![...document.querySelectorAll('.hex-gaps')].some((element) => element.checkVisibility() && element.textContent.includes('··'));
      if (/dumps? reopened/.test(banner) && isThere && isRead) times.back = Date.now();
    }
    return times;
  }, shown);
  const pid = enginePid(one);
  const start = Date.now();
  process.kill(pid, 'SIGKILL');
  const { told, back } = await watching;
  console.log(`engine killed while ${doing}: told after ${told - start} ms, back after ${back - start} ms`);
  expect(told, doing).toBeGreaterThan(0);
  expect(back, doing).toBeGreaterThanOrEqual(told);
  // It also disappears by itself: there may be nothing left to dismiss.
  await page.evaluate(() => document.querySelector<HTMLElement>('[data-testid="engine-banner"] [aria-label="Dismiss"]')?.click());
  await page.getByTestId('engine-banner').waitFor({ state: 'detached' });
}

describeNeeding('window', 'an engine that is killed', () => {
  it('while it compares, opens, indexes and reads is restarted at the same place', async () => {
    const system = 'system healthy state=running';
    const small = [`${system}\nformat elf-vmcore producer=qemu`, `${system}\nfill 0x302000 8192 7\nformat elf-vmcore producer=qemu`].map((text, index) => {
      const path = join(folder, `small-${index}.elf`);
      writeFileSync(path, buildCase(text));
      return path;
    });
    const large = join(folder, 'tebibyte.s390');
    sparseDump(large);
    const desk = await openOne(small);
    const { page, app } = desk;
    const goTo = async (address: string): Promise<void> => {
      await page.keyboard.press('Control+g');
      await page.getByTestId('go-to').fill(address);
      await page.keyboard.press('Enter');
      await page.locator('[data-testid="hex-grid"]:focus').waitFor();
    };
    const grid = page.getByTestId('hex-grid').filter({ visible: true });
    const cursor = page.getByTestId('status-cursor');
    await page.getByTestId('dump-title').filter({ visible: true }).waitFor();
    await expect.poll(() => page.getByTestId('status-index').innerText()).toContain('100 %');

    // A stopped engine is certainly in the middle of the next request.
    process.kill(enginePid(desk), 'SIGSTOP');
    await page.getByTestId('rail-compare').click();
    await page.getByTestId('compare').filter({ visible: true }).waitFor();
    await killed('comparing', desk, '[data-testid="compare-summary"]');

    await app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    }, large);
    process.kill(enginePid(desk), 'SIGSTOP');
    await page.keyboard.press('Control+o');
    await page.getByTestId('opening').filter({ visible: true }).waitFor();
    await killed('opening', desk, '[data-testid="dump-title"]');

    await goTo('absolute:0x1c8004');
    await grid.getByText('OSINFOSZ').first().waitFor();
    await page.locator('.status-job').waitFor();
    await killed('indexing', desk, '[data-testid="hex-grid"]');
    await expect.poll(() => cursor.innerText()).toMatch(/absolute 0x0+1c8004/);
    await grid.getByText('OSINFOSZ').first().waitFor();
    // It continues automatically.
    await page.locator('.status-job').waitFor();

    await goTo(`absolute:0x${(tebibyte / 2n).toString(16)}`);
    await page.evaluate(() => {
      const host = [...document.querySelectorAll<HTMLElement>('[data-testid="hex-grid"]')].find((element) => element.checkVisibility())!;
      const roll = (): void => {
        host.dispatchEvent(new WheelEvent('wheel', { deltaY: 2000, bubbles: true, cancelable: true }));
        if (!document.body.hasAttribute('data-rolled')) requestAnimationFrame(roll);
      };
      roll();
      setTimeout(() => document.body.setAttribute('data-rolled', ''), 1500);
    });
    await killed('scrolling', desk, '[data-testid="hex-grid"]');
    await page.locator('body[data-rolled]').waitFor();
    await expect.poll(() => cursor.innerText()).toContain(`absolute 0x${(tebibyte / 2n).toString(16).padStart(16, '0')}`);
    await expect.poll(() => grid.innerText()).toMatch(/00000080 000[0-9a-f]{5} {2}00 00/);
  });
});
