/** Rows of an analysis in two dumps: matched by the declared key, told apart by what they mean. */
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { compareRows } from '../../../src/analysis/compare/analysis-rows.ts';
import { analysisDiffers, comparedAnalysisSchema, comparisonDoubt } from '../../../src/shared/analysis-compare.ts';
import type { AnalysisTable, RowJson } from '../../../src/shared/analysis-table.ts';
import { comparedFacts, growthText, namingColumns, rowDifferenceText, rowKeyText } from '../../../src/shared/analysis-text.ts';

const table: AnalysisTable = {
  id: 'toy',
  title: 'Toy',
  about: 'rows of a test',
  needs: [],
  uses: [],
  parameters: [],
  columns: [
    { name: 'name', type: 'text', about: 'name' },
    { name: 'at', type: 'address', about: 'where' },
    { name: 'bytes', type: 'bytes', about: 'how much' },
  ],
  key: ['name'],
};
const whole = (...rows: readonly RowJson[]) => ({ rows: [...rows], missing: [], complete: true });
const part = (...rows: readonly RowJson[]) => ({ rows: [...rows], missing: [{ what: 'bytes', why: 'not there' }], complete: false });

describe('rows of two dumps', () => {
  const compared = compareRows(
    table,
    whole(
      { name: 'same', at: '0x10', bytes: 1 },
      { name: 'elsewhere', at: '0x20', bytes: 2 },
      { name: 'grown', at: '0x30', bytes: 3 },
      { name: 'gone', at: '0x40' },
      { name: 'twice', bytes: 1 },
      { name: 'twice', bytes: 2 },
    ),
    whole(
      { name: 'new', bytes: 9 },
      { name: 'grown', at: '0x31', bytes: 4096 },
      { name: 'elsewhere', at: '0x21', bytes: 2 },
      { name: 'same', at: '0x10', bytes: 1 },
      { name: 'twice', bytes: 1 },
      { name: 'twice', bytes: 2 },
      { name: 'twice', bytes: 3 },
    ),
  );

  it('are matched by the key, those of one key in their order', () => {
    v.assert(comparedAnalysisSchema, compared);
    expect(compared.counts).toEqual({ equal: 3, changed: 1, moved: 1, onlyLeft: 1, onlyRight: 2 });
    // The weightiest first; what only moved last.
    expect(compared.differences.map(({ kind, left, right, columns, deltas }) => [kind, (left ?? right)?.name, columns, deltas])).toEqual([
      ['changed', 'grown', ['at', 'bytes'], { bytes: 4093 }],
      ['onlyRight', 'new', undefined, undefined],
      ['onlyRight', 'twice', undefined, undefined],
      ['onlyLeft', 'gone', undefined, undefined],
      ['moved', 'elsewhere', ['at'], undefined],
    ]);
    expect([analysisDiffers(compared), comparisonDoubt(compared)]).toEqual([true, undefined]);
  });

  it('read as key and differing columns', () => {
    const [changed, added] = compared.differences;
    expect(rowKeyText(namingColumns(compared), table.columns, changed?.left ?? {})).toBe('name grown');
    expect(changed === undefined ? '' : rowDifferenceText(compared, changed)).toBe('bytes: 3 bytes / 4 KiB (+4.00 KiB)');
    expect(changed === undefined ? '' : growthText(table.columns, changed)).toBe('bytes +4.00 KiB');
    expect(added === undefined ? '' : rowDifferenceText(compared, added)).toBe('bytes 9 bytes');
    expect(comparedFacts(compared)).toEqual([]);
  });

  it('a cell that a dump could not give is no difference; one that it does not have is', () => {
    const [full, less] = [
      { name: 'a', bytes: 1 },
      { name: 'a', at: '0x1' },
    ] as const;
    expect(compareRows(table, whole(full), part(less)).counts).toMatchObject({ equal: 0, moved: 1, changed: 0 });
    expect(compareRows(table, part({ name: 'a' }), part(full)).counts).toMatchObject({ equal: 1, changed: 0 });
    expect(compareRows(table, whole({ name: 'a' }), whole(full)).counts).toMatchObject({ equal: 0, changed: 1 });
    expect(comparisonDoubt(compareRows(table, whole(), part()))).toMatch(/right dump/);
    expect(comparisonDoubt(compareRows(table, part(), part()))).toMatch(/both dumps/);
  });

  it('a million differences are counted and some of them listed', () => {
    const rows = Array.from({ length: 30_000 }, (_, at) => ({ name: `row ${at}`, bytes: at }));
    const many = compareRows(table, whole(...rows), whole());
    expect([many.counts.onlyLeft, many.differences.length, many.differencesLeftOut]).toEqual([30_000, 10_000, 20_000]);
  });

  it('of which millions differ keep the weightiest', () => {
    const rows = Array.from({ length: 30_000 }, (_, at) => ({ name: `row ${at}`, bytes: at }));
    expect(compareRows(table, whole(...rows), whole()).differences[0]?.left).toEqual({ name: 'row 29999', bytes: 29_999 });
  });
});

