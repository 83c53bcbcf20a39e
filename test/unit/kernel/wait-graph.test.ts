/** Who waits for whom: roots, cycles, ranks, and chains and fans of a hundred thousand tasks that end. */
import { describe, expect, it } from 'vitest';
import type { Hangs } from '../../../src/analysis/kernel/verdict/hangs/hangs.ts';
import { rankedWaits } from '../../../src/analysis/kernel/verdict/hangs/ranked-waits.ts';
import { waitGraph } from '../../../src/analysis/kernel/verdict/hangs/wait-graph.ts';
import { blocked, busy, mutex } from './verdict-evidence.ts';

const hangs = (tasks: Hangs['blocked'], cpus: Hangs['busy'] = []): Hangs => ({ blocked: tasks, busy: cpus, looked: tasks.length, unfollowed: 0, unseen: [] });
const waits = (task: number, owner?: number, lock = 0x1000 + (owner ?? 0), seconds = 600): Hangs['blocked'][number] =>
  blocked(task, mutex(lock, owner), ['schedule', '__mutex_lock', 'weigh'], seconds);
const rows = (found: Hangs): readonly string[] =>
  rankedWaits(found, 10).map(({ rank, role, waiting, cycle, lockWaiters }) =>
    [
      rank,
      role,
      waiting.task,
      `blocks ${waiting.blocks}`,
      `root ${waiting.root}`,
      ...(cycle === undefined ? [] : [`cycle ${cycle}`]),
      ...(lockWaiters === undefined ? [] : [`lock ${lockWaiters}`]),
    ].join(' '),
  );

describe('the graph of waits', () => {
  it('a chain: the root first, which waits for no owner, then those that wait for it through others', () => {
    expect(rows(hangs([waits(1, 2), waits(2, 3), blocked(3, { for: 'event' }, ['schedule', 'weigh'])]))).toEqual([
      '1 root 3 blocks 2 root 3',
      '1 waiter 2 blocks 1 root 3 lock 1',
      '1 waiter 1 blocks 0 root 3 lock 1',
    ]);
  });

  it('an owner that runs or has ended is a root too', () => {
    expect(rows(hangs([waits(1, 101), waits(2, 9)], [busy(1, ['weigh'])]))).toEqual([
      '1 root 101 blocks 1 root 101',
      '1 waiter 1 blocks 0 root 101 lock 1',
      '2 root 9 blocks 1 root 9',
      '2 waiter 2 blocks 0 root 9 lock 1',
    ]);
    expect(waitGraph(hangs([{ ...waits(1), wait: { for: 'lock', kind: 'mutex', address: 1n, owner: { task: 7n } } }])).get(7n)).toEqual({
      task: 7n,
      blocks: 1,
      root: 7n,
    });
  });

  it('a cycle, with those that wait for its members; the larger group is ranked first', () => {
    expect(rows(hangs([waits(5), waits(1, 2), waits(2, 3), waits(3, 1), waits(4, 2)]))).toEqual([
      '1 cycle 1 blocks 3 root 1 cycle 1 lock 2',
      '1 cycle 2 blocks 3 root 1 cycle 1 lock 1',
      '1 cycle 3 blocks 3 root 1 cycle 1 lock 1',
      '1 waiter 4 blocks 0 root 1 lock 2',
      '2 alone 5 blocks 0 root 5 lock 1',
    ]);
  });

  it('a task that waits for its own lock is a cycle of one, and two cycles have two numbers', () => {
    expect(rows(hangs([waits(1, 1), waits(2, 2)]))).toEqual(['1 cycle 1 blocks 0 root 1 cycle 1 lock 1', '2 cycle 2 blocks 0 root 2 cycle 2 lock 1']);
  });

  it('a CPU that spins waits for the CPU that the lock names; CPUs that work and hold up nobody are left out', () => {
    const spinner = busy(2, ['arch_spin_lock_wait'], { spins: { address: 0x10n, owner: 1, word: 2 } });
    expect(rows(hangs([], [busy(0, ['weigh']), busy(1, ['recount'], { seconds: 40 }), spinner, busy(3, ['weigh'], { graceSeconds: 30 })]))).toEqual([
      '1 root 101 blocks 1 root 101',
      '1 waiter 102 blocks 0 root 101 lock 1',
      '2 alone 103 blocks 0 root 103',
    ]);
  });

  it.each([
    ['a chain', (task: number): number => task + 1],
    ['a fan', (): number => 0],
    ['one cycle', (task: number): number => (task + 1) % 100_000],
  ])('%s of a hundred thousand tasks ends', (_, ownerOf) => {
    const most = 100_000;
    const graph = waitGraph(hangs(Array.from({ length: most }, (_unused, task) => waits(task, ownerOf(task)))));
    expect(graph.size).toBeGreaterThanOrEqual(most);
    expect(Math.max(...[...graph.values()].slice(0, 10).map(({ blocks }) => blocks))).toBeGreaterThan(0);
    expect(new Set([...graph.values()].map(({ root }) => root)).size).toBe(1);
  });
});
