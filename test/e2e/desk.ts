/** The real window on the real Electron runtime, under a virtual display, driven by Playwright. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { startXvfb } from '../../scripts/display.mjs';
import { ensureElectron } from '../../scripts/electron-runtime.mjs';
import { pinnedNode } from '../../scripts/node-runtime.mjs';

export const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** A hanging step is given up after this many milliseconds. Not a performance bound: other work on the machine can slow any step down. */
const hangs = 180_000;

/** Screenshots are for people; they are never written into the checkout. */
export const screenshots = process.env.DUMPBENCH_SCREENSHOTS ?? join(tmpdir(), 'dumpbench-screenshots');

export interface Desk {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Folder of this window's settings, cache and home; removed on close. */
  readonly folder: string;
  /** Saves what the window shows, under a name. */
  readonly photograph: (name: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface DeskOptions {
  readonly width?: number;
  readonly height?: number;
  /** Overrides the choice between utility process and child process. */
  readonly engineHost?: 'utility' | 'child';
  /** Another built copy of the repository, whose window is started. */
  readonly program?: string;
  /** Settings and caches of an earlier user; kept at the end. */
  readonly folder?: string;
}

/** How long a window may draw nothing before it is resized, in milliseconds, and how often. */
const withoutFrame = 5000;
const mostResizes = 6;

/** Under Xvfb, a window that gets its size before its first frame sometimes draws nothing until its size changes again, and clicks fail. */
async function untilDrawn(app: ElectronApplication, page: Page, size: { readonly width: number; readonly height: number }): Promise<void> {
  await page.waitForLoadState();
  for (let resizes = 0; resizes < mostResizes; resizes += 1) {
    const draws = await page.evaluate(
      (wait) =>
        new Promise<boolean>((done) => {
          const timer = setTimeout(() => done(false), wait);
          requestAnimationFrame(() =>
            requestAnimationFrame(() => {
              clearTimeout(timer);
              done(true);
            }),
          );
        }),
      withoutFrame,
    );
    if (draws) return;
    console.warn(`the window drew nothing for ${withoutFrame} ms, and is resized`);
    await app.evaluate(({ BrowserWindow }, { width, height }) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.setContentSize(width, height - 1);
      window?.setContentSize(width, height);
      window?.webContents.invalidate();
    }, size);
  }
}

/** Starts the window on the given dumps. A new user: no settings, no recent dumps, no index. */
export async function openDesk(paths: readonly string[], options: DeskOptions = {}): Promise<Desk> {
  const { width = 1280, height = 800 } = options;
  const runtime = await ensureElectron({ log: () => undefined });
  const display = await startXvfb({ width, height });
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'dumpbench-desk-'));
  // Playwright loads the electron package in this process: the variable must be set here, not only in the child.
  process.env.ELECTRON_OVERRIDE_DIST_PATH = runtime.distPath;
  const environment = Object.fromEntries(
    Object.entries({ ...process.env, ...display.env }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const app = await _electron.launch({
    args: [options.program ?? checkout, `--user-data-dir=${join(folder, 'user')}`, '--', ...paths],
    env: {
      ...environment,
      XDG_CACHE_HOME: join(folder, 'cache'),
      XDG_CONFIG_HOME: join(folder, 'config'),
      DUMPBENCH_NODE: pinnedNode(),
      ...(options.engineHost === undefined ? {} : { DUMPBENCH_ENGINE_HOST: options.engineHost }),
    },
    timeout: hangs,
  });
  const page = await app.firstWindow({ timeout: hangs });
  page.setDefaultTimeout(hangs);
  await app.evaluate(
    ({ BrowserWindow }, size) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height);
    },
    { width, height },
  );
  await untilDrawn(app, page, { width, height });
  return {
    app,
    page,
    folder,
    async photograph(name) {
      mkdirSync(screenshots, { recursive: true });
      await page.screenshot({ path: join(screenshots, `${name}.png`) });
    },
    async close() {
      await app.close();
      await display.stop();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
