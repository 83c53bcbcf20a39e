/** Where memory went, against the counters that drgn reads in the same dump; its sums, and what each case is known for. */
import { describe, expect, it } from 'vitest';
import { analysesOf } from '../../../src/analysis/engine/kernel/analyses.ts';
import type { AnalysisJson, RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle, dumpEntries } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const scan = { signal: new AbortController().signal, progress: () => undefined };
const answerFor = (entry: (typeof crashDumps)[number]): Promise<AnalysisJson | undefined> =>
  withSession(entry, async (opened) => {
    const [answer] = await analysesOf(opened.twoSystems === undefined ? opened : opened.inView('prod'), [{ id: 'memory' }], scan);
    return answer;
  });

/** Pages by the names of drgn's counters. */
const counters = (name: string): ReadonlyMap<string, number> =>
  new Map(
    [...(crashOracle(name, 'drgn.txt') ?? crashOracle(name, 'drgn-prod.txt') ?? '').matchAll(/^([A-Z_]+|totalram) (\d+)$/gm)].map(([, key = '', value]) => [
      key,
      Number(value),
    ]),
  );
/** Parts of the tree that counters give: what is added, and what is taken away. */
const counted: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
  'memory of the page allocator': [['totalram'], []],
  free: [['NR_FREE_PAGES'], []],
  'memory of processes': [['NR_ANON_MAPPED'], []],
  'files of file systems (page cache)': [['NR_FILE_PAGES'], ['NR_SHMEM', 'NR_SWAPCACHE']],
  'shared memory and files in memory': [['NR_SHMEM'], []],
  'slab, reclaimable': [['NR_SLAB_RECLAIMABLE_B'], []],
  'slab, not reclaimable': [['NR_SLAB_UNRECLAIMABLE_B'], []],
  'page tables': [['NR_PAGETABLE'], []],
};
/** Counters are added to on every CPU: parts may be more than their sum by so much. */
const tolerance = 2 * 1024 * 1024;

function disagreements(rows: readonly RowJson[], stated: ReadonlyMap<string, number>): readonly string[] {
  const found: string[] = [];
  const named = (name: string): RowJson | undefined => rows.find((row) => row.name === name);
  for (const [name, [added, taken]] of Object.entries(counted)) {
    const sum = (names: readonly string[]): number => names.reduce((total, one) => total + (stated.get(one) ?? Number.NaN), 0);
    const bytes = (sum(added) - sum(taken)) * 4096;
    if (named(name)?.bytes !== bytes) found.push(`${name}: ${String(named(name)?.bytes)} instead of ${bytes}`);
  }
  const paths = new Set(rows.map(({ path }) => path));
  for (const row of rows) {
    const below = rows.filter(({ parent }) => parent === row.path);
    const parts = below.reduce((total, { bytes }) => total + Number(bytes ?? 0), 0);
    const isWhole = below.some(({ source }) => String(source).startsWith('what is left of'));
    if (row.bytes !== undefined && below.length > 0 && (parts > Number(row.bytes) + tolerance || (isWhole && parts !== row.bytes)))
      found.push(`${String(row.path)}: its parts are ${parts} of ${String(row.bytes)}`);
    if (row.level !== 0 && !paths.has(row.parent ?? '')) found.push(`${String(row.path)}: no parent`);
    if (row.parent !== undefined && row.path !== `${String(row.parent)} / ${String(row.name)}`) found.push(`${String(row.path)}: not below its parent`);
    if (row.level !== String(row.path).split(' / ').length - 1) found.push(`${String(row.path)}: level ${String(row.level)}`);
  }
  if (new Set(rows.map(({ path }) => path)).size !== rows.length) found.push('paths are not unique');
  return found;
}

const cases = crashDumps.flatMap((entry) => {
  const stated = counters(entry.name);
  return stated.has('totalram') ? [[entry.name, entry, stated] as const] : [];
});
const largest = (rows: readonly RowJson[], parent: string): string =>
  String(rows.filter((row) => row.parent === parent).reduce<RowJson>((most, row) => (Number(row.bytes) > Number(most.bytes ?? 0) ? row : most), {}).name);

describe.skipIf(cases.length === 0)('where memory went', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('%s: as the counters say, and every part is the sum of its own', async (name, entry, stated) => {
    const answer = await answerFor(entry);
    const rows = answer?.rows ?? [];
    expect(answer?.missing).toEqual([]);
    expect(disagreements(rows, stated)).toEqual([]);
    const allocator = 'memory / memory of the page allocator';
    // Little is left that no counter accounts for; where RCU is stalled, what waits to be freed (page tables) is no longer counted, and not yet free.
    const most = /^c-(?:rcu-stall|spinlock)/.test(name) ? 40 : 6;
    expect(Number(rows.find((row) => row.path === `${allocator} / unaccounted`)?.bytes)).toBeLessThan(most * 1024 * 1024);
    if (name.startsWith('c-oom-tmpfs'))
      expect([largest(rows, allocator), largest(rows, `${allocator} / shared memory and files in memory`)]).toEqual([
        'shared memory and files in memory',
        'spool at /tmp',
      ]);
    if (name.startsWith('c-oom-slab'))
      expect([largest(rows, allocator), largest(rows, `${allocator} / slab, not reclaimable`)]).toEqual(['slab, not reclaimable', 'order_session']);
    if (name.startsWith('c-oom-memcg'))
      expect(
        largest(
          rows.filter((row) => row.name !== 'free'),
          allocator,
        ),
      ).toBe('memory of processes');
    const altered = (at: number, column: string, value: string | number): readonly RowJson[] =>
      rows.map((row, index) => (index === at ? { ...row, [column]: value } : row));
    for (const [at, { bytes, name: part }] of rows.entries()) {
      if (typeof bytes === 'number' && String(part) in counted) expect(disagreements(altered(at, 'bytes', bytes + 4096), stated), String(part)).not.toEqual([]);
      for (const [column, value] of Object.entries({ path: 'x', level: 9, ...(at === 0 ? {} : { parent: 'x', name: 'x' }) }))
        expect(disagreements(altered(at, column, value), stated)).not.toEqual([]);
    }
  });
});

const without = dumpEntries.filter(({ name }) => name === 'o-s390-s3-kdump-zlib-d31');
describe.skipIf(without.length === 0)('where memory went without types', () => {
  if (without.length === 0) it('needs the real dumps', () => undefined);
  it.each(without.map((entry) => [entry.name, entry] as const))('%s: what counters give, and a branch for what could not be read', async (_name, entry) => {
    const answer = await answerFor(entry);
    const rows = answer?.rows ?? [];
    expect(rows[0]).toMatchObject({ name: 'memory of the page allocator', level: 0, percent: 100 });
    const unread = rows.filter(({ parent }) => parent === 'memory of the page allocator / not read');
    expect(unread.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['memory that was reserved at boot', 'slab caches', 'files in memory', 'areas of vmalloc', 'kernel stacks']),
    );
    expect(unread.every(({ bytes, source }) => bytes === undefined && String(source).length > 0)).toBe(true);
    expect(answer?.complete).toBe(false);
    expect(rows.some(({ name }) => name === 'unaccounted, or not read')).toBe(true);
    expect(rows.some(({ name }) => name === 'unaccounted')).toBe(false);
  });
});
