/** Waits in the order in which a person wants to see them: the root blocker that most wait for first, then its waiters. */
import type { VirtualAddress } from '../../../../shared/units.ts';
import type { Hangs } from './hangs.ts';
import { waitGraph, type Waiting } from './wait-graph.ts';
import { defined } from '../../../../shared/defined.ts';

export interface RankedWait {
  readonly waiting: Waiting;
  /** Of its root, from 1. */
  readonly rank: number;
  readonly role: 'cycle' | 'root' | 'waiter' | 'alone';
  /** Of its cycle, from 1. */
  readonly cycle?: number;
  /** Tasks that wait for the same lock, itself included; undefined where its lock is not known. */
  readonly lockWaiters?: number;
}

const lockOf = ({ blocked, busy }: Waiting): VirtualAddress | undefined => (blocked?.wait.for === 'lock' ? blocked.wait.address : busy?.spins?.address);
const secondsOf = ({ blocked, busy }: Waiting): number => blocked?.seconds ?? busy?.seconds ?? 0;
const roleOf = ({ cycle, owner, blocks }: Waiting): RankedWait['role'] =>
  cycle !== undefined ? 'cycle' : owner !== undefined ? 'waiter' : blocks > 0 ? 'root' : 'alone';
const roleOrder = ['cycle', 'root', 'waiter', 'alone'] as const satisfies readonly RankedWait['role'][];

/** @param longSeconds CPUs at work are left out unless they wait, are waited for, or have held up RCU for so long */
export function rankedWaits(hangs: Hangs, longSeconds: number): readonly RankedWait[] {
  const graph = waitGraph(hangs);
  const all = [...graph.values()].filter(
    ({ busy, blocked, blocks }) =>
      busy === undefined || blocked !== undefined || blocks > 0 || busy.spins !== undefined || (busy.graceSeconds ?? 0) >= longSeconds,
  );
  const groups = new Map<VirtualAddress, Waiting[]>();
  const waiters = new Map<VirtualAddress, number>();
  for (const one of all) {
    const group = groups.get(one.root);
    if (group === undefined) groups.set(one.root, [one]);
    else group.push(one);
    const lock = lockOf(one);
    if (lock !== undefined) waiters.set(lock, (waiters.get(lock) ?? 0) + 1);
  }
  const weight = (group: readonly Waiting[]): number => group.reduce((most, one) => Math.max(most, secondsOf(one)), 0);
  const ranked = [...groups.values()]
    .map((group) => ({ group, seconds: weight(group) }))
    .sort((left, right) => right.group.length - left.group.length || right.seconds - left.seconds);
  let cycles = 0;
  return ranked.flatMap(({ group }, at) => {
    if (group.some(({ cycle }) => cycle !== undefined)) cycles += 1;
    const place = new Map(group.flatMap(({ cycle }) => cycle ?? []).map((task, order) => [task, order]));
    const order = (one: Waiting): number => roleOrder.indexOf(roleOf(one));
    return group
      .toSorted(
        (left, right) =>
          order(left) - order(right) ||
          (place.get(left.task) ?? 0) - (place.get(right.task) ?? 0) ||
          right.blocks - left.blocks ||
          secondsOf(right) - secondsOf(left),
      )
      .map((waiting): RankedWait => {
        const lock = lockOf(waiting);
        const sharing = lock === undefined ? undefined : waiters.get(lock);
        return {
          waiting,
          rank: at + 1,
          role: roleOf(waiting),
          ...(waiting.cycle === undefined ? {} : { cycle: cycles }),
          ...defined({ lockWaiters: sharing }),
        };
      });
  });
}
