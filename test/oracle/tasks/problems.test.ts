/**
 * The analysis `problems` against what crash, drgn, the guests and their logs said of the same dumps: which rules warn, and of what, follows from
 * those texts alone.
 */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { wholeAnalysis } from '../../whole-analysis.ts';
import { withSession } from '../oracle-suite.ts';

const truthSchema = v.object({
  class: v.string(),
  blocked_reported: v.array(v.tuple([v.number(), v.string()])),
  cpus: v.object({ online: v.array(v.number()) }),
  requests_in_flight: v.optional(v.array(v.unknown())),
  locks_held: v.array(v.object({ kind: v.string(), owner_pid: v.nullish(v.number()), waiters: v.optional(v.array(v.object({ pid: v.number() })), []) })),
});

interface Stated {
  readonly load: number;
  readonly online: number;
  readonly offline: number;
  readonly taint: bigint;
  readonly hasCrashkernel: boolean | undefined;
  readonly hung: readonly number[];
  readonly stalledCpus: readonly number[];
  readonly isDeadlock: boolean;
  readonly isIoStalled: boolean;
  /** Free pages in the dump, and the low watermark of the only zone without what is added to it at times. */
  readonly free: number;
  readonly low: number | undefined;
  readonly class: string;
}

/** Bits of tainted_mask that tell of trouble (Documentation/admin-guide/tainted-kernels.rst). */
const troubleBits: Readonly<Record<string, number>> = { F: 1, S: 2, R: 3, M: 4, B: 5, D: 7, W: 9, L: 14 };

function lowOf(zoneinfo: string): number | undefined {
  const [first] = zoneinfo.split(/^Node 0, zone +Normal$/m);
  const value = (name: string): number => Number(new RegExp(`^ +${name} +(\\d+)$`, 'm').exec(first ?? '')?.[1]);
  return Number.isNaN(value('low')) ? undefined : value('low') - value('boost');
}

function statedOf(name: string): Stated | undefined {
  const [crash, drgn, truth] = ['crash-a.txt', 'drgn.txt', 'truth.json'].map((file) => crashOracle(name, file));
  if (crash === undefined || drgn === undefined || truth === undefined) return undefined;
  const facts = v.parse(truthSchema, JSON.parse(truth));
  const log = crashOracle(name, 'dmesg.txt') ?? '';
  const iomem = crashOracle(name, 'guest/iomem.txt');
  const owners = new Map(facts.locks_held.flatMap(({ owner_pid: owner, waiters }) => waiters.map(({ pid }) => [pid, owner] as const)));
  return {
    load: Number(/LOAD AVERAGE: ([\d.]+)/.exec(crash)?.[1]),
    online: facts.cpus.online.length,
    offline: Number(/\[OFFLINE: (\d+)\]/.exec(crash)?.[1] ?? 0),
    taint: BigInt(/tainted_mask (0x[0-9a-f]+)/.exec(drgn)?.[1] ?? '0'),
    hasCrashkernel: iomem?.includes('Crash kernel'),
    hung: facts.blocked_reported.map(([pid]) => pid),
    stalledCpus: [...new Set([...log.matchAll(/rcu: \t(\d+)-\S*: \(\d+ ticks this GP\)/g)].map(([, cpu]) => Number(cpu)))],
    isDeadlock: [...owners].some(([pid, owner]) => owner !== undefined && owner !== null && owners.get(owner) === pid),
    isIoStalled: (facts.requests_in_flight?.length ?? 0) > 0,
    free: Number(/^NR_FREE_PAGES (\d+)$/m.exec(drgn)?.[1]),
    low: lowOf(crashOracle(name, 'guest/zoneinfo.txt') ?? ''),
    class: facts.class,
  };
}

const cases = crashDumps.flatMap((entry) => {
  const stated = statedOf(entry.name);
  return stated === undefined ? [] : [{ name: entry.name, entry, stated }];
});

