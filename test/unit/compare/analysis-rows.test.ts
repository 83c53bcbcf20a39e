/** Rows of an analysis in two dumps: matched by the declared key, told apart by what they mean. */
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { compareRows } from '../../../src/analysis/compare/analysis-rows.ts';
import { analysisDiffers, comparedAnalysisSchema, comparisonDoubt } from '../../../src/shared/analysis-compare.ts';
import type { AnalysisTable, RowJson } from '../../../src/shared/analysis-table.ts';
import { rowDifferenceText, rowKeyText } from '../../../src/shared/analysis-text.ts';

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
    expect(compared.differences.map(({ kind, left, right, columns }) => [kind, (left ?? right)?.name, columns])).toEqual([
      ['moved', 'elsewhere', ['at']],
      ['changed', 'grown', ['at', 'bytes']],
      ['onlyLeft', 'gone', undefined],
      ['onlyRight', 'new', undefined],
      ['onlyRight', 'twice', undefined],
    ]);
    expect([analysisDiffers(compared), comparisonDoubt(compared)]).toEqual([true, undefined]);
  });

  it('read as key and differing columns', () => {
    const [, changed] = compared.differences;
    expect(rowKeyText(table.key, table.columns, changed?.left ?? {})).toBe('name grown');
    expect(changed === undefined ? '' : rowDifferenceText(compared, changed)).toBe('at: 0x30 / 0x31; bytes: 3 bytes / 4 KiB');
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
});
