/**
 * The analysis `cpus-running` against what drgn and crash read of the same run queues: task, ready tasks, switches and clocks of each CPU, the tasks
 * that waited in it, the CPUs that were online, and the ticks and seconds of RCU's own reports of stalls.
 */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { AnalysisJson, RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { wholeAnalysis } from '../../whole-analysis.ts';
import { withSession } from '../oracle-suite.ts';

interface StatedQueue {
  readonly cpu: number;
  readonly ready: number;
  readonly pid: number;
  readonly name: string;
  readonly switches: number;
}

/** Lines "cpu N rq 0x... nr_running N curr PID NAME clock N nr_switches N" of our drgn script. */
const drgnQueues = (text: string): readonly StatedQueue[] =>
  [...text.matchAll(/^cpu (\d+) rq 0x[0-9a-f]+ nr_running (\d+) curr (\d+) (.*) clock \d+ nr_switches (\d+)$/gm)].map(
    ([, cpu, ready, pid, name = '', switches]) => ({
      cpu: Number(cpu),
      ready: Number(ready),
      pid: Number(pid),
      name,
      switches: Number(switches),
    }),
  );

/** Pids of the tasks that crash's `runq` shows as queued, by CPU. */
function crashWaiting(text: string): ReadonlyMap<number, readonly number[]> {
  const heads = [...text.matchAll(/^ *CPU (\d+) RUNQUEUE: .*$/gm)];
  return new Map(
    heads.map((head, at) => {
      const part = text.slice(head.index, heads[at + 1]?.index ?? text.length).split(/\n {0,5}(?=[A-Z]+ {2,}[A-Z]+)/)[0] ?? '';
      return [Number(head[1]), [...part.matchAll(/^ +\[ *\d+\] PID: (\d+) /gm)].map(([, pid]) => Number(pid)).sort((left, right) => left - right)];
    }),
  );
}

const onlineSchema = v.object({ cpus: v.object({ online: v.array(v.number()) }) });

const cases = crashDumps.flatMap((entry) => {
  const queues = drgnQueues(crashOracle(entry.name, 'drgn.txt') ?? '');
  const waiting = crashWaiting(crashOracle(entry.name, 'crash-a.txt') ?? '');
  const truth = crashOracle(entry.name, 'truth.json');
  if (queues.length === 0 || truth === undefined) return [];
  return [{ name: entry.name, entry, queues, waiting, online: v.parse(onlineSchema, JSON.parse(truth)).cpus.online }];
});
type Case = (typeof cases)[number];

const waitingPids = (row: RowJson): readonly number[] =>
  [...String(row.waiting ?? '').matchAll(/\((\d+)\)/g)].map(([, pid]) => Number(pid)).sort((left, right) => left - right);

function disagreements({ queues, waiting, online }: Pick<Case, 'queues' | 'waiting' | 'online'>, rows: readonly RowJson[]): readonly string[] {
  const wrong: string[] = [];
  const compare = (what: string, ours: unknown, theirs: unknown): void => {
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) wrong.push(`${what}: ${JSON.stringify(ours)}, not ${JSON.stringify(theirs)}`);
  };
  compare(
    'online',
    rows.flatMap((row) => (row.online === true ? [Number(row.cpu)] : [])).sort((left, right) => left - right),
    online,
  );
  for (const { cpu, ready, pid, name, switches } of queues.filter((one) => online.includes(one.cpu))) {
    const row = rows.find((one) => one.cpu === cpu) ?? {};
    compare(`CPU ${cpu}`, [row.pid, row.name, row.ready, row.switches], [pid, name, ready, switches]);
    compare(`CPU ${cpu} classes`, Number(row.fair) + Number(row.realtime) + Number(row.deadline), ready);
    const queued = waiting.get(cpu);
    if (queued !== undefined) compare(`CPU ${cpu} waiting`, waitingPids(row), queued);
  }
  return wrong;
}

const answerOf = (entry: Case['entry']): Promise<AnalysisJson> => withSession(entry, (session) => wholeAnalysis(session, 'cpus-running'));

describe.skipIf(cases.length === 0)('CPUs at work, and run queues of drgn and crash', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('$name', async ({ entry, ...stated }) => {
    const { rows } = await answerOf(entry);
    expect(disagreements(stated, rows)).toEqual([]);
    // The twins: every number and name that is compared.
    for (const [at, row] of rows.entries())
      for (const [column, other] of [
        ['online', row.online !== true],
        ...(row.online === true
          ? ([
              ['pid', 4711],
              ['name', 'another'],
              ['ready', Number(row.ready) + 1],
              ['realtime', Number(row.realtime) + 1],
              ['switches', Number(row.switches) - 1],
            ] as const)
          : []),
      ] as const)
        expect(disagreements(stated, [...rows.slice(0, at), { ...row, [column]: other }, ...rows.slice(at + 1)]), column).not.toEqual([]);
    const queued = rows.find((row) => waitingPids(row).length > 0 && stated.waiting.has(Number(row.cpu)));
    if (queued !== undefined)
      expect(
        disagreements(
          stated,
          rows.map((row) => (row === queued ? { ...row, waiting: 'another (4711)' } : row)),
        ),
      ).not.toEqual([]);
  });
});

/** "1-....: (1643 ticks this GP)" and "(t=2100 jiffies" with the time of the line. */
const stalls = crashDumps.flatMap((entry) => {
  const log = crashOracle(entry.name, 'dmesg.txt') ?? '';
  const end = Math.max(0, ...[...log.matchAll(/^\[ *(\d+\.\d+)\]/gm)].map(([, time]) => Number(time)));
  const found = [...log.matchAll(/^\[ *(\d+\.\d+)\].*rcu: \t(\d+)-\S*: \((\d+) ticks this GP\)/gm)];
  const last = found.at(-1);
  return last === undefined ? [] : [{ name: entry.name, entry, cpu: Number(last[2]), ticks: Number(last[3]), since: end - Number(last[1]) }];
});

describe.skipIf(stalls.length === 0)('CPUs that RCU waits for, and its reports of stalls', () => {
  if (stalls.length === 0) it('needs the real dumps', () => undefined);
  it.each(stalls)('$name', async ({ entry, cpu, ticks, since }) => {
    const { rows } = await answerOf(entry);
    const row = rows.find((one) => one.cpu === cpu);
    // Reported after 21 s, and nothing has changed since: the counts went on.
    expect(row).toMatchObject({ stalled: true, needsReschedule: true, idle: false });
    expect(Number(row?.graceSeconds)).toBeGreaterThanOrEqual(20 + since);
    expect(Number(row?.graceTicks)).toBeGreaterThanOrEqual(ticks);
    expect(Number(row?.seconds)).toBeGreaterThanOrEqual(20 + since);
    // CPUs that idle hold up nobody: the same claims are false of them.
    for (const other of rows.filter(({ idle }) => idle === true))
      expect([other.stalled ?? false, other.needsReschedule, other.seconds]).toEqual([false, false, undefined]);
  });
});
