/** The table without its components: selection, order, copying, column widths, saved choices. */
import { describe, expect, it } from 'vitest';
import type { SqlJson } from '../../../src/shared/memory-model.ts';
import type { TaskJson } from '../../../src/shared/task-model.ts';
import { taskTies } from '../../../src/renderer/views/kernel/task-order.ts';
import { orderedBy } from '../../../src/renderer/views/sql/sql-cells.ts';
import { arrangedRows, orderColumn } from '../../../src/renderer/widgets/data-table/arranged-rows.ts';
import { boundedWidth, columnTracks, fittedWidth, tableWidth } from '../../../src/renderer/widgets/data-table/column-widths.ts';
import { filterWords } from '../../../src/renderer/widgets/data-table/filter-words.ts';
import {
  isSelected,
  moved,
  pressed,
  selectedAll,
  selectedCount,
  selectedOne,
  type Press,
  type Selection,
} from '../../../src/renderer/widgets/data-table/row-selection.ts';
import { csvHead, csvRow, rowsAsJson, rowsAsMarkdown, tabbedLine, type PlacedRow } from '../../../src/renderer/widgets/data-table/row-text.ts';
import { shownRows } from '../../../src/renderer/widgets/data-table/shown-rows.ts';
import { nextSort, type SortBy } from '../../../src/renderer/widgets/data-table/sort-by.ts';
import { orderOf, readOrder, readShown, readWidths, shownColumns } from '../../../src/renderer/widgets/data-table/table-choice.ts';
import { columnItems, headItems, rowItems } from '../../../src/renderer/widgets/data-table/table-items.ts';
import type { DataColumn } from '../../../src/renderer/widgets/data-table/table-parts.ts';

const plain: Press = { shift: false, ctrl: false };
const shift: Press = { shift: true, ctrl: false };
const ctrl: Press = { shift: false, ctrl: true };
const press = (now: Selection | undefined, key: string, how = plain): Selection | undefined => moved(now, key, how, 100, 20);

describe('selected rows', () => {
  it('begin at the first, the last or the shown row', () => {
    expect(press(undefined, 'ArrowDown')).toEqual(selectedOne(0));
    expect(press(undefined, 'ArrowUp')).toEqual(selectedOne(99));
    expect(moved(undefined, 'ArrowDown', plain, 100, 20, 41)).toEqual(selectedOne(42));
    expect(moved(undefined, 'ArrowDown', plain, 0, 20)).toBeUndefined();
  });

  it('move by rows, by visible pages, and to the ends, never beyond', () => {
    expect(press(selectedOne(5), 'PageDown')).toEqual(selectedOne(25));
    expect(press(selectedOne(95), 'PageDown')).toEqual(selectedOne(99));
    expect(press(selectedOne(5), 'PageUp')).toEqual(selectedOne(0));
    expect(press(selectedOne(5), 'End')).toEqual(selectedOne(99));
    expect(press(selectedOne(99), 'ArrowDown')).toEqual(selectedOne(99));
    expect(press(selectedOne(5), 'x')).toBeUndefined();
  });

  it('grow from their anchor with Shift, either way', () => {
    const grown = press(press(selectedOne(5), 'ArrowDown', shift), 'ArrowDown', shift);
    expect(grown).toEqual({ anchor: 5, active: 7, ranges: [[5, 7]] });
    expect(press(grown, 'Home', shift)?.ranges).toEqual([[0, 5]]);
    expect(press(grown, 'ArrowDown')).toEqual(selectedOne(8));
  });

  it('are added or removed with Ctrl; touching ranges are merged, and a gap separates them', () => {
    const two = pressed(selectedOne(3), 6, ctrl);
    expect(two.ranges).toEqual([
      [3, 3],
      [6, 6],
    ]);
    const between = pressed(pressed(two, 4, ctrl), 5, ctrl);
    expect(between.ranges).toEqual([[3, 6]]);
    expect(pressed(between, 4, ctrl).ranges).toEqual([
      [3, 3],
      [5, 6],
    ]);
    expect(pressed(selectedOne(3), 3, ctrl).ranges).toEqual([]);
    // Both keys add a range.
    expect(pressed(pressed(selectedOne(1), 8, ctrl), 10, { shift: true, ctrl: true }).ranges).toEqual([
      [1, 1],
      [8, 10],
    ]);
    // Ctrl with an arrow key moves without selecting.
    expect(press(two, 'ArrowDown', ctrl)).toEqual({ ...two, anchor: 7, active: 7 });
    expect([selectedCount(between), selectedCount(undefined), selectedCount(selectedAll(1_000_000))]).toEqual([4, 0, 1_000_000]);
    expect([isSelected(two, 6), isSelected(two, 5), isSelected(undefined, 0)]).toEqual([true, false, false]);
  });
});

