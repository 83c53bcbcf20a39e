/** Workqueues, pools and work against drgn's parts with work (struct pool_workqueue), and what sysfs of the guest showed of its workqueues. */
import { describe, expect, it } from 'vitest';
import type { AnalysisJson, RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, crashOracle } from '../../dumps.ts';
import { wholeAnalysis } from '../../whole-analysis.ts';
import { withSession } from '../oracle-suite.ts';

type Entry = (typeof crashDumps)[number];
const answersOf = (entry: Entry, ids: readonly string[]): Promise<readonly AnalysisJson[]> =>
  withSession(entry, async (session) => {
    const found: AnalysisJson[] = [];
    for (const id of ids) found.push(await wholeAnalysis(session, id));
    return found;
  });

const described = crashDumps.flatMap((entry) => {
  const text = crashOracle(entry.name, 'drgn.txt')?.split('### work queues\n')[1]?.split('\n###')[0];
  return text === undefined
    ? []
    : [
        [
          entry.name,
          entry,
          text
            .trim()
            .split('\n')
            .filter((line) => line !== ''),
        ] as const,
      ];
});
const sorted = (lines: readonly string[]): readonly string[] => [...lines].sort();

/** "workqueue events pwq 0x18c6400 pool 2 active 4", of each part with work. */
function partLines(rows: readonly RowJson[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { state, queue, part, pool } of rows) {
    if (state === 'inactive') continue;
    const key = ['workqueue', queue, 'pwq', part, 'pool', pool, 'active'].join(' ');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return sorted([...counts].map(([key, count]) => `${key} ${count}`));
}

/** /sys/bus/workqueue/devices/writeback 3 256 0: mask of CPUs, max_active, nice. */
const sysfsLines = (text: string): readonly string[] =>
  [...text.matchAll(/devices\/(\S+) ([0-9a-f,]+) (\d+) (-?\d+)/g)].map(([, name, mask = '', most, nice]) => {
    const bits = BigInt(`0x${mask.replaceAll(',', '')}`);
    const cpus = Array.from({ length: 64 }, (_, at) => at).filter((at) => ((bits >> BigInt(at)) & 1n) === 1n);
    return [name, `${cpus[0]}-${cpus.at(-1)}`, most, nice].join(' ');
  });

describe.skipIf(described.length === 0)('workqueues', () => {
  if (described.length === 0) it('needs the real dumps', () => undefined);
  it.each(described)('%s: work by queue and pool as drgn counts it, queues as sysfs of the guest showed them', async (name, entry, stated) => {
    const [work, pools, queues] = await answersOf(entry, ['work-items', 'worker-pools', 'workqueues']);
    if (work === undefined || pools === undefined || queues === undefined) throw new Error('no answers');
    for (const { missing } of [work, pools, queues]) expect(missing).toEqual([]);
    expect(partLines(work.rows)).toEqual(sorted(stated));
    // Work whose function has no name is that of a freed module, or none.
    for (const row of work.rows) expect(row.function).toBeDefined();
    // Each queue has as much to do as its parts.
    const active = new Map<string, number>();
    for (const line of stated) {
      const [, queue = '', count] = /^workqueue (\S+) .* active (\d+)$/.exec(line) ?? [];
      active.set(queue, (active.get(queue) ?? 0) + Number(count));
    }
    for (const [queue, count] of active) expect(queues.rows.filter((row) => row.name === queue).reduce((sum, row) => sum + Number(row.active), 0)).toBe(count);
    expect(queues.rows.reduce((sum, row) => sum + Number(row.active), 0)).toBe([...active.values()].reduce((sum, one) => sum + one, 0));
    // Two pools of each CPU, and of these as many waiting as there are.
    const waiting = work.rows.filter(({ state }) => state === 'pending');
    for (const { id, pending, workers, idle, busy } of pools.rows) {
      expect(pending).toBe(waiting.filter(({ pool }) => pool === id).length);
      expect(Number(idle) + Number(busy)).toBeGreaterThanOrEqual(Number(workers));
    }
    const guest = crashOracle(name, 'guest/workqueues.txt');
    const sysfs = sysfsLines(guest ?? '');
    const line = (row: RowJson): string => [row.name, row.cpus, row.maxActive, row.nice].join(' ');
    const shown = queues.rows.filter(({ flags }) => String(flags).includes('sysfs'));
    if (guest !== undefined) expect(sorted(shown.map(line))).toEqual(sorted(sysfs));
    for (const column of ['name', 'cpus', 'maxActive', 'nice']) expect(sorted(shown.map((row) => line({ ...row, [column]: 'x' })))).not.toEqual(sorted(sysfs));
    if (stated.length > 0)
      for (const column of ['queue', 'part', 'pool'])
        expect(partLines(work.rows.map((row, at) => (at === 0 ? { ...row, [column]: 'x' } : row)))).not.toEqual(sorted(stated));
  });

  it.skipIf(!described.some(([name]) => name.startsWith('c-spinlock')))('c-spinlock: the workers of a CPU that loops begin no work', async () => {
    const [, entry] = described.find(([name]) => name.startsWith('c-spinlock')) ?? [];
    if (entry === undefined) return;
    const [pools] = await answersOf(entry, ['worker-pools']);
    const stalled = pools?.rows.filter((row) => row.stalled === true) ?? [];
    expect(stalled.length).toBeGreaterThan(0);
    // The log names the CPU that loops: 1 holds the lock, 2 spins for it.
    for (const { cpu } of stalled) expect([1, 2]).toContain(cpu);
  });
});
