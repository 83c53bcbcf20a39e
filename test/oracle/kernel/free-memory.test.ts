/**
 * Zones and free blocks against what crash and drgn read in the same dump, and against what the guest printed some seconds before. What stays is
 * equal to the guest's /proc/zoneinfo; what is free goes on changing, and is held within bounds.
 */
import { describe, expect, it } from 'vitest';
import { analysesOf } from '../../../src/analysis/engine/kernel/analyses.ts';
import type { AnalysisJson, RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const scan = { signal: new AbortController().signal, progress: () => undefined };
const answersFor = (entry: (typeof crashDumps)[number]): Promise<readonly AnalysisJson[]> =>
  withSession(entry, (opened) => analysesOf(opened.twoSystems === undefined ? opened : opened.inView('prod'), [{ id: 'zones' }, { id: 'buddy' }], scan));

const sum = (rows: readonly RowJson[], column: string): number => rows.reduce((total, row) => total + Number(row[column] ?? Number.NaN), 0);

/** Free pages as crash and drgn read them in the same dump. */
function freeInDump(name: string): readonly number[] {
  const crash = /^ +FREE +(\d+)/m.exec(crashOracle(name, 'crash-a.txt') ?? crashOracle(name, 'crash-prod.txt') ?? '')?.[1];
  const drgn = /^NR_FREE_PAGES (\d+)/m.exec(crashOracle(name, 'drgn.txt') ?? crashOracle(name, 'drgn-prod.txt') ?? '')?.[1];
  return [crash, drgn].flatMap((one) => (one === undefined ? [] : [Number(one)]));
}

/** What the guest says of zones that have memory, by name: what does not change while it runs. */
function zoneinfo(text: string): readonly RowJson[] {
  return text.split(/^(?=Node )/m).flatMap((part) => {
    const [, node, zone] = /^Node (\d+), zone +(\S+)/.exec(part) ?? [];
    const value = (key: string): number => Number(new RegExp(`^ +${key}:? +(\\d+)$`, 'm').exec(part)?.[1] ?? Number.NaN);
    const boost = value('boost');
    return [
      {
        node: Number(node),
        zone: zone ?? '',
        min: value('min') - boost,
        low: value('low') - boost,
        high: value('high') - boost,
        managed: value('managed'),
        present: value('present'),
        spanned: value('spanned'),
        cma: value('cma'),
        start: `0x${(value('start_pfn') * 4096).toString(16)}`,
      },
    ];
  });
}
const steady = (row: RowJson): RowJson => ({
  node: row.node ?? -1,
  zone: row.zone ?? '',
  min: Number(row.min) - Number(row.boost),
  low: Number(row.low) - Number(row.boost),
  high: Number(row.high) - Number(row.boost),
  managed: row.managed ?? -1,
  present: row.present ?? -1,
  spanned: row.spanned ?? -1,
  cma: row.cma ?? 0,
  start: row.start ?? '',
});
const inUse = (rows: readonly RowJson[]): readonly RowJson[] => rows.filter(({ present }) => present !== 0);

/** Lines of /proc/pagetypeinfo and /proc/buddyinfo: "node zone type" or "node zone", then blocks by order. */
function blocksByLine(text: string, pattern: RegExp): ReadonlyMap<string, readonly number[]> {
  return new Map([...text.matchAll(pattern)].map((match) => [match.slice(1, -1).join(' '), (match.at(-1) ?? '').trim().split(/ +/).map(Number)]));
}
const typeLines = (text: string): ReadonlyMap<string, readonly number[]> => blocksByLine(text, /^Node +(\d+), zone +(\S+), type +(\S+) ([\d ]+)$/gm);
const zoneLines = (text: string): ReadonlyMap<string, readonly number[]> => blocksByLine(text, /^Node (\d+), zone +(\S+) ([\d ]+)$/gm);

function asLines(rows: readonly RowJson[], withType: boolean): ReadonlyMap<string, readonly number[]> {
  const lines = new Map<string, number[]>();
  for (const { node, zone, type, order, blocks } of rows) {
    const name = [node, zone, ...(withType ? [type] : [])].join(' ');
    const line = lines.get(name) ?? [];
    lines.set(name, line);
    line[Number(order)] = (line[Number(order)] ?? 0) + Number(blocks);
  }
  return lines;
}
const pagesOf = (line: readonly number[]): number => line.reduce((total, blocks, order) => total + blocks * 2 ** order, 0);
const pagesIn = (lines: ReadonlyMap<string, readonly number[]>): number => [...lines.values()].reduce((total, line) => total + pagesOf(line), 0);

const cases = crashDumps.flatMap((entry) => {
  const info = crashOracle(entry.name, 'guest/zoneinfo.txt');
  const types = crashOracle(entry.name, 'guest/pagetypeinfo.txt') ?? '';
  const free = crashOracle(entry.name, 'guest/late-buddyinfo.txt') ?? crashOracle(entry.name, 'guest/buddyinfo.txt') ?? '';
  return info === undefined ? [] : [[entry.name, entry, info, types, free] as const];
});

/** What of two answers is not as the oracles have it. */
function disagreements(name: string, zones: readonly RowJson[], blocks: readonly RowJson[], info: string, types: string, free: string): readonly string[] {
  const found: string[] = [];
  const same = (what: string, mine: unknown, stated: unknown): void => {
    if (JSON.stringify(mine) !== JSON.stringify(stated)) found.push(`${what}: ${JSON.stringify(mine)} instead of ${JSON.stringify(stated)}`);
  };
  // Of the same dump: equal.
  for (const stated of freeInDump(name)) same('free', sum(zones, 'free'), stated);
  same('in lists', sum(blocks, 'bytes') / 4096, sum(zones, 'free') + sum(zones, 'pending'));
  // Of the guest: what stays is equal.
  same('zones', inUse(zones).map(steady), inUse(zoneinfo(info)));
  const [byType, byZone] = [asLines(blocks, true), asLines(blocks, false)];
  same('types', [...byType.keys()].sort(), [...typeLines(types).keys()].sort());
  same('zones with blocks', [...byZone.keys()], [...zoneLines(free).keys()]);
  same(
    'orders',
    [...byZone.values()].map(({ length }) => length),
    [...zoneLines(free).values()].map(({ length }) => length),
  );
  for (const row of blocks) same('size', [row.blockBytes, row.bytes], [4096 * 2 ** Number(row.order), Number(row.blocks) * 4096 * 2 ** Number(row.order)]);
  // And what is free is near: the guest went on for some seconds, and ran out of memory in some.
  const stated = name.startsWith('c-oom') ? zoneLines(free) : typeLines(types);
  const most = sum(zones, 'managed') / 3;
  const distance = Math.abs(pagesIn(byZone) - pagesIn(stated));
  if (distance > most) found.push(`${distance} pages from what the guest had free`);
  return found;
}

describe.skipIf(cases.length === 0)('zones and free blocks', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('%s: as crash and drgn count them in the dump, and as the guest printed them before', async (name, entry, info, types, free) => {
    const [zones, buddy] = await answersFor(entry);
    expect([zones?.missing, buddy?.missing]).toEqual([[], []]);
    const [rows, blocks] = [zones?.rows ?? [], buddy?.rows ?? []];
    expect(disagreements(name, rows, blocks, info, types, free)).toEqual([]);
    const altered = (all: readonly RowJson[], column: string, value: string | number): readonly RowJson[] =>
      all.map((row, at) => (at === 0 ? { ...row, [column]: value } : row));
    for (const [column, value] of Object.entries({ zone: 'X', node: 7, free: -9, pending: 99, min: 1, managed: 5, present: 6, spanned: 7, start: '0x77' }))
      expect(disagreements(name, altered(rows, column, value), blocks, info, types, free), column).not.toEqual([]);
    for (const [column, value] of Object.entries({ zone: 'X', node: 7, type: 'X', order: 9, blocks: 12_345, bytes: 4096 * 12_345, blockBytes: 1 }))
      expect(disagreements(name, rows, altered(blocks, column, value), info, types, free), column).not.toEqual([]);
  });
});