interface Fruit {
  readonly name: string;
  readonly at?: bigint;
  readonly size?: number;
}
const columns: readonly DataColumn<Fruit>[] = [
  { id: 'name', title: 'Name', width: 10, grow: 1, text: ({ name }) => name },
  { id: 'at', title: 'At', width: 20, kind: 'hex', text: ({ at }) => (at === undefined ? '' : `0x${at.toString(16)}`) },
  { id: 'size', title: 'Size', width: 8, kind: 'number', text: ({ size }) => (size === undefined ? '' : `${size} B`), value: ({ size }) => size },
  { id: 'note', title: 'Note', width: 8, isExtra: true, text: () => 'hidden' },
  { id: 'tool', title: 'Do', width: 4, isTool: true, text: () => '' },
];
const fruits: readonly Fruit[] = [
  { name: 'pear', at: 0x10n, size: 30 },
  { name: 'fig', at: 0x9n, size: 200 },
  { name: 'Plum', at: 0xffff_8000_0000_0000n },
  { name: 'fig', size: 4 },
];
const shownOnes = shownColumns(columns, {});
const arranged = (typed: string, by?: SortBy, of = shownOnes): readonly number[] | undefined => {
  const places = arrangedRows({ rows: fruits, columns: of, words: filterWords(typed), by: orderColumn(columns, by) });
  return places === undefined ? undefined : [...places];
};

describe('order and filter', () => {
  it('clicking a title sorts ascending, descending, and then restores the original order', () => {
    const up = nextSort(undefined, 'at');
    expect(up).toEqual({ column: 'at', descending: false });
    expect(nextSort(up, 'at')).toEqual({ column: 'at', descending: true });
    expect(nextSort({ column: 'at', descending: true }, 'at')).toBeUndefined();
    expect(nextSort(up, 'name')).toEqual({ column: 'name', descending: false });
    // A table may have its own default order, which the user can remove.
    expect([orderOf(undefined, up), orderOf('none', up), orderOf(undefined, undefined)]).toEqual([up, undefined, undefined]);
  });

  it('filter words are lower case and never empty', () => {
    expect(filterWords('  Kworker  EVENTS ')).toEqual(['kworker', 'events']);
    expect(filterWords(' ')).toEqual([]);
  });

  it('rows are indexes into the list: the original order needs none, equal rows keep their order, and unknown values come last', () => {
    expect(arranged('')).toBeUndefined();
    expect(arranged('', { column: 'tool', descending: false })).toBeUndefined();
    expect(arranged('', { column: 'at', descending: false })).toEqual([1, 0, 2, 3]);
    expect(arranged('', { column: 'at', descending: true })).toEqual([2, 0, 1, 3]);
    expect(arranged('', { column: 'size', descending: false })).toEqual([3, 0, 1, 2]);
    expect(arranged('', { column: 'name', descending: true })).toEqual([0, 1, 3, 2]);
  });

  it('a filter searches only what is shown', () => {
    expect(arranged('FIG')).toEqual([1, 3]);
    expect(arranged('fig 200')).toEqual([1]);
    expect(arranged('fig', { column: 'size', descending: false })).toEqual([3, 1]);
    expect(arranged('hidden')).toEqual([]);
    expect(arranged('hidden', undefined, shownColumns(columns, { note: true }))).toEqual([0, 1, 2, 3]);
    expect(arranged('200', undefined, shownColumns(columns, { size: false }))).toEqual([]);
    // Words do not match across cells.
    expect(arranged('pear0x10')).toEqual([]);
  });

  it('SQL rows are ordered by the value of numbers, however large; NULL comes last', () => {
    const rows: SqlJson['rows'] = [[5], ['18446744073709551615'], [null], ['text'], [-1], [1.5]];
    const column: DataColumn<SqlJson['rows'][number]> = { id: 'n', title: 'n', width: 8, text: String, value: ([cell]) => orderedBy(cell ?? null) };
    const cells = (descending: boolean): unknown[] =>
      [...(arrangedRows({ rows, columns: [column], words: [], by: { column, descending } }) ?? [])].map((place) => rows[place]?.[0]);
    expect(cells(false)).toEqual([-1, 1.5, 5, '18446744073709551615', 'text', null]);
    expect(cells(true)).toEqual(['text', '18446744073709551615', 5, 1.5, -1, null]);
  });

  it('tasks are ordered by a column, with those running on a CPU first among equals, or as in the kernel', () => {
    const task = (pid: number, comm: string, runsOn?: number): TaskJson => ({ pid, comm, address: `0x${pid}`, ...(runsOn === undefined ? {} : { runsOn }) });
    const tasks = [task(0, 'swapper'), task(30, 'sh'), task(4, 'sh', 1)];
    const own: readonly DataColumn<TaskJson>[] = [
      { id: 'pid', title: 'pid', width: 7, text: ({ pid }) => String(pid), value: ({ pid }) => pid },
      { id: 'name', title: 'name', width: 16, text: ({ comm }) => comm },
    ];
    const pids = (by: SortBy | undefined, typed = ''): unknown[] => {
      const order = arrangedRows({ rows: tasks, columns: own, words: filterWords(typed), by: orderColumn(own, by), ties: taskTies });
      return [...(order ?? tasks.keys())].map((place) => tasks[place]?.pid);
    };
    expect(pids(undefined)).toEqual([0, 30, 4]);
    expect(pids({ column: 'name', descending: false })).toEqual([4, 30, 0]);
    expect(pids({ column: 'pid', descending: true })).toEqual([30, 4, 0]);
    expect(pids(undefined, 'SH')).toEqual([30, 4]);
  });
});

