/** Ring buffers of ftrace against what the guest itself read from /sys/kernel/tracing before it died: its file trace, byte for byte, and the counters of each CPU. */
import { describe, expect, it } from 'vitest';
import { analysesOf } from '../../../src/analysis/engine/kernel/analyses.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const scan = { signal: new AbortController().signal, progress: () => undefined };

const cases = crashDumps.flatMap((entry) => {
  const [trace, stats] = [crashOracle(entry.name, 'guest/trace.txt'), crashOracle(entry.name, 'guest/trace-stats.txt')];
  return trace === undefined || stats === undefined ? [] : [[entry.name, entry, trace, stats] as const];
});

/** Rows as the file `stats` of each CPU has them; the present time of the guest is not in a dump. */
const statsOf = (rows: readonly RowJson[]): readonly string[] =>
  rows.flatMap(({ cpu, entries, overrun, commitOverrun, bytes, oldest, dropped, read }) => [
    `cpu${String(cpu)}`,
    `entries: ${String(entries)}`,
    `overrun: ${String(overrun)}`,
    `commit overrun: ${String(commitOverrun)}`,
    `bytes: ${String(bytes)}`,
    // Microseconds are cut, not rounded.
    `oldest event ts: ${(Math.floor(Number(oldest) * 1e6) / 1e6).toFixed(6).padStart(12)}`,
    `dropped events: ${String(dropped)}`,
    `read events: ${String(read)}`,
  ]);
const statedStats = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('now ts:'));

describe.skipIf(cases.length === 0)('ftrace', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('%s: the file trace and the counters of the guest', async (_name, entry, trace, stats) => {
    const [lines, buffers, events] = await withSession(entry, (session) =>
      analysesOf(session, [{ id: 'ftrace-text' }, { id: 'ftrace-buffers' }, { id: 'ftrace' }], scan),
    );
    expect([lines?.complete, buffers?.complete, events?.complete]).toEqual([true, true, true]);
    const text = (lines?.rows ?? []).map((row) => `${String(row.text ?? '')}\n`).join('');
    // The whole text at once: a difference of megabytes is not to be drawn.
    expect(text === trace).toBe(true);
    expect(statsOf(buffers?.rows ?? [])).toEqual(statedStats(stats));

    // Rows say the same as the lines: every line of a function is a row with its CPU, its duration, and its place.
    const rows = events?.rows ?? [];
    const stated = trace.split('\n').filter((line) => /^ +\d+\) .*\| {2}/.test(line));
    expect(rows).toHaveLength(stated.length);
    const micros = (line: string): string | undefined => /([\d.]+) us/.exec(line)?.[1];
    const differing = rows.filter((row, at) => {
      const line = stated[at] ?? '';
      const duration = micros(line);
      const isTimed =
        duration === undefined ? row.duration === undefined : Math.abs(Number(row.duration) * 1e6 - Number(duration)) < 0.01 + Number(duration) * 1e-6;
      return (
        !line.endsWith(`|  ${String(row.text)}`) ||
        !line.startsWith(` ${String(row.cpu)}) `) ||
        !isTimed ||
        Number(row.depth) * 2 !== String(row.text).search(/\S/)
      );
    });
    expect(differing).toEqual([]);
    for (const [column, value] of [
      ['cpu', 7],
      ['entries', 1],
      ['overrun', 1],
      ['bytes', 1],
      ['oldest', 1],
    ] as const)
      expect(statsOf([{ ...buffers?.rows[0], [column]: value }, ...(buffers?.rows.slice(1) ?? [])]), column).not.toEqual(statedStats(stats));
  });

  it.each(cases)('%s: filters choose among the lines', async (_name, entry, trace) => {
    const [byFunction, byCpu, byTask, late] = await withSession(entry, (session) =>
      analysesOf(
        session,
        [
          { id: 'ftrace', parameters: { function: 'vfs_write' } },
          { id: 'ftrace', parameters: { cpu: '1' } },
          { id: 'ftrace', parameters: { pid: '1' } },
          { id: 'ftrace', parameters: { from: '51.5', to: '52' } },
        ],
        scan,
      ),
    );
    const lines = trace.split('\n');
    const named = lines.filter((line) => /\bvfs_write\(\)/.test(line)).length;
    expect(byFunction?.rows.filter(({ event }) => event === 'funcgraph_entry')).toHaveLength(named);
    expect(named).toBeGreaterThan(0);
    expect(byCpu?.rows).toHaveLength(lines.filter((line) => /^ 1\) .*\| {2}/.test(line)).length);
    expect(new Set(byTask?.rows.map(({ pid, comm }) => `${String(comm)}-${String(pid)}`))).toEqual(new Set(['init-1']));
    expect(late?.rows.length).toBeGreaterThan(0);
    for (const { time } of late?.rows ?? []) expect(Number(time) >= 51.5 && Number(time) < 52).toBe(true);
  });
});

const others = crashDumps.filter(({ name }) => !cases.some(([one]) => one === name)).slice(0, 4);

describe.skipIf(others.length === 0)('ftrace where nothing was traced', () => {
  if (others.length === 0) it('needs the real dumps', () => undefined);
  it.each(others.map((entry) => [entry.name, entry] as const))('%s: empty buffers are said to be empty', async (_name, entry) => {
    const [buffers, events] = await withSession(entry, (session) => analysesOf(session, [{ id: 'ftrace-buffers' }, { id: 'ftrace' }], scan));
    expect(buffers?.rows.length).toBeGreaterThan(0);
    expect(buffers?.rows.map(({ entries, bytes }) => [entries, bytes])).toEqual(buffers?.rows.map(() => [0, 0]));
    expect([events?.rows, events?.missing]).toEqual([[], []]);
  });
});
