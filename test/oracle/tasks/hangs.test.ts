/**
 * The analysis `hangs` against what drgn read of the same dumps (truth.json of each case): tasks in D state, locks that are held, their owners and
 * waiters, spinlock words; and against the reports of khungtaskd in the log, which bound how long a task had slept.
 */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle, type DumpEntry } from '../../dumps.ts';
import { wholeAnalysis } from '../../whole-analysis.ts';
import { withSession } from '../oracle-suite.ts';

const pids = v.array(v.object({ pid: v.number() }));
const systemSchema = v.object({
  cpus: v.object({ online: v.array(v.number()) }),
  tasks_D: pids,
  locks_held: v.array(
    v.object({
      kind: v.string(),
      name: v.string(),
      address: v.string(),
      owner_pid: v.nullish(v.number()),
      owner_comm: v.nullish(v.string()),
      owner_cpu: v.nullish(v.number()),
      waiters: v.optional(pids, []),
    }),
  ),
});
type Stated = v.InferOutput<typeof systemSchema>;
const twoSchema = v.object({ production: systemSchema, kdump_system: systemSchema });

interface Case {
  readonly name: string;
  readonly entry: DumpEntry;
  readonly view: 'all' | 'prod' | 'kdump';
  readonly stated: Stated;
}

const cases = crashDumps.flatMap((entry): readonly Case[] => {
  const text = crashOracle(entry.name, 'truth.json');
  if (text === undefined) return [];
  const truth: unknown = JSON.parse(text);
  if (v.is(twoSchema, truth))
    return [
      { name: `${entry.name} (prod)`, entry, view: 'prod', stated: v.parse(twoSchema, truth).production },
      { name: `${entry.name} (kdump)`, entry, view: 'kdump', stated: v.parse(twoSchema, truth).kdump_system },
    ];
  return [{ name: entry.name, entry, view: 'all', stated: v.parse(systemSchema, truth) }];
});

const sorted = (numbers: readonly unknown[]): readonly number[] => numbers.map(Number).sort((left, right) => left - right);

function disagreements({ tasks_D: sleeping, locks_held: locks }: Stated, rows: readonly RowJson[]): readonly string[] {
  const wrong: string[] = [];
  const compare = (what: string, ours: unknown, theirs: unknown): void => {
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) wrong.push(`${what}: ${JSON.stringify(ours)}, not ${JSON.stringify(theirs)}`);
  };
  const asleep = rows.filter(({ state }) => state === 'D');
  compare('tasks in D state', sorted(asleep.map(({ pid }) => pid)), sorted(sleeping.map(({ pid }) => pid)));
  compare('locks', [...new Set(rows.flatMap(({ lock }) => (lock === undefined ? [] : [String(lock)])))].sort(), locks.map(({ address }) => address).sort());
  for (const { kind, name, address, owner_pid: owner, owner_comm: comm, owner_cpu: cpu, waiters } of locks) {
    const waiting = rows.filter(({ lock }) => lock === address);
    if (cpu !== undefined && cpu !== null) {
      compare(`${address} holder`, [...new Set(waiting.map(({ ownerCpu }) => ownerCpu))], [cpu]);
      continue;
    }
    compare(`${address} waiters`, sorted(waiting.map(({ pid }) => pid)), sorted(waiters.map(({ pid }) => pid)));
    compare(`${address} number of waiters`, [...new Set(waiting.map(({ lockWaiters }) => lockWaiters))], [waiters.length]);
    for (const { waitsFor, ownerPid, ownerName, lockName } of waiting) {
      compare(`${address} kind`, waitsFor, kind);
      compare(`${address} owner`, ownerName, comm);
      if (owner !== undefined && owner !== null) compare(`${address} owner's pid`, ownerPid, owner);
      // A lock that was allocated has no symbol.
      if (lockName !== undefined) compare(`${address} name`, String(lockName).replace(/ \[.*/, ''), name);
    }
  }
  return wrong;
}

/** Tasks that wait in a circle by what is stated: from each owner on to the lock that it waits for. */
function statedCycle({ locks_held: locks }: Stated): readonly number[] {
  const ownerOf = new Map(locks.flatMap(({ owner_pid: owner, waiters }) => waiters.map(({ pid }) => [pid, owner ?? undefined] as const)));
  return sorted(
    [...ownerOf.keys()].filter((start) => {
      let at = ownerOf.get(start);
      for (let turn = 0; at !== undefined && at !== start && turn < ownerOf.size; turn += 1) at = ownerOf.get(at);
      return at === start;
    }),
  );
}

describe.skipIf(cases.length === 0)('hangs and drgn', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('$name', async ({ entry, view, stated }) => {
    const { rows, missing } = await withSession(entry, (session) => wholeAnalysis(view === 'all' ? session : session.inView(view), 'hangs'));
    expect(disagreements(stated, rows)).toEqual([]);
    expect(missing).toEqual([]);
    expect(sorted(rows.filter(({ role }) => role === 'cycle').map(({ pid }) => pid))).toEqual(statedCycle(stated));
    // The twins: another owner, one waiter less, another lock, and each is noticed.
    for (const [at, row] of rows.entries()) {
      const instead = (...more: readonly RowJson[]): readonly RowJson[] => [...rows.slice(0, at), ...more, ...rows.slice(at + 1)];
      if (row.state === 'D' || row.lock !== undefined) expect(disagreements(stated, instead())).not.toEqual([]);
      if (row.ownerCpu !== undefined) expect(disagreements(stated, instead({ ...row, ownerCpu: Number(row.ownerCpu) + 1 }))).not.toEqual([]);
      else if (row.ownerPid !== undefined) expect(disagreements(stated, instead({ ...row, ownerName: 'another' }))).not.toEqual([]);
      if (row.lock !== undefined) expect(disagreements(stated, instead({ ...row, lock: '0x10' }))).not.toEqual([]);
    }
  });
});

/** Reports of khungtaskd: "task NAME:PID blocked for more than N seconds", and the log's last time. */
function reports(log: string): readonly { readonly pid: number; readonly atLeast: number }[] {
  const end = Math.max(0, ...[...log.matchAll(/^\[ *(\d+\.\d+)\]/gm)].map(([, time]) => Number(time)));
  return [...log.matchAll(/^\[ *(\d+\.\d+)\].*INFO: task .*:(\d+) blocked for more than (\d+) seconds/gm)].map(([, time, pid, seconds]) => ({
    pid: Number(pid),
    atLeast: Number(seconds) + end - Number(time),
  }));
}

const reported = cases.flatMap((one) => {
  const found = reports(crashOracle(one.entry.name, 'dmesg.txt') ?? '');
  return found.length === 0 || one.stated.tasks_D.length === 0 ? [] : [{ ...one, reported: found }];
});

describe.skipIf(reported.length === 0)('how long tasks had slept, and khungtaskd', () => {
  if (reported.length === 0) it('needs the real dumps', () => undefined);
  it.each(reported)('$name', async ({ entry, reported: stated }) => {
    const { rows } = await withSession(entry, (session) => wholeAnalysis(session, 'hangs'));
    const tooShort = (shift: number): readonly number[] =>
      stated.filter(({ pid, atLeast }) => !(Number(rows.find((row) => row.pid === pid)?.seconds) - shift >= atLeast)).map(({ pid }) => pid);
    expect(tooShort(0)).toEqual([]);
    // It looks at tasks every so often, so that some were found soon after the time was over.
    expect(tooShort(120)).not.toEqual([]);
  });
});
