/** The window on a dump of a large system: in every list, only what is visible is in the page. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { largeSystem, type LargeSystem } from '../perf/large-system.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { testDesk } from './test-desk.ts';

const folder = scratchFolder();
const openOne = testDesk();
const numbers: LargeSystem = { cpus: 128, tasks: 4000, symbols: 20_000, logBits: 20, modules: 400, moduleSymbols: 8 };
/** Rows that fit into any window, including those kept above and below. */
const mostRows = 150;
const mostElements = 6000;

describeNeeding('window', 'a large system in the window', () => {
  it('renders only visible tasks, modules, backtraces, notes and log lines', async () => {
    const path = join(folder, 'large.elf');
    const { listedTasks, records } = largeSystem(path, numbers);
    const { page } = await openOne([path]);
    await page.getByTestId('dump-title').waitFor();
    const elements = (): Promise<number> => page.evaluate(() => document.querySelectorAll('*').length);
    const rowsOf = (id: string): Promise<readonly [shown: number, all: number]> =>
      page
        .getByTestId(id)
        .filter({ visible: true })
        .evaluate((table) => [table.querySelectorAll('[role="row"]').length, Number(table.ariaRowCount ?? table.getAttribute('aria-rowcount')) - 1] as const);
    expect(await page.getByTestId('cpu-table').locator('[data-index]').count()).toBeLessThan(mostRows);

    await page.getByTestId('rail-kernel').click();
    const view = page.getByTestId('view-kernel').filter({ visible: true });
    await view.getByTestId('kernel-tab-tasks').click();
    await view.getByTestId('task-count').getByText('tasks').waitFor();
    const [tasks, allTasks] = await rowsOf('task-table');
    expect(allTasks).toBeGreaterThanOrEqual(listedTasks);
    expect(tasks).toBeLessThan(mostRows);

    await view.getByTestId('kernel-tab-modules').click();
    await view.getByTestId('module-table').waitFor();
    const [modules, allModules] = await rowsOf('module-table');
    expect(allModules).toBe(numbers.modules);
    expect(modules).toBeGreaterThan(5);
    expect(modules).toBeLessThan(mostRows);
    // The last one appears once scrolled to.
    await view.getByTestId('module-table').focus();
    await page.keyboard.press('End');
    await view
      .getByTestId('module-table')
      .locator(`[aria-rowindex="${numbers.modules + 1}"]`)
      .waitFor();

    await view.getByTestId('kernel-tab-traces').click();
    await view.getByTestId('backtrace').first().waitFor();
    expect(await view.getByTestId('backtrace').count()).toBe(32);
    await view.getByTestId('all-traces').click();
    await expect.poll(() => view.getByTestId('backtrace').count()).toBe(numbers.cpus);
    await view.getByTestId('kernel-tab-tasks').click();

    await page.getByTestId('rail-notes').click();
    const notes = page.getByTestId('view-notes').filter({ visible: true });
    await notes.locator('.note-group').first().waitFor();
    expect(await notes.locator('.note-group').count()).toBeGreaterThanOrEqual(numbers.cpus);
    expect(await notes.locator('.note-group [data-testid^="note-"]').count()).toBe(0);
    await notes.locator('.note-group summary').first().click();
    await notes.locator('.note-group [data-testid^="note-"]').first().waitFor();

    await page.getByTestId('rail-dmesg').click();
    await page.getByTestId('log-table').waitFor();
    const [lines, allLines] = await rowsOf('log-table');
    expect(allLines).toBe(records);
    expect(lines).toBeLessThan(mostRows);
    expect(await elements()).toBeLessThan(mostElements);
  });
});
