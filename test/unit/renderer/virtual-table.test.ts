/** The long table without its components: which rows keys pick, how they are copied, the order and the filter of rows. */
import { describe, expect, it } from 'vitest';
import type { TaskJson } from '../../../src/shared/task-model.ts';
import type { SqlJson } from '../../../src/shared/memory-model.ts';
import { orderTasks } from '../../../src/renderer/views/kernel/task-order.ts';
import { sortedRows } from '../../../src/renderer/views/sql/sql-cells.ts';
import { copiedRows } from '../../../src/renderer/widgets/virtual-table/copied-rows.ts';
import { filterWords } from '../../../src/renderer/widgets/virtual-table/filter-words.ts';
import { movedRange, rangeEnds, type RowRange } from '../../../src/renderer/widgets/virtual-table/row-range.ts';
import { nextSort } from '../../../src/renderer/widgets/virtual-table/sort-by.ts';

const press = (now: RowRange | undefined, key: string, shift = false): RowRange | undefined => movedRange(now, { key, shift }, 100, 20);

describe('picked rows', () => {
  it('begin at the first, the last or the row that is shown', () => {
    expect(press(undefined, 'ArrowDown')).toEqual({ anchor: 0, row: 0 });
    expect(press(undefined, 'ArrowUp')).toEqual({ anchor: 99, row: 99 });
    expect(movedRange(undefined, { key: 'ArrowDown', shift: false }, 100, 20, 41)).toEqual({ anchor: 42, row: 42 });
    expect(movedRange(undefined, { key: 'ArrowDown', shift: false }, 0, 20)).toBeUndefined();
  });

  it('move by rows, by what is in sight, and to the ends, never beyond', () => {
    const at = (row: number): RowRange => ({ anchor: row, row });
    expect(press(at(5), 'PageDown')).toEqual(at(25));
    expect(press(at(95), 'PageDown')).toEqual(at(99));
    expect(press(at(5), 'PageUp')).toEqual(at(0));
    expect(press(at(5), 'End')).toEqual(at(99));
    expect(press(at(99), 'ArrowDown')).toEqual(at(99));
    expect(press(at(5), 'x')).toBeUndefined();
  });

  it('grow from their anchor with Shift, either way', () => {
    const grown = press(press({ anchor: 5, row: 5 }, 'ArrowDown', true), 'ArrowDown', true);
    expect(grown).toEqual({ anchor: 5, row: 7 });
    expect(rangeEnds(press(grown, 'Home', true)!)).toEqual([0, 5]);
    expect(press(grown, 'ArrowDown')).toEqual({ anchor: 8, row: 8 });
  });

  it('are copied as lines whose cells have tabs between; what is hostile in them is visible', () => {
    const cells = [
      ['a', 'one\ttwo\nthree'],
      ['b', 'left\u202eright'],
      ['c', ''],
    ];
    expect(copiedRows({ anchor: 2, row: 0 }, 2, (row, column) => cells[row]?.[column] ?? '')).toBe('a\tone two three\nb\tleft\\u{202e}right\nc\t\n');
  });
});

describe('order and filter', () => {
  it('a press on a title goes up, down, and back to the order in which rows came', () => {
    const up = nextSort(undefined, 'at');
    expect(up).toEqual({ column: 'at', descending: false });
    expect(nextSort(up, 'at')).toEqual({ column: 'at', descending: true });
    expect(nextSort({ column: 'at', descending: true }, 'at')).toBeUndefined();
    expect(nextSort(up, 'name')).toEqual({ column: 'name', descending: false });
  });

  it('words of a filter are lower case and never empty', () => {
    expect(filterWords('  Kworker  EVENTS ')).toEqual(['kworker', 'events']);
    expect(filterWords(' ')).toEqual([]);
  });

  it('rows of SQL go by the size of their numbers, however large; NULL comes last', () => {
    const result: SqlJson = { schema: 1, columns: ['n'], rows: [[5], ['18446744073709551615'], [null], ['text'], [-1], [1.5]], truncated: false };
    const column = (descending: boolean): unknown[] => sortedRows(result, { column: '0', descending }).map(([cell]) => cell);
    expect(column(false)).toEqual([-1, 1.5, 5, '18446744073709551615', 'text', null]);
    expect(column(true)).toEqual(['text', '18446744073709551615', 5, 1.5, -1, null]);
    expect(sortedRows(result, undefined)).toBe(result.rows);
  });

  it('tasks go by a column, those that ran on a CPU first among equals, or as the kernel has them', () => {
    const task = (pid: number, comm: string, runsOn?: number): TaskJson => ({ pid, comm, address: `0x${pid}`, ...(runsOn === undefined ? {} : { runsOn }) });
    const tasks = [task(0, 'swapper'), task(30, 'sh'), task(4, 'sh', 1)];
    const pids = (by: Parameters<typeof orderTasks>[2], filter = ''): unknown[] => orderTasks(tasks, filter, by).map(({ pid }) => pid);
    expect(pids(undefined)).toEqual([0, 30, 4]);
    expect(pids({ column: 'name', descending: false })).toEqual([4, 30, 0]);
    expect(pids({ column: 'pid', descending: true })).toEqual([30, 4, 0]);
    expect(pids(undefined, 'SH')).toEqual([30, 4]);
    expect(tasks.map(({ pid }) => pid)).toEqual([0, 30, 4]);
  });
});