describe('copied and saved rows', () => {
  const hostile: Fruit = { name: '=1+1|<b>\u202e`x`\n[a](http://b) www.c', at: 0xffff_ffff_ffff_fffen, size: 7 };
  const rows: readonly PlacedRow<Fruit>[] = [
    [hostile, 0],
    [{ name: 'fig' }, 1],
  ];

  it('are lines of tab-separated cells; hostile characters in them are visible', () => {
    expect(rows.map((row) => tabbedLine(shownOnes, row))).toEqual(['=1+1|<b>\\u{202e}`x` [a](http://b) www.c\t0xfffffffffffffffe\t7 B\n', 'fig\t\t\n']);
  });

  it('are JSON that keeps numbers, the digits of addresses, and every character', () => {
    const text = rowsAsJson(shownOnes, rows);
    expect(JSON.parse(text)).toEqual([
      { name: hostile.name, at: '0xfffffffffffffffe', size: 7 },
      { name: 'fig', at: null, size: null },
    ]);
    expect(text).not.toContain('\u202e');
  });

  it('are a Markdown table in which nothing is markup', () => {
    expect(rowsAsMarkdown(shownOnes, rows)).toBe(
      '| Name | At | Size |\n| --- | --- | ---: |\n' +
        '| =1+1\\|\\<b\\>\\\\u{202e}\\`x\\`\\\\u{a}\\[a\\](http\\://b) www\\.c | 0xfffffffffffffffe | 7 B |\n| fig |  |  |\n',
    );
  });

  it('are CSV without formulas, with values rather than formatted text', () => {
    expect(csvHead(shownOnes)).toBe('name,at,size\r\n');
    expect(csvRow(shownOnes, rows[0]!)).toBe('"\'=1+1|<b>\\u{202e}`x`\\u{a}[a](http://b) www.c",0xfffffffffffffffe,7\r\n');
    expect(csvRow(shownOnes, rows[1]!)).toBe('fig,,\r\n');
    expect(csvRow(shownOnes, [{ name: '-2', size: -2 }, 0])).toBe('"\'-2",,-2\r\n');
  });

  it('are read in chunks, from an ordered list and from one that is read in parts', async () => {
    const gather = async (source: ReturnType<typeof shownRows<Fruit>>, ranges: readonly (readonly [number, number])[]): Promise<unknown[]> => {
      const found: unknown[] = [];
      for await (const piece of source.read(ranges)) found.push(piece.map(([row, place]) => `${row.name} ${place}`));
      return found;
    };
    const list = shownRows(fruits, Uint32Array.of(3, 0, 1));
    expect([list.count, list.placeOf(1), list.positionOf(1), list.positionOf(2), list.at(0)?.size]).toEqual([3, 0, 2, -1, 4]);
    expect(
      await gather(list, [
        [0, 0],
        [2, 9],
      ]),
    ).toEqual([['fig 3'], ['fig 1']]);
    const asked: unknown[] = [];
    const paged = shownRows<Fruit>(
      {
        of: 'all',
        total: 2500,
        at: () => undefined,
        want: () => undefined,
        read: (first, count) => {
          asked.push([first, count]);
          return Promise.resolve(Array.from({ length: count }, (_, index) => ({ name: `row${first + index}` })));
        },
      },
      undefined,
    );
    const pieces = await gather(paged, [[400, 2499]]);
    expect(asked).toEqual([
      [400, 1000],
      [1400, 1000],
      [2400, 100],
    ]);
    expect((pieces.at(-1) as readonly string[]).at(-1)).toBe('row2499 2499');
    await expect(gather(shownRows<Fruit>({ of: 'x', total: 1, at: () => undefined, want: () => undefined }, undefined), [[0, 0]])).rejects.toThrow(
      'cannot be copied',
    );
  });
});

