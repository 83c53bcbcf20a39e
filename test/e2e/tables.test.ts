/**
 * The table for all lists: keys, order, filter, widths, columns, selected rows, copying, CSV, menus; a log whose lines wrap, a list that is read in
 * parts, low windows.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { Desk } from './desk.ts';
import { testDesk } from './test-desk.ts';

const folder = scratchFolder();
const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const openOne = testDesk();
const clipboard = ({ app }: Desk): Promise<string> => app.evaluate(({ clipboard: own }) => own.readText());
const picked = (table: Locator): Promise<string[]> => table.locator('[aria-selected="true"]').evaluateAll((rows) => rows.map((row) => row.ariaRowIndex ?? ''));

describeNeeding('window', 'long tables', () => {
  it('move, select and copy by keys; Enter on a task shows its backtrace', async () => {
    const desk = await openOne([write('healthy.vmcore', bundledSamples()[0]?.bytes ?? new Uint8Array())]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('rail-kernel').click();
    const view = page.getByTestId('view-kernel').filter({ visible: true });
    await view.getByTestId('kernel-tab-tasks').click();
    const tasks = view.getByTestId('task-table');
    await tasks.getByText('swapper/0').waitFor();
    await tasks.focus();
    await page.keyboard.press('Home');
    expect(await picked(tasks)).toEqual(['2']);
    const active = await tasks.getAttribute('aria-activedescendant');
    expect(await page.evaluate((id) => document.getElementById(id ?? '')?.ariaRowIndex, active)).toBe('2');
    const other = await tasks.locator('[aria-rowindex="3"] .task-name').innerText();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => tasks.locator('[aria-current="true"]').innerText()).toContain(other);

    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+ArrowDown');
    expect(await picked(tasks)).toEqual(['2', '3']);
    await page.keyboard.press('Control+c');
    await expect.poll(() => clipboard(desk)).toMatch(/^\d+\t[\s\S]*\n\d+\t[^\n]*\n$/);
    await page.keyboard.press('Escape');
    expect(await picked(tasks)).toEqual([]);
    // The order has changed: the selection no longer refers to the same rows.
    await tasks.locator('[aria-rowindex="2"]').click();
    await tasks.getByRole('button', { name: 'pid' }).click();
    expect(await picked(tasks)).toEqual([]);
    await expect.poll(() => tasks.getByRole('columnheader', { name: 'pid' }).getAttribute('aria-sort')).toBe('descending');

    // Lines of the log are copied in the format of dmesg.
    await page.getByTestId('rail-dmesg').click();
    const log = page.getByTestId('log-table');
    await log.locator('[data-mark="panic"]').waitFor();
    expect(await log.locator('[aria-current="true"]').getAttribute('data-mark')).toBe('panic');
    await log.locator('[data-mark="panic"]').click();
    await page.keyboard.press('Control+c');
    await expect.poll(() => clipboard(desk)).toMatch(/^\[ +\d+\.\d{6}\] Kernel panic - not syncing: .*\n$/);
  });

  it('of differing ranges are read as they come into view, and link to their bytes', async () => {
    const system = 'system healthy state=running';
    const before = write('before.elf', buildCase(`${system}\nformat elf-vmcore producer=qemu`));
    const holes = Array.from({ length: 400 }, (_, index) => `fill 0x${(0x300000 + index * 8192).toString(16)} 16 ${1 + (index % 9)}`);
    const after = write('after.elf', buildCase([system, ...holes, 'format elf-vmcore producer=qemu'].join('\n')));
    const { page } = await openOne([before, after]);
    await page.getByTestId('dump-title').filter({ visible: true }).waitFor();
    await page.getByTestId('rail-compare').click();
    const view = page.getByTestId('compare').filter({ visible: true });
    const list = view.getByTestId('difference-list');
    await list.locator('[aria-rowindex="2"]').waitFor();
    const rows = Number(await list.getAttribute('aria-rowcount'));
    expect(rows).toBeGreaterThan(300);
    await list.focus();
    await page.keyboard.press('End');
    const last = list.locator(`[aria-rowindex="${rows}"]`);
    await last.getByText('changed').waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => last.getAttribute('aria-current')).toBe('true');
    await expect.poll(() => view.getByTestId('difference-place').innerText()).toContain(`${rows - 1} / ${rows - 1}`);
  });
});

/** Rows that a table can show at once, below its titles. */
const rowsInSight = (table: Locator): Promise<number> => table.evaluate((grid) => Math.floor((grid.clientHeight - 23) / 22));
const titles = (table: Locator): Promise<string[]> => table.getByRole('columnheader').allInnerTexts();
const column = (table: Locator, at: number): Promise<string[]> =>
  table.locator('.data-body [role="row"]').evaluateAll((rows, cell) => rows.map((row) => row.children[cell]?.textContent ?? ''), at);
