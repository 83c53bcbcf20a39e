/** Memory of processes against crash's ps of the same dump, the guest's own stat before, and the OOM killer's table in the text of the log. */
import { describe, expect, it } from 'vitest';
import { analysesOf } from '../../../src/analysis/engine/kernel/analyses.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const scan = { signal: new AbortController().signal, progress: () => undefined };
const text = (name: string, file: string): string => crashOracle(name, file) ?? '';

/** Lines of crash's ps that have memory: "pid comm size rss" in KiB. */
const crashLines = (name: string): readonly string[] =>
  [
    ...(text(name, 'crash-a.txt') || text(name, 'crash-prod.txt')).matchAll(/^>? +(\d+) +\d+ +\d+ +[0-9a-f]+ +[A-Z]{2} +[\d.]+ +(\d+) +(\d+) +(\S.*)$/gm),
  ].flatMap(([, pid, size, rss, comm]) => (rss === '0' ? [] : [`${pid} ${comm} ${size} ${rss}`]));
const crashLine = ({ pid, name, size, rss }: RowJson): string => `${String(pid)} ${String(name)} ${Number(size) / 1024} ${Number(rss) / 1024}`;

/** What the guest's /proc/PID/stat had before: "pid comm size" of processes that were still there. */
const guestLines = (name: string): readonly string[] =>
  [...text(name, 'guest/tasks.txt').matchAll(/^stat (\d+) \((.*)\) \S (?:-?\d+ ){19}(\d+) [1-9]\d* /gm)].map(([, pid, comm, size]) => `${pid} ${comm} ${size}`);
const guestLine = ({ pid, name, size }: RowJson): string => `${String(pid)} ${String(name)} ${String(size)}`;

/** "pid name rss anon file shmem pages, bytes of page tables". */
const oomLines = (name: string): readonly string[] =>
  [...text(name, 'dmesg.txt').matchAll(/^\[[^\]]+\] \[[^\]]+\] \[ *(\d+)\] +(\d+) +\d+ +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(-?\d+) (.*)$/gm)].map(
    ([, ...values]) => values.join(' '),
  );
const oomLine = (row: RowJson): string => {
  const pages = (column: string): number => Number(row[column]) / 4096;
  return [
    row.pid,
    row.uid,
    pages('size'),
    pages('rss'),
    pages('anon'),
    pages('file'),
    pages('shmem'),
    row.pageTables,
    pages('swap'),
    row.oomScoreAdj,
    row.name,
  ].join(' ');
};

const cases = crashDumps.flatMap((entry) => {
  const [crash, guest, oom] = [crashLines(entry.name), guestLines(entry.name), oomLines(entry.name)];
  return crash.length + guest.length === 0 ? [] : [[entry.name, entry, crash, guest, oom] as const];
});

function disagreements(rows: readonly RowJson[], crash: readonly string[], guest: readonly string[], oom: readonly string[]): readonly string[] {
  const found: string[] = [];
  const own = rows.filter(({ source }) => source === 'memory');
  const logged = rows.filter(({ source }) => source === 'log');
  if (crash.length > 0) {
    const mine = own.map(crashLine);
    found.push(...crash.filter((line) => !mine.includes(line)), ...mine.filter((line) => !crash.includes(line)));
  }
  // Some of them have ended since, and others have begun.
  const mine = own.map(guestLine);
  const common = guest.filter((line) => mine.includes(line));
  if (guest.length > 0 && common.length < Math.min(guest.length, mine.length) / 2) found.push(`of ${guest.join(', ')} only ${common.join(', ')}`);
  if (JSON.stringify(logged.map(oomLine)) !== JSON.stringify(oom)) found.push(`log: ${JSON.stringify(logged.map(oomLine))} instead of ${JSON.stringify(oom)}`);
  for (const row of own) {
    if (Number(row.anon) + Number(row.file) + Number(row.shmem) !== row.rss) found.push(`${String(row.pid)}: its parts are not its sum`);
    if (Number(row.peak) < Number(row.rss) || Number(row.rss) > Number(row.size)) found.push(`${String(row.pid)}: more than it can have`);
  }
  return found;
}

describe.skipIf(cases.length === 0)('memory of processes', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('%s: as crash, the guest and the OOM killer count it', async (_name, entry, crash, guest, oom) => {
    const rows = await withSession(entry, async (opened) => {
      const [answer] = await analysesOf(opened.twoSystems === undefined ? opened : opened.inView('prod'), [{ id: 'process-memory' }], scan);
      return answer?.rows ?? [];
    });
    expect(rows.length).toBeGreaterThan(2);
    expect(disagreements(rows, crash, guest, oom)).toEqual([]);
    const altered = (column: string): readonly RowJson[] =>
      rows.map((row) => ({ ...row, [column]: typeof row[column] === 'number' ? row[column] + 4096 : 'x' }));
    for (const column of ['pid', 'name', 'rss', 'anon', 'file', 'shmem', 'size', ...(oom.length > 0 ? ['pageTables', 'swap', 'uid', 'oomScoreAdj'] : [])])
      expect(disagreements(altered(column), crash, guest, oom), column).not.toEqual([]);
  });
});
