/**
 * `npm run pictures -- FOLDER [--subjects a,b] [--themes dark,light] [--screens 1280x800,zoom] [--views hex,sql]`: takes screenshots of every view,
 * with each of its tabs, of dumps of several kinds, in every theme, at two sizes and at 200 % zoom. For human review; slow, and not a test.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Locator } from 'playwright-core';
import { openDesk, type Desk } from '../desk.ts';
import { subjects, type Subject } from './subjects.ts';

const themes = ['dark', 'light', 'contrast'];
const screens = [
  { id: '1280x800', width: 1280, height: 800, zoom: 'zoom.reset' },
  { id: '1920x1080', width: 1920, height: 1080, zoom: 'zoom.reset' },
  { id: 'zoom', width: 1280, height: 800, zoom: 'zoom.double' },
];
/** Overlays: the action that shows each. */
const overlays = { palette: 'app.palette', shortcuts: 'app.shortcuts', settings: 'app.settings' };

/** Views fill as answers arrive: two equal screenshots in a row end the wait, and a view that never settles is taken as it is. */
const mostLooks = 25;
const betweenLooks = 250;

/** The contents of the window, captured by Electron: a Playwright screenshot ignores zoom, and cuts off three quarters. */
const capture = ({ app }: Desk): Promise<string> =>
  app.evaluate(async ({ BrowserWindow }) => {
    const image = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage();
    return image?.toPNG().toString('base64') ?? '';
  });

async function photograph(desk: Desk, path: string): Promise<void> {
  let last: string | undefined;
  for (let look = 0; look < mostLooks; look += 1) {
    const now = await capture(desk);
    if (last === now) break;
    last = now;
    await desk.page.waitForTimeout(betweenLooks);
  }
  writeFileSync(path, Buffer.from(last ?? '', 'base64'));
}

const act = ({ app }: Desk, action: string): Promise<void> =>
  app.evaluate(({ BrowserWindow }, id) => BrowserWindow.getAllWindows()[0]?.webContents.send('shell-event', { event: 'action', action: id }), action);

const idsOf = (items: Locator): Promise<string[]> => items.evaluateAll((found) => found.map((item) => item.dataset.testid ?? ''));

interface Wanted {
  readonly folder: string;
  readonly themes: readonly string[];
  readonly screens: typeof screens;
  readonly views: readonly string[] | undefined;
}

/** Every view in the rail, and every tab in it. */
async function photographViews(desk: Desk, views: readonly string[], nameOf: (what: string) => string): Promise<void> {
  const { page } = desk;
  for (const view of views) {
    await act(desk, `view.${view}`);
    const shown = page.getByTestId(`view-${view}`).filter({ visible: true });
    await shown.waitFor();
    const tabs = await idsOf(shown.locator('[role="tab"][data-testid], [data-testid^="tab-"]').filter({ visible: true }));
    if (tabs.length === 0) await photograph(desk, nameOf(view));
    for (const tab of tabs) {
      await shown.getByTestId(tab).first().click();
      await photograph(desk, nameOf(`${view}-${tab.replace(/^.*tab-/, '')}`));
    }
  }
}

async function photographSubject(subject: Subject, wanted: Wanted, scratch: string): Promise<void> {
  const { width, height } = screens.reduce((most, one) => (one.width > most.width ? one : most));
  const desk = await openDesk(await subject.paths(scratch), { width, height });
  const { app, page } = desk;
  try {
    if (subject.views?.length !== 0) {
      await page.getByTestId('dump-title').filter({ visible: true }).waitFor();
      // The index of a huge dump keeps growing: its screenshots show that.
      if (subject.id !== 'huge') await page.getByTestId('status-index').getByText('100 %').waitFor();
    }
    const offered = (await idsOf(page.locator('[data-testid^="rail-"]:not([disabled])'))).map((id) => id.replace('rail-', ''));
    const views = (subject.views ?? offered).filter((view) => wanted.views?.includes(view) ?? true);
    for (const screen of wanted.screens) {
      await app.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height), screen);
      await act(desk, screen.zoom);
      for (const theme of wanted.themes) {
        await act(desk, `theme.${theme}`);
        const nameOf = (what: string): string => join(wanted.folder, `${subject.id}-${what}-${theme}-${screen.id}.png`);
        await photographViews(desk, views, nameOf);
        if (subject.views?.length !== 0) continue;
        await photograph(desk, nameOf('start'));
        for (const [name, action] of subject.id === 'nothing' ? Object.entries(overlays) : []) {
          await act(desk, action);
          await photograph(desk, nameOf(name));
          await page.keyboard.press('Escape');
        }
      }
    }
  } finally {
    await desk.close();
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { subjects: { type: 'string' }, themes: { type: 'string' }, screens: { type: 'string' }, views: { type: 'string' } },
});
const [folder] = positionals;
if (folder === undefined) throw new Error('name a folder for the pictures');
const listed = (text: string | undefined): readonly string[] | undefined => text?.split(',');
const isListed = (text: string | undefined, id: string): boolean => listed(text)?.includes(id) ?? true;
const wanted: Wanted = {
  folder: resolve(folder),
  themes: themes.filter((theme) => isListed(values.themes, theme)),
  screens: screens.filter(({ id }) => isListed(values.screens, id)),
  views: listed(values.views),
};
mkdirSync(wanted.folder, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'dumpbench-pictures-'));
try {
  for (const subject of subjects.filter(({ id }) => isListed(values.subjects, id))) {
    await photographSubject(subject, wanted, scratch);
    process.stdout.write(`${subject.id}: done\n`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
