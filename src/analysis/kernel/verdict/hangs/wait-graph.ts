/** Who waits for whom: each task waits for one owner at most, so from every task one path leads to a root or into a cycle. */
import type { VirtualAddress } from '../../../../shared/units.ts';
import { possibleOwner, type BlockedTask, type BusyCpu, type Hangs } from './hangs.ts';
import { defined } from '../../../../shared/defined.ts';

export interface Waiting {
  readonly task: VirtualAddress;
  /** "order (pid 7)"; undefined for an owner that is not on the list of tasks. */
  readonly name?: string;
  readonly blocked?: BlockedTask;
  readonly busy?: BusyCpu;
  /** Task that owns the lock that it waits for. */
  readonly owner?: VirtualAddress;
  /** Tasks that wait for it, directly or through others; those of its cycle among them. */
  readonly blocks: number;
  /** Where its path ends: the task that waits for no known owner, itself included; of a cycle the first of its members. */
  readonly root: VirtualAddress;
  /** Members in the order in which they wait for each other, where it is one of a cycle. */
  readonly cycle?: readonly VirtualAddress[];
}

interface Known {
  readonly name?: string;
  readonly blocked?: BlockedTask;
  readonly busy?: BusyCpu;
  readonly owner?: VirtualAddress;
}

function knownTasks({ blocked, busy }: Hangs): Map<VirtualAddress, Known> {
  const known = new Map<VirtualAddress, Known>();
  for (const one of busy) {
    const owner = busy.find(({ cpu }) => cpu === one.spins?.owner)?.task;
    known.set(one.task, { name: one.name, busy: one, ...defined({ owner }) });
  }
  for (const one of blocked) {
    // Owners that are gone stay in the graph: they are what others wait for.
    const owner = possibleOwner(one.wait)?.task;
    known.set(one.task, { name: one.name, blocked: one, ...defined({ owner }) });
  }
  for (const { wait } of blocked) {
    const owner = possibleOwner(wait);
    if (owner === undefined || known.has(owner.task)) continue;
    const { task, name } = owner;
    known.set(task, name === undefined ? {} : { name });
  }
  return known;
}

/** Cycles, each once, its members in the order in which they wait. */
function cyclesOf(known: ReadonlyMap<VirtualAddress, Known>): readonly (readonly VirtualAddress[])[] {
  const cycles: VirtualAddress[][] = [];
  const done = new Set<VirtualAddress>();
  for (const start of known.keys()) {
    const path: VirtualAddress[] = [];
    const onPath = new Map<VirtualAddress, number>();
    let at: VirtualAddress | undefined = start;
    while (at !== undefined && !done.has(at) && !onPath.has(at)) {
      onPath.set(at, path.length);
      path.push(at);
      at = known.get(at)?.owner;
    }
    const begins = at === undefined ? undefined : onPath.get(at);
    if (begins !== undefined) cycles.push(path.slice(begins));
    for (const one of path) done.add(one);
  }
  return cycles;
}

/** Tasks that sleep or spin, those that own their locks, and CPUs at work, by their task. */
export function waitGraph(hangs: Hangs): ReadonlyMap<VirtualAddress, Waiting> {
  const known = knownTasks(hangs);
  const cycleOf = new Map<VirtualAddress, readonly VirtualAddress[]>();
  for (const cycle of cyclesOf(known)) for (const member of cycle) cycleOf.set(member, cycle);

  // From those that nobody waits for towards the roots: what waits for a task is counted before it is passed on.
  const waiters = new Map<VirtualAddress, number>();
  for (const { owner } of known.values()) if (owner !== undefined) waiters.set(owner, (waiters.get(owner) ?? 0) + 1);
  const blocks = new Map<VirtualAddress, number>();
  const order = [...known.keys()].filter((task) => !waiters.has(task));
  for (let at = 0; at < order.length; at += 1) {
    const task = order[at] ?? 0n;
    const owner = known.get(task)?.owner;
    if (owner === undefined) continue;
    blocks.set(owner, (blocks.get(owner) ?? 0) + (blocks.get(task) ?? 0) + 1);
    const left = (waiters.get(owner) ?? 0) - 1;
    waiters.set(owner, left);
    if (left === 0 && !cycleOf.has(owner)) order.push(owner);
  }
  for (const cycle of new Set(cycleOf.values())) {
    const all = cycle.reduce((sum, task) => sum + (blocks.get(task) ?? 0), cycle.length - 1);
    for (const task of cycle) blocks.set(task, all);
  }

  const roots = new Map<VirtualAddress, VirtualAddress>();
  for (const [task, { owner }] of known) if (owner === undefined) roots.set(task, task);
  for (const [task, cycle] of cycleOf) roots.set(task, cycle[0] ?? task);
  for (const start of order.toReversed()) {
    const owner = known.get(start)?.owner;
    if (owner !== undefined) roots.set(start, roots.get(owner) ?? owner);
  }

  return new Map(
    [...known].map(([task, one]): [VirtualAddress, Waiting] => {
      const cycle = cycleOf.get(task);
      return [task, { task, ...one, blocks: blocks.get(task) ?? 0, root: roots.get(task) ?? task, ...defined({ cycle }) }];
    }),
  );
}