const widthOf = (table: Locator, name: string): Promise<number> =>
  table.getByRole('columnheader', { name }).evaluate((head) => Math.round(head.getBoundingClientRect().width));
const item = ({ page }: Desk, name: string | RegExp): Locator => page.getByTestId('context-menu').getByRole('menuitem', { name });

const real = 'o-s390-s3-kdump-zlib-d31';

describeNeeding('window', 'the table for all lists', () => {
  it('orders and filters rows, resizes and chooses columns; rows are selected, copied in three forms and saved', async () => {
    const desk = await openOne([haveDump(real) ? await dumpFile(real) : write('own.vmcore', bundledSamples()[0]?.bytes ?? new Uint8Array())]);
    const { app, page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('rail-kernel').click();
    const view = page.getByTestId('view-kernel').filter({ visible: true });
    await view.getByTestId('kernel-tab-tasks').click();
    const tasks = view.getByTestId('task-table');
    await tasks.locator('[aria-current="true"]').waitFor();

    // A click anywhere on a row shows the backtrace of its task.
    await tasks.focus();
    await page.keyboard.press('Home');
    const second = tasks.locator('[aria-rowindex="3"]');
    const [pid = '', , , , name = ''] = await second.locator('[role="gridcell"]').allInnerTexts();
    await second.locator('[role="gridcell"]').first().click();
    await expect.poll(() => second.getAttribute('aria-current')).toBe('true');
    await expect.poll(() => view.getByTestId('backtrace').first().innerText()).toContain(name.replace(/^\[|\]$/g, ''));

    // A title orders rows, by pointer and by key; arrow keys move between titles.
    await tasks.getByRole('columnheader', { name: 'name' }).getByRole('button').click();
    const names = async (): Promise<string[]> => (await column(tasks, 4)).map((text) => text.replaceAll(/^\[|\]$| thread of .*/g, ''));
    await expect.poll(async () => ((found) => found.join() === found.toSorted((one, other) => (one < other ? -1 : 1)).join())(await names())).toBe(true);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(() => tasks.getByRole('columnheader', { name: 'state' }).getAttribute('aria-sort')).toBe('ascending');

    // Widths: by key, by dragging, and fitted to the texts.
    const before = await widthOf(tasks, 'state');
    await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => widthOf(tasks, 'state')).toBeGreaterThan(before + 8);
    const edge = tasks.getByRole('columnheader', { name: 'state' }).locator('.data-edge');
    const box = await edge.boundingBox();
    const x = (box?.x ?? 0) + (box?.width ?? 0) / 2;
    const y = (box?.y ?? 0) + 8;
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => widthOf(tasks, 'state')).toBeGreaterThan(before + 60);
    await edge.dblclick();
    await expect.poll(() => widthOf(tasks, 'state')).toBeLessThan(before + 40);

    // Columns: one added, one removed, and the filter searches the visible ones.
    await view.getByTestId('task-table-columns').click();
    await page.getByTestId('context-menu').getByRole('menuitemcheckbox', { name: 'state in words' }).click();
    await expect.poll(() => titles(tasks)).toContain('state in words');
    const filter = view.getByRole('searchbox', { name: 'Filter tasks' });
    await filter.fill('running');
    await view
      .getByTestId('task-count')
      .getByText(/^[1-9]\d* of \d+ tasks$/)
      .waitFor();
    await tasks.getByRole('columnheader', { name: 'state in words' }).click({ button: 'right' });
    await item(desk, 'Hide this column').click();
    await expect.poll(() => titles(tasks)).not.toContain('state in words');
    await expect.poll(() => tasks.getAttribute('aria-rowcount')).toBe('1');
    await filter.fill('');

    // Rows: several separate ones, copied in three forms.
    await tasks.getByRole('columnheader', { name: 'pid' }).getByRole('button').click();
    await expect.poll(() => tasks.getByRole('columnheader', { name: 'pid' }).getAttribute('aria-sort')).toBe('ascending');
    await tasks.focus();
    await page.keyboard.press('Home');
    const cell = (row: number): Locator => tasks.locator(`[aria-rowindex="${row}"] [role="gridcell"]`).first();
    await cell(2).click();
    await cell(4).click({ modifiers: ['Control'] });
    expect(await picked(tasks)).toEqual(['2', '4']);
    await cell(4).click({ button: 'right' });
    await desk.photograph('table-row-menu');
    await item(desk, 'Copy 2 rows as JSON').click();
    await expect.poll(async () => JSON.parse((await clipboard(desk)) || '[]') as unknown).toHaveLength(2);
    expect(await clipboard(desk)).toMatch(/"pid": \d+,[\s\S]*"name": "/);
    await cell(4).click({ button: 'right' });
    await item(desk, 'Copy 2 rows as Markdown').click();
    await expect.poll(() => clipboard(desk)).toMatch(/^\| pid \| parent \|.*\n\| ---: \|.*\n(\| .* \|\n){2}$/);
    await cell(4).click({ button: 'right' });
    await item(desk, 'Copy 2 rows as text').click();
    await expect.poll(() => clipboard(desk)).toMatch(/^\d+\t.*\n\d+\t.*\n$/);

    // CSV of all rows, and its contents.
    const path = join(folder, 'tasks.csv');
    await app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, path);
    await view.getByTestId('task-table-csv').click();
    await page.getByTestId('notice').getByText(`The rows were saved as ${path}.`).waitFor();
    const lines = readFileSync(path, 'utf8').split('\r\n');
    expect(lines[0]).toBe('pid,parent,cpu,state,name');
    expect(lines).toHaveLength(Number(await tasks.getAttribute('aria-rowcount')) + 1);
    expect(lines.some((line) => line.startsWith(`${pid},`))).toBe(true);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([]);
  });

  it.each([
    ['800x480', 800, 480, 1],
    ['1280x800 at 200 %', 1280, 800, 2],
  ] as const)('keeps five rows of every list at %s', async (_, width, height, zoom) => {
    const desk = await openOne([haveDump(real) ? await dumpFile(real) : write(`low${zoom}.vmcore`, bundledSamples()[0]?.bytes ?? new Uint8Array())], {
      width,
      height,
    });
    const { app, page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await app.evaluate(({ BrowserWindow }, factor) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(factor), zoom);
    await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(width / zoom);
    const lists = [
      ['kernel', 'task-table', 'kernel-tab-tasks'],
      ['kernel', 'usage-table', 'kernel-tab-usage'],
      ['kernel', 'analysis-table', 'kernel-tab-analyses'],
      ['dmesg', 'log-table', undefined],
      ['regions', 'region-table', undefined],
      ['symbols', 'symbols-table', undefined],
      ['types', 'types-table', undefined],
    ] as const;
    for (const [id, table, tab] of lists) {
      await app.evaluate(
        ({ BrowserWindow }, action) => BrowserWindow.getAllWindows()[0]?.webContents.send('shell-event', { event: 'action', action }),
        `view.${id}`,
      );
      const view = page.getByTestId(`view-${id}`).filter({ visible: true });
      // By key: at this size a tab may be outside the window.
      if (tab !== undefined) await view.getByTestId(tab).press('Enter');
      const grid = view.getByTestId(table);
      await grid.waitFor();
      await desk.photograph(`low-${zoom}-${table}`);
      expect(await rowsInSight(grid), table).toBeGreaterThanOrEqual(5);
      // Whatever does not fit can be reached by scrolling, and is not cut off.
      const seen = await grid.evaluate((element) => {
        element.scrollIntoView({ block: 'center' });
        const { top, bottom } = element.getBoundingClientRect();
        const at = document.elementFromPoint(element.getBoundingClientRect().left + 30, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2);
        return { isOnTop: at !== null && element.contains(at), inside: top < innerHeight && bottom > 0 };
      });
      expect([table, seen]).toEqual([table, { isOnTop: true, inside: true }]);
    }
  });
});
