/** Filtering and formatting of debug feature records in the window, even of a hundred thousand. */
import { describe, expect, it } from 'vitest';
import { allRecords, byTime, choicesOf, filterRows, lineOfRow, textOfRow } from '../../../src/renderer/views/dmesg/debug-log-rows.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';

const note = (log: string, level: number, cpu: number, text: string, time = '2026-01-01T00:00:00.000001Z'): RowJson => ({
  source: 'debug feature',
  log,
  level,
  cpu,
  caller: 'note_it+0x8',
  text,
  time,
  data: '0x41420043',
});
const rows: readonly RowJson[] = [
  note('cio', 2, 0, 'ensch'),
  { source: 'kernel log', level: 6, levelName: 'info', caller: 'T1', text: 'a line', time: '2026-01-01T00:00:00.000002Z', sinceBoot: 1.5 },
  note('sclp', 6, 3, 'SRV1'),
];
const texts = (filter: Partial<typeof allRecords>) => filterRows(rows, { ...allRecords, ...filter }).map(({ text }) => text);

describe('records of the debug feature', () => {
  it('are filtered by log, level, CPU, caller and words', () => {
    expect(texts({ log: 'cio' })).toEqual(['ensch']);
    expect(texts({ log: 'kernel log' })).toEqual(['a line']);
    // The level applies only to the debug feature; lines of the kernel log do not record their CPU.
    expect(texts({ level: 2 })).toEqual(['ensch', 'a line']);
    expect(texts({ cpu: 3 })).toEqual(['SRV1']);
    expect(texts({ caller: 'NOTE 0x8' })).toEqual(['ensch', 'SRV1']);
    expect(texts({ search: 'srv' })).toEqual(['SRV1']);
    expect(choicesOf(rows)).toEqual({ logs: ['cio', 'kernel log', 'sclp'], cpus: [0, 3] });
  });

  it('are written with their bytes if requested, or if there is no text', () => {
    const [first = {}] = rows;
    expect(textOfRow(first, false)).toBe('ensch');
    expect(textOfRow(first, true)).toBe('41 42 00 43 | AB.C');
    const { text: _, ...without } = first;
    expect(textOfRow(without, false)).toBe('41 42 00 43 | AB.C');
    expect(rows.map((row) => lineOfRow(row, false))).toEqual([
      '2026-01-01T00:00:00.000001Z cio 2 cpu0 note_it+0x8: ensch',
      '[    1.500000] 2026-01-01T00:00:00.000002Z kernel log T1: a line',
      '2026-01-01T00:00:00.000001Z sclp 6 cpu3 note_it+0x8: SRV1',
    ]);
  });

  it('are ordered by time, a hundred thousand of them', () => {
    const many = Array.from({ length: 100_000 }, (_, at) =>
      note(`log${at % 7}`, at % 7, at % 16, `text ${at}`, `2026-01-01T00:00:${String(Math.floor(((at * 7919) % 100_000) / 2_000)).padStart(2, '0')}.000000Z`),
    );
    const ordered = byTime(many);
    expect(ordered).toHaveLength(100_000);
    expect(ordered.every((row, at) => at === 0 || String(ordered[at - 1]?.time) <= String(row.time))).toBe(true);
    expect(filterRows(ordered, { ...allRecords, log: 'log3', cpu: 5 }).every(({ cpu }) => cpu === 5)).toBe(true);
  });
});
