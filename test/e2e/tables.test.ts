/** The one long table by the keyboard: move, pick several, copy, Enter; a log whose lines wrap, and a list that is read in parts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { buildCase } from '../../src/samples/case-text.ts';
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
  it('move, pick and copy by keys; Enter on a task shows its backtrace', async () => {
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
    // The order is another one: what was picked is not what stands there now.
    await tasks.locator('[aria-rowindex="2"]').click();
    await tasks.getByRole('button', { name: 'pid' }).click();
    expect(await picked(tasks)).toEqual([]);
    await expect.poll(() => tasks.getByRole('columnheader', { name: 'pid' }).getAttribute('aria-sort')).toBe('descending');

    // Lines of the log are copied as dmesg prints them.
    await page.getByTestId('rail-dmesg').click();
    const log = page.getByTestId('log-table');
    await log.locator('[data-mark="panic"]').waitFor();
    expect(await log.locator('[aria-current="true"]').getAttribute('data-mark')).toBe('panic');
    await log.locator('[data-mark="panic"]').click();
    await page.keyboard.press('Control+c');
    await expect.poll(() => clipboard(desk)).toMatch(/^\[ +\d+\.\d{6}\] Kernel panic - not syncing: .*\n$/);
  });

  it('of differing ranges are read as they come into sight, and lead to their bytes', async () => {
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
