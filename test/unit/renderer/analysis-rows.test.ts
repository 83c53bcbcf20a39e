/** The analysis pane without its components: order, filter, groups, and a run that streams. */
import { describe, expect, it } from 'vitest';
import type { ColumnJson, RowJson } from '../../../src/shared/analysis-table.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';
import {
  alignedText,
  columnCharacters,
  columnTitle,
  fractionDigits,
  grouped,
  knownColumns,
  ofGroup,
  orderedBy,
  summedColumns,
} from '../../../src/renderer/views/kernel/analysis-rows.ts';
import { arrangedRows } from '../../../src/renderer/widgets/data-table/arranged-rows.ts';
import { createAnalysisRun } from '../../../src/renderer/views/kernel/analysis-run.ts';
import type { EngineLink } from '../../../src/renderer/engine/engine-link.ts';

const columns: readonly ColumnJson[] = [
  { name: 'name', type: 'text', about: '' },
  { name: 'at', type: 'address', about: '' },
  { name: 'used', type: 'bytes', about: '' },
  { name: 'age', type: 'duration', about: '' },
  { name: 'never', type: 'flag', about: '' },
];
const rows: readonly RowJson[] = [
  { name: 'b', at: '0x10', used: 4096, age: 1.5 },
  { name: 'a', at: '0x9', used: '18014398509481984', age: 10 },
  { name: 'b', used: 8192 },
  { name: 'c', at: '0xffff800000000000', age: 2 },
];
const names = (list: readonly RowJson[]): unknown[] => list.map(({ name }) => name);

describe('rows of an analysis', () => {
  it('have readable titles, and seconds with aligned decimal points', () => {
    expect(['maxActive', 'perCpu', 'cpus', 'pid', 'oomScoreAdj'].map(columnTitle)).toEqual(['max active', 'per CPU', 'CPUs', 'pid', 'oom score adj']);
    const digits = fractionDigits(columns, rows);
    const age: ColumnJson = { name: 'age', type: 'duration', about: '' };
    expect(rows.map((row) => alignedText(age, row.age, digits))).toEqual(['1.5 s', '10 s  ', '', '2 s  ']);
    expect(alignedText({ name: 'used', type: 'bytes', about: '' }, 4096, digits)).toBe('4 KiB');
  });

  it('are ordered by the value of numbers, whatever their form; unknown values come last', () => {
    const ordered = (name: string, descending: boolean): readonly RowJson[] => {
      const declared = columns.find((column) => column.name === name)!;
      const column = { id: name, title: name, width: 8, text: String, value: (row: RowJson) => orderedBy(declared, row) };
      return [...(arrangedRows({ rows, columns: [column], words: [], by: { column, descending } }) ?? [])].map((place) => rows[place]!);
    };
    expect(names(ordered('at', false))).toEqual(['a', 'b', 'c', 'b']);
    expect(names(ordered('at', true))).toEqual(['c', 'b', 'a', 'b']);
    expect(ordered('used', true).map(({ used }) => used)).toEqual(['18014398509481984', 8192, 4096, undefined]);
    expect(ordered('age', false).map(({ age }) => age)).toEqual([1.5, 2, 10, undefined]);
    expect(names(ordered('name', false))).toEqual(['a', 'b', 'b', 'c']);
  });

  it('are filtered to a group by the text of its column', () => {
    expect(ofGroup(columns, rows, undefined)).toBe(rows);
    expect(ofGroup(columns, rows, { column: 'name', text: 'b' })).toHaveLength(2);
    expect(ofGroup(columns, rows, { column: 'at', text: '' })).toEqual([rows[2]]);
    expect(ofGroup(columns, rows, { column: 'used', text: '4 KiB' })).toEqual([rows[0]]);
  });

  it('are grouped with sums, largest group first', () => {
    expect(summedColumns(columns).map(({ name }) => name)).toEqual(['used']);
    expect(grouped(columns, rows, 'name')).toEqual([
      { text: 'b', rows: 2, sums: [12288n] },
      { text: 'a', rows: 1, sums: [18014398509481984n] },
      { text: 'c', rows: 1, sums: [0n] },
    ]);
    expect(grouped(columns, rows, 'nothing')).toEqual([]);
  });

  it('show only columns with values, wide enough', () => {
    expect(knownColumns(columns, rows).map(({ name }) => name)).toEqual(['name', 'at', 'used', 'age']);
    expect(knownColumns(columns, [])).toBe(columns);
    expect(columnCharacters(columns[1] ?? { name: '', type: 'text', about: '' }, rows)).toBe('0xffff800000000000'.length + 2);
    const long = [{ line: 'x'.repeat(500) }];
    const line = { name: 'line', type: 'text', about: '' } as const;
    expect([columnCharacters(line, long), columnCharacters(line, long, true)]).toEqual([64, 120]);
  });
});

describe('a run', () => {
  type Call = (method: string, params: object, options: { signal: AbortSignal; onProgress: (value: object) => void }) => Promise<object>;
  const started = (call: Call) => createAnalysisRun(call as unknown as EngineLink['call']);

  it('collects the streamed rows and the closing answer', async () => {
    const run = started((_method, params, { onProgress }) => {
      expect(params).toEqual({ dump: 'd1', id: 'toy', stream: true });
      onProgress({ rows: [{ name: 'one' }], found: 1 });
      onProgress({ rows: [], found: 1 });
      return Promise.resolve({ schema: 1, id: 'toy', columns: [], rows: [{ name: 'two' }], missing: [], complete: true });
    });
    run.start({ dump: 'd1', id: 'toy' });
    expect(run.state.get()).toMatchObject({ phase: 'running', rows: [{ name: 'one' }] });
    await new Promise(setImmediate);
    expect(run.state.get()).toMatchObject({ phase: 'done', rows: [{ name: 'one' }, { name: 'two' }], answer: { complete: true } });
  });

  it('an older run has no further effect; a cancelled and a failed one are marked as such', async () => {
    const answers: ((value: object) => void)[] = [];
    const run = started(
      (_method, _params, { signal }) =>
        new Promise((resolve, reject) => {
          answers.push(resolve);
          signal.addEventListener('abort', () => {
            reject(new Cancelled());
          });
        }),
    );
    run.start({ dump: 'd1', id: 'old' });
    run.start({ dump: 'd1', id: 'new' });
    answers[0]?.({ rows: [{ name: 'late' }] });
    await new Promise(setImmediate);
    expect(run.state.get()).toMatchObject({ phase: 'running', rows: [], question: { id: 'new' } });
    run.cancel();
    await new Promise(setImmediate);
    expect(run.state.get().phase).toBe('cancelled');
    const failing = started(() => Promise.reject(new Error('no such analysis\nat line 3')));
    failing.start({ dump: 'd1', id: 'toy' });
    await new Promise(setImmediate);
    expect(failing.state.get()).toMatchObject({ phase: 'failed', error: 'no such analysis' });
  });
});
