/**
 * The lock that a sleeping task waits for, through the waiter that it keeps on its own stack (struct mutex_waiter, kernel/locking/mutex.h;
 * struct rwsem_waiter, kernel/locking/rwsem.c): it is a member of the lock's list of waiters, whose head lies in the lock.
 */
import { hex, type VirtualAddress } from '../../../../shared/units.ts';
import type { KernelTask } from '../../tasks/tasks.ts';
import type { LockKind, LockOwner, Wait } from './hangs.ts';
import { taskName, type HangSource } from './hang-source.ts';

const waiters = { mutex: 'mutex_waiter', rwsem: 'rwsem_waiter' } as const;
const locks = { mutex: 'mutex', rwsem: 'rw_semaphore' } as const;
/** Low bits of owner words are flags: MUTEX_FLAGS, RWSEM_OWNER_FLAGS_MASK. */
const ownerMask = ~7n;
const readerOwned = 1n;
const writerLocked = 1n;
/** The reason is that of the whole verdict: it names no file. */
const noTypes = "the kernel's types are not known";
/** Waiters of one lock that are passed on the way to its head. */
const mostWaiters = 1024;

interface WaiterLayout {
  readonly task: bigint;
  readonly list: bigint;
  /** wait_list in the lock. */
  readonly head: bigint;
  readonly owner: bigint;
  readonly count: bigint | undefined;
}

/** Finds locks of waiters. */
export function lockFinder(source: HangSource): (task: KernelTask, kind: LockKind, from: VirtualAddress | undefined) => Wait {
  const { memory, types, tasks, stackBytes, symbolAt } = source;
  const byAddress = new Map(tasks.map((task) => [task.address, task]));
  const layouts = new Map<string, WaiterLayout | string>();

  const ownerOf = (task: VirtualAddress): LockOwner => {
    const found = byAddress.get(task);
    return { task, ...(found === undefined ? {} : { name: taskName(found) }) };
  };

  function layoutOf(kind: 'mutex' | 'rwsem'): WaiterLayout | string {
    if (types === undefined) return noTypes;
    const offset = (struct: string, member: string): bigint | undefined => {
      const found = types.offset(struct, member);
      return found === undefined ? undefined : BigInt(found);
    };
    const [task, list] = [offset(waiters[kind], 'task'), offset(waiters[kind], 'list')];
    const [head, owner] = [offset(locks[kind], 'wait_list'), offset(locks[kind], 'owner')];
    if (task === undefined || list === undefined || head === undefined || owner === undefined)
      return `the kernel's types do not describe ${waiters[kind]} and ${locks[kind]} as they are known here`;
    return { task, list, head, owner, count: offset(locks[kind], 'count') };
  }

  /** A node of a list of waiters belongs to the task on whose stack it lies. */
  function isWaiter(node: VirtualAddress, { task, list }: WaiterLayout): boolean {
    const holder = memory.pointer(node - list + task);
    const stack = holder === undefined ? undefined : byAddress.get(holder)?.stack;
    return stack !== undefined && node >= stack && node < stack + BigInt(stackBytes);
  }

  const isLinked = (node: VirtualAddress): boolean => {
    const [next, prev] = [memory.pointer(node), memory.pointer(node + 8n)];
    return next !== undefined && prev !== undefined && next !== node && memory.pointer(next + 8n) === node && memory.pointer(prev) === node;
  };

  /** The list_head of the task's waiter, between its stack pointer and the end of its stack. */
  function waiterOn({ address, stack }: KernelTask, from: VirtualAddress, { task, list }: WaiterLayout): VirtualAddress | undefined {
    if (stack === undefined || from < stack || from >= stack + BigInt(stackBytes)) return undefined;
    for (let at = from & ~7n; at < stack + BigInt(stackBytes); at += 8n) {
      if (memory.pointer(at) === address && isLinked(at - task + list)) return at - task + list;
    }
    return undefined;
  }

  function headFrom(node: VirtualAddress, layout: WaiterLayout): VirtualAddress | undefined {
    for (let at = memory.pointer(node), turn = 0; at !== undefined && at !== node && turn < mostWaiters; turn += 1) {
      if (!isWaiter(at, layout)) return at;
      at = memory.pointer(at);
    }
    return undefined;
  }

  function onStack(task: KernelTask, kind: 'mutex' | 'rwsem', from: VirtualAddress | undefined): Wait {
    const known = layouts.get(kind) ?? layoutOf(kind);
    layouts.set(kind, known);
    const unknown = (why: string): Wait => ({ for: 'unknown lock', kind, why });
    if (typeof known === 'string') return unknown(known);
    const waiter = from === undefined ? undefined : waiterOn(task, from, known);
    if (waiter === undefined) return unknown('no waiter of it stands on the stack of the task');
    const head = headFrom(waiter, known);
    if (head === undefined) return unknown('the list of its waiters does not lead to it');
    const address = head - known.head;
    const word = memory.pointer(address + known.owner);
    if (word === undefined) return unknown(`its owner word at ${hex(address + known.owner)} is not in the dump`);
    const count = known.count === undefined ? undefined : memory.pointer(address + known.count);
    const isHeld = kind === 'mutex' || ((word & readerOwned) === 0n && count !== undefined && (count & writerLocked) !== 0n);
    const owner = word & ownerMask;
    const name = symbolAt(address);
    return { for: 'lock', kind, address, ...(name === undefined ? {} : { name }), ...(isHeld && owner !== 0n ? { owner: ownerOf(owner) } : {}) };
  }

  /** task_struct.pi_blocked_on leads to the waiter, and that to the lock (kernel/locking/rtmutex_common.h). */
  function realTime(task: KernelTask): Wait {
    const place = (struct: string, member: string): bigint | undefined => {
      const found = types?.offset(struct, member);
      return found === undefined ? undefined : BigInt(found);
    };
    const [blocked, lock, owner] = [
      place('task_struct', 'pi_blocked_on'),
      place('rt_mutex_waiter', 'lock'),
      place('rt_mutex_base', 'owner') ?? place('rt_mutex', 'owner'),
    ];
    const unknown = (why: string): Wait => ({ for: 'unknown lock', kind: 'rt_mutex', why });
    if (blocked === undefined || lock === undefined || owner === undefined) return unknown(types === undefined ? noTypes : 'the kernel has no such types');
    const waiter = memory.pointer(task.address + blocked);
    const address = waiter === undefined || waiter === 0n ? undefined : memory.pointer(waiter + lock);
    const word = address === undefined || address === 0n ? undefined : memory.pointer(address + owner);
    if (address === undefined || word === undefined) return unknown('pi_blocked_on of the task leads to none');
    const name = symbolAt(address);
    return { for: 'lock', kind: 'rt_mutex', address, ...(name === undefined ? {} : { name }), ...((word & ~1n) === 0n ? {} : { owner: ownerOf(word & ~1n) }) };
  }

  return (task, kind, from) => (kind === 'rt_mutex' ? realTime(task) : onStack(task, kind, from));
}