function disagreements(stated: Stated, rows: readonly RowJson[]): readonly string[] {
  const wrong: string[] = [];
  const of = (rule: string): readonly RowJson[] => rows.filter((row) => row.rule === rule);
  const warns = (rule: string, expected: boolean): boolean => {
    if (of(rule).length > 0 !== expected) wrong.push(`${rule} ${expected ? 'does not warn' : 'warns'}`);
    return expected;
  };
  if (warns('load', stated.load > stated.online) && !(Math.abs(Number(String(of('load')[0]?.value).split(',')[0]) - stated.load) <= 0.011))
    wrong.push('load is another');
  if (warns('offline-cpus', stated.offline > 0) && !String(of('offline-cpus')[0]?.value).startsWith(`${stated.offline} of `))
    wrong.push('other CPUs are offline');
  const letters = Object.entries(troubleBits).flatMap(([letter, bit]) => (((stated.taint >> BigInt(bit)) & 1n) === 1n ? [letter] : []));
  if (warns('taint', letters.length > 0) && of('taint')[0]?.value !== letters.join('')) wrong.push('other flags');
  if (stated.hasCrashkernel !== undefined) warns('crashkernel', !stated.hasCrashkernel);
  if (warns('hung-tasks', stated.hung.length > 0) && of('hung-tasks')[0]?.value !== `${stated.hung.length} tasks`) wrong.push('other tasks hang');
  warns('deadlocks', stated.isDeadlock);
  warns('stuck-requests', stated.isIoStalled);
  const stalled = of('stalled-cpus').map(({ subject }) => subject);
  for (const cpu of stated.stalledCpus) if (!stalled.includes(`CPU ${cpu}`)) wrong.push(`CPU ${cpu} is not stalled`);
  if (stated.stalledCpus.length === 0 && stalled.length > 0) wrong.push(`${stalled.join(', ')} stalled`);
  // A CPU that does not leave a place runs none of its workers.
  for (const { subject } of of('stuck-work')) if (!stalled.includes(String(subject).replace(/,.*/, ''))) wrong.push(`work is stuck on ${String(subject)}`);
  warns('slab-memory', stated.class.includes('slab leak'));
  warns('shared-memory', stated.class.includes('tmpfs'));
  warns('available-memory', /out of memory \((?:slab leak|tmpfs)/.test(stated.class));
  if (stated.low !== undefined) warns('zone-watermarks', stated.free < stated.low);
  for (const quiet of ['fragmentation', 'broken-lists', 'time-jumps', 'swap-space', 'dirty-memory']) warns(quiet, false);
  return wrong;
}

describe.skipIf(cases.length === 0)('problems, and what others said of the same dumps', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('$name', async ({ entry, stated }) => {
    const { rows } = await withSession(entry, (session) => wholeAnalysis(session, 'problems'));
    expect(disagreements(stated, rows)).toEqual([]);
    // The twins: a warning less, and each number another.
    for (const [at, row] of rows.entries()) {
      const others = [...rows.slice(0, at), ...rows.slice(at + 1)];
      const isStated = !['stalled-cpus', 'stuck-work'].includes(String(row.rule)) && (row.rule !== 'crashkernel' || stated.hasCrashkernel !== undefined);
      if (row.source === 'memory' && isStated) expect(disagreements(stated, others), String(row.rule)).not.toEqual([]);
      if (['load', 'offline-cpus', 'taint', 'hung-tasks'].includes(String(row.rule)))
        expect(disagreements(stated, [...others, { ...row, value: '77 of 99' }]), String(row.rule)).not.toEqual([]);
      if (row.rule === 'stuck-work') expect(disagreements(stated, [...others, { ...row, subject: 'CPU 99' }])).not.toEqual([]);
    }
    // What only quotes the log says so.
    for (const { rule, source } of rows) expect(source).toBe(rule === 'log-reports' || rule === 'time-jumps' ? 'log' : 'memory');
  });

  it.skipIf(!cases.some(({ name }) => name.startsWith('c-spinlock')))('work that waits for the workers of a CPU that loops is stuck', async () => {
    const found = cases.find(({ name }) => name.startsWith('c-spinlock'));
    if (found === undefined) return;
    const { rows } = await withSession(found.entry, (session) => wholeAnalysis(session, 'problems'));
    const stuck = rows.filter(({ rule }) => rule === 'stuck-work').map(({ subject }) => subject);
    expect(stuck).toContain('CPU 1');
    // drgn: work that is active in pools, some of it of these.
    expect(crashOracle(found.name, 'drgn.txt')).toMatch(/^workqueue events pwq 0x[0-9a-f]+ pool \d+ active 1$/m);
  });
});