describe('columns', () => {
  it('have the chosen widths, or grow, with the same tracks in all rows', () => {
    expect(columnTracks(shownOnes, {})).toBe('minmax(10ch, 1fr) 20ch 8ch 4ch');
    expect(columnTracks(shownOnes, { name: 30, size: 12.5 })).toBe('30ch 20ch 12.5ch 4ch');
    expect(tableWidth(shownOnes, { size: 12.5 })).toBe('calc(46.5ch + 48px)');
    expect([boundedWidth(-5), boundedWidth(12.345), boundedWidth(1e9)]).toEqual([4, 12.3, 400]);
  });

  it('are fitted to their texts, and to the digits of an address', () => {
    expect(fittedWidth(columns[0]!, ['a', 'x'.repeat(40)])).toBe(41);
    expect(fittedWidth(columns[0]!, [])).toBe('Name'.length + 3);
    expect(fittedWidth(columns[1]!, ['0x1'])).toBe(20);
  });

  it('can be chosen, and what sessions save of them is validated', () => {
    const ids = (shown: Readonly<Record<string, boolean>>): readonly string[] => shownColumns(columns, shown).map(({ id }) => id);
    expect(ids({})).toEqual(['name', 'at', 'size', 'tool']);
    expect(ids({ note: true, at: false })).toEqual(['name', 'size', 'note', 'tool']);
    expect(ids({ name: false, at: false, size: false })).toEqual(['name']);
    expect([readWidths({ name: 12 }), readWidths({ name: 1e9 }), readWidths({ name: 'wide' }), readWidths(3)]).toEqual([
      { name: 12 },
      { name: 400 },
      undefined,
      undefined,
    ]);
    expect([readShown({ at: false }), readShown([1])]).toEqual([{ at: false }, undefined]);
    expect([readOrder('none'), readOrder({ column: 'a', descending: true }), readOrder({ column: 'a' })]).toEqual([
      'none',
      { column: 'a', descending: true },
      undefined,
    ]);
  });

  it('have a menu: the last one cannot be hidden, tool columns are not offered', () => {
    const choice = { widths: { at: 9 }, shown: {}, by: undefined };
    const chosen: unknown[] = [];
    const menu = { columns, shown: shownOnes, choice, onChoose: (next: unknown) => void chosen.push(next) };
    const items = columnItems(menu);
    expect(items.map(({ label, checked, enabled }) => [label, checked, enabled])).toEqual([
      ['Name', true, true],
      ['At', true, true],
      ['Size', true, true],
      ['Note', false, true],
      ['Reset columns and widths', undefined, true],
    ]);
    items[3]?.run();
    items[4]?.run();
    expect(chosen).toEqual([
      { ...choice, shown: { note: true } },
      { ...choice, widths: {} },
    ]);
    const last = columnItems({ ...menu, shown: shownOnes.filter(({ id }) => id === 'name' || id === 'tool') });
    expect(last[0]?.enabled).toBe(false);
    const orders: unknown[] = [];
    const head = headItems({ ...menu, column: columns[1]!, onOrder: (by) => void orders.push(by), onFit: () => undefined });
    head.slice(0, 3).forEach(({ run }) => run());
    expect(orders).toEqual([{ column: 'at', descending: false }, { column: 'at', descending: true }, undefined]);
    expect(headItems({ ...menu, column: columns[1]!, onOrder: undefined, onFit: () => undefined })[0]?.label).toBe('Fit width to contents');
  });

  it('rows have a menu that says to how many it applies', () => {
    const exports = { copy: () => undefined, copyText: () => undefined, save: () => undefined };
    const labels = (selection: Selection, cell?: string): readonly (readonly [string, boolean | undefined])[] =>
      rowItems({ selection, count: 120_000, cell, exports, onAll: () => undefined }).map(({ label, enabled }) => [label, enabled] as const);
    expect(labels(selectedOne(3), 'fig').map(([label]) => label)).toEqual([
      'Copy the cell',
      'Copy the row as text',
      'Copy the row as JSON',
      'Copy the row as Markdown',
      'Save all 120,000 rows as CSV…',
      'Select all',
    ]);
    const all = labels(selectedAll(120_000));
    expect(all[0]).toEqual(['Copy 120,000 rows as text', false]);
    expect(all[3]).toEqual(['Save 120,000 rows as CSV…', undefined]);
  });
});
