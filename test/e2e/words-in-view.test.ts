/** The texts of every view on a real dump: no command-line options, and a name for every control. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { Desk } from './desk.ts';
import { testDesk } from './test-desk.ts';

const folder = scratchFolder();
const openOne = testDesk();
const real = 'o-s390-s3-kdump-zlib-d31';

/** An option such as `--manifest`, as a command line has it. Dashes in a kernel's own texts ("---[ end trace") do not count. */
const option = /(?:^|[\s(“"'`])--[a-z][a-z-]+/m;

/** Actions that open overlays. */
const dialogs = ['app.palette', 'app.shortcuts', 'app.about', 'file.openWith', 'mark.bookmark', 'dump.exportMemory'];
/** Buttons in views that do, by the view's item in the rail. */
const dialogButtons = [
  ['rail-integrity', 'Check against…'],
  ['rail-integrity', 'Export…'],
  ['rail-overview', /all \d+ facts/],
  ['rail-overview', 'attach…'],
] as const;

const act = ({ app }: Desk, action: string): Promise<void> =>
  app.evaluate(({ BrowserWindow }, id) => BrowserWindow.getAllWindows()[0]?.webContents.send('shell-event', { event: 'action', action: id }), action);

interface Said {
  /** Everything that can be read or heard, apart from what the kernel printed. */
  readonly texts: readonly string[];
  /** Controls without a name. */
  readonly nameless: readonly string[];
}

/** Checks the visible text. Text printed by a kernel is exempt. */
const saidBy = ({ page }: Desk): Promise<Said> =>
  page.evaluate(() => {
    const texts: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
      if (node.parentElement?.closest('[data-testid="log-table"], .monaco-editor, script, style') === null) texts.push(node.textContent ?? '');
    const nameless: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>('[title], [aria-label], [placeholder]'))
      for (const name of ['title', 'aria-label', 'placeholder']) texts.push(element.getAttribute(name) ?? '');
    for (const element of document.querySelectorAll<HTMLElement>(
      'button, a[href], input, select, textarea, [role="button"], [role="separator"], [role="tab"]',
    )) {
      if (!element.checkVisibility() || element.closest('[aria-hidden="true"], .monaco-editor') !== null) continue;
      const labelled = (element.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '');
      const labels =
        element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? [...(element.labels ?? [])].map((one) => one.textContent) : [];
      const name = [element.getAttribute('aria-label'), ...labelled, ...labels, element.textContent, element.title].join('').trim();
      if (name === '') nameless.push(element.outerHTML.slice(0, 160));
    }
    return { texts, nameless };
  });

describeNeeding('window', 'the texts of the window', () => {
  it('contain no command-line options and name every control, in any view and on the error page of a file', async () => {
    const sample = join(folder, 'damaged.s390');
    const [damaged] = bundledSamples().filter(({ name }) => name.includes('damaged'));
    writeFileSync(sample, damaged!.bytes);
    const letter = join(folder, 'letter.txt');
    writeFileSync(letter, 'Dear engineer');
    const desk = await openOne([letter, haveDump(real) ? await dumpFile(real) : sample]);
    const { page } = desk;
    await page.getByTestId('status-index').getByText('100 %').waitFor();
    const wrong: string[] = [];
    const look = async (where: string): Promise<void> => {
      const { texts, nameless } = await saidBy(desk);
      expect(texts.join('').length, where).toBeGreaterThan(50);
      wrong.push(...texts.filter((text) => option.test(text)).map((text) => `${where}: ${text}`), ...nameless.map((html) => `${where}: no name: ${html}`));
    };
    const views = await page.locator('[data-testid^="rail-"]:enabled').evaluateAll((items) => items.map((item) => item.getAttribute('data-testid') ?? ''));
    expect(views.length).toBeGreaterThan(12);
    for (const view of views) {
      await page.getByTestId(view).click();
      await page.getByTestId(view.replace('rail-', 'view-')).filter({ visible: true }).waitFor();
      await look(view);
    }
    // Overlays.
    const dialog = page.locator('dialog[open], [popover]:popover-open');
    const lookOver = async (where: string): Promise<void> => {
      await expect.poll(() => dialog.count(), { message: `${where} shows something` }).toBeGreaterThan(0);
      await look(where);
      await page.keyboard.press('Escape');
      await expect.poll(() => dialog.count()).toBe(0);
    };
    // A place, for a bookmark.
    await page.keyboard.press('Control+g');
    await page.getByTestId('go-to').fill('absolute:0x1000');
    await page.keyboard.press('Enter');
    await page.getByTestId('status-cursor').getByText('1000').waitFor();
    for (const action of dialogs) {
      await act(desk, action);
      await lookOver(action);
    }
    for (const [view, name] of dialogButtons) {
      await page.getByTestId(view).click();
      await page.getByTestId(view.replace('rail-', 'view-')).filter({ visible: true }).getByRole('button', { name }).first().click();
      await lookOver(`${view}: ${String(name)}`);
    }
    await page.getByRole('tab', { name: /letter\.txt/ }).click();
    await page.getByTestId('error-page').filter({ visible: true }).waitFor();
    await look('error page');
    expect(wrong).toEqual([]);
    // The check itself finds what it looks for.
    expect(option.test('run it with --manifest FILE')).toBe(true);
    expect(option.test('---[ end trace 0000 ]---')).toBe(false);
  });

  it('can be told apart where the system forces its colours', async () => {
    const sample = join(folder, 'forced.s390');
    writeFileSync(sample, bundledSamples()[1]!.bytes);
    const { page, photograph } = await openOne([sample]);
    await page.getByTestId('dump-title').waitFor();
    await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
    const current = page.getByTestId('rail-overview');
    await expect.poll(() => current.evaluate((element) => getComputedStyle(element).outlineWidth)).toBe('2px');
    expect(
      await page
        .locator('canvas')
        .first()
        .evaluate((element) => getComputedStyle(element).forcedColorAdjust),
    ).toBe('none');
    expect(
      await page
        .locator('.icon')
        .first()
        .evaluate((element) => getComputedStyle(element).animationName),
    ).toBe('none');
    await photograph('forced-colors');
  });
});