const declared: AnalysisTable = {
  ...table,
  columns: [
    ...table.columns,
    { name: 'pid', type: 'pid', about: 'pid' },
    { name: 'state', type: 'text', about: 'state' },
    { name: 'age', type: 'duration', about: 'age' },
  ],
  key: ['pid', 'name', 'age'],
  comparing: { elsewhere: [['pid', 'name'], ['name']], first: { column: 'state', values: ['D', 'R'] }, passing: ['state'], sums: ['bytes'] },
};
const task = (pid: number, name: string, age: number, more: RowJson = {}): RowJson => ({ pid, name, age, bytes: 1, ...more });
const told = (...rows: readonly RowJson[]): ReturnType<typeof whole> => whole(...rows);
const kindsOf = (left: readonly RowJson[], right: readonly RowJson[]): readonly (readonly unknown[])[] =>
  compareRows(declared, told(...left), told(...right)).differences.map((one) => [one.kind, (one.left ?? one.right)?.name]);

describe('rows of an analysis that declares how it is compared', () => {
  const early = [task(1, 'init', 0.1), task(2, 'kthreadd', 0.2), task(3, 'clerk', 9), task(4, 'porter', 9)];

  it('of one system are matched by the whole key: a pid that was given again is another task', () => {
    const again = [...early.slice(0, 3), task(4, 'porter', 700)];
    expect(kindsOf(early, again)).toEqual([
      ['onlyLeft', 'porter'],
      ['onlyRight', 'porter'],
    ]);
    expect(comparedFacts(compareRows(declared, told(...early), told(...again)))).toEqual(['bytes of all rows: 4 bytes / 4 bytes']);
  });

  it('of two systems are matched by what stays the same there, and numbers of the key are moved', () => {
    const later = [
      task(1, 'init', 0.3),
      task(2, 'kthreadd', 0.4),
      task(17, 'clerk', 11),
      task(18, 'guest', 12, { state: 'R' }),
      task(19, 'thief', 12, { state: 'D' }),
    ];
    expect(kindsOf(early, later)).toEqual([
      ['onlyRight', 'thief'],
      ['onlyRight', 'guest'],
      ['onlyLeft', 'porter'],
      ['moved', 'init'],
      ['moved', 'kthreadd'],
      ['moved', 'clerk'],
    ]);
    const compared = compareRows(declared, told(...early), told(...later));
    expect(compared.matchedBy).toEqual([['pid', 'name'], ['name']]);
    expect(comparedFacts(compared)).toEqual(['bytes of all rows: 4 bytes / 5 bytes (+1 byte)', 'rows are matched by pid and name, else by name']);
  });

  it('a column of the key that one dump does not know at all tells no row from another', () => {
    const ageless = early.map(({ age: _, ...row }) => row);
    expect(kindsOf(early, ageless).filter(([kind]) => kind !== 'changed')).toEqual([]);
    expect(compareRows(declared, told(...early), told(...ageless)).matchedBy).toEqual([['pid', 'name']]);
  });

  it('numbers beyond 2^53 grow exactly', () => {
    const [one, other] = [task(1, 'init', 0.1, { bytes: '9007199254740993' }), task(1, 'init', 0.1, { bytes: '9007199254740995' })];
    const compared = compareRows(declared, told(one), told(other));
    v.assert(comparedAnalysisSchema, compared);
    expect([compared.differences[0]?.deltas, compared.sums]).toEqual([
      { bytes: 2 },
      [{ column: 'bytes', left: '9007199254740993', right: '9007199254740995' }],
    ]);
  });
});
