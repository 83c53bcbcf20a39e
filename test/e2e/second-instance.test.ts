/** A second start of the program passes its file to the existing window. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { placeSamples } from '../placed-samples.ts';
import { checkout, openDesk } from './desk.ts';
import { describeNeeding } from '../requirements.ts';

const folder = mkdtempSync(join(tmpdir(), 'dumpbench-second-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describeNeeding('window', 'a second start', () => {
  it('opens its file in the first window and ends', async () => {
    const [first, second] = placeSamples(folder).all;
    const desk = await openDesk([first!]);
    try {
      const { app, page } = desk;
      await page.getByTestId('dump-title').waitFor();
      const { executable, env } = await app.evaluate(() => ({ executable: process.execPath, env: { ...process.env } }));
      // Chromium's sandbox cannot run as root; Playwright disables it too.
      const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
      const again = spawn(executable, [...sandbox, checkout, `--user-data-dir=${join(desk.folder, 'user')}`, '--', second!], { env, stdio: 'ignore' });
      const code = new Promise<number | null>((resolve) => {
        again.once('exit', resolve);
      });
      await page.getByText('2 dumps open').waitFor();
      await page.getByTestId('dump-title').filter({ visible: true }).getByText(second!.split('/').at(-1)!).waitFor();
      expect(await code).toBe(0);
      expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    } finally {
      await desk.close();
    }
  });
});
