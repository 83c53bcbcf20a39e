/** The packaged application: electron-builder's dir target starts and opens a dump. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { startXvfb } from '../../scripts/display.mjs';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { checkout } from './desk.ts';
import { describeNeeding } from '../requirements.ts';

const folder = mkdtempSync(join(tmpdir(), 'dumpbench-packaged-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** The address that Chromium prints when it listens for a debugger; the packaged program takes no other inspector. */
function debuggerAddress(program: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    program.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    program.on('exit', (code) => {
      reject(new Error(`the packaged program ended with code ${code}: ${text}`));
    });
  });
}

describeNeeding('window', 'the package', () => {
  it('is built as a folder and opens a dump', async () => {
    const built = spawnSync(process.execPath, [join(checkout, 'scripts', 'dist.mjs'), 'dir'], { cwd: checkout, encoding: 'utf8' });
    expect(built.status, built.stdout + built.stderr).toBe(0);
    const program = join(checkout, 'dist', 'linux-unpacked', 'dumpbench');
    expect(existsSync(program)).toBe(true);
    const sample = join(folder, 'sample-damaged.s390');
    writeFileSync(sample, bundledSamples().find(({ name }) => name.includes('damaged'))!.bytes);
    const display = await startXvfb();
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const { ELECTRON_OVERRIDE_DIST_PATH: _, DUMPBENCH_NODE: __, ...environment } = process.env;
    const child = spawn(program, [...asRoot, '--remote-debugging-port=0', `--user-data-dir=${join(folder, 'user')}`, '--', sample], {
      env: { ...environment, ...display.env, XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: join(folder, 'config') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      const browser = await chromium.connectOverCDP(await debuggerAddress(child));
      const page = browser.contexts()[0]?.pages()[0];
      expect(page).toBeDefined();
      await page!.getByTestId('dump-title').getByText('sample-damaged.s390').waitFor();
      // The index needs SQLite's binding out of the package.
      await page!.getByTestId('status-index').getByText('100 %').waitFor();
      await browser.close();
    } finally {
      child.kill();
      await display.stop();
    }
  });
});
