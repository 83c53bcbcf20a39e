/**
 * The lock that a sleeping task waits for: task_struct.blocker names it (CONFIG_DETECT_HUNG_TASK_BLOCKER since 6.16, include/linux/hung_task.h);
 * in other kernels the waiter that the task keeps on its own stack is a member of the lock's list of waiters, whose head lies in the lock.
 */
import { hex, type VirtualAddress } from '../../../../shared/units.ts';
import { isLinked } from '../../memory/linked-list.ts';
import type { KernelTask } from '../../tasks/kernel-task.ts';
import type { LockKind, LockOwner, Wait } from './hangs.ts';
import { taskName, type HangSource } from './hang-source.ts';
import { lockLayout, type ListedLock, type LockLayout } from './lock-layouts.ts';
import { defined } from '../../../../shared/defined.ts';
import { isFailure, type Result, valueOf } from '../../../../shared/result.ts';

/** Low bits of owner words are flags: MUTEX_FLAGS, RWSEM_OWNER_FLAGS_MASK. */
const ownerMask = ~7n;
const readerOwned = 1n;
/** rw_semaphore.count: RWSEM_WRITER_LOCKED, RWSEM_READER_SHIFT; the highest bit refuses readers (kernel/locking/rwsem.c, since 5.3). */
const writerLocked = 1n;
const readerShift = 8n;
const readerMask = (1n << 55n) - 1n;
/** enum rwsem_waiter_type. */
const wants = ['write', 'read'] as const;
/** The reason is that of the whole verdict: it names no file. */
const noTypes = "the kernel's types are not known";
/** Waiters of one lock that are passed on the way around its list. */
const mostWaiters = 65_536;
/** BLOCKER_TYPE_MASK: the low bits of task_struct.blocker. */
const blockerMask = 3n;
const blockers: readonly { readonly kind: ListedLock; readonly wants?: 'read' | 'write' }[] = [
  { kind: 'mutex' },
  { kind: 'semaphore' },
  { kind: 'rwsem', wants: 'read' },
  { kind: 'rwsem', wants: 'write' },
];

/** Finds locks of waiters. */
export function lockFinder(source: HangSource): (task: KernelTask, kind: LockKind, from: VirtualAddress | undefined) => Wait {
  const { memory, types, tasks, stackBytes, symbolAt } = source;
  const layouts = new Map<string, Result<LockLayout>>();

  const ownerOf = (task: VirtualAddress): LockOwner => {
    const found = tasks.at(task);
    return { task, ...(found === undefined ? {} : { name: taskName(found) }), ...(found?.kind === 'idle' ? { isIdle: true } : {}) };
  };
  const place = (struct: string, member: string): bigint | undefined => {
    const found = types?.offset(struct, member);
    return found === undefined ? undefined : BigInt(found);
  };
  const named = (address: VirtualAddress): { readonly name?: string } => {
    const name = symbolAt(address);
    return name === undefined ? {} : { name };
  };

  /** A node of a list of waiters belongs to the task on whose stack it lies. */
  function isWaiter(node: VirtualAddress, { task, list }: LockLayout): boolean {
    const holder = memory.pointer(node - list + task);
    const stack = holder === undefined ? undefined : tasks.at(holder)?.stack;
    return stack !== undefined && node >= stack && node < stack + BigInt(stackBytes);
  }

  /** A waiter is not alone: the head is on its list too. */
  const isListed = (node: VirtualAddress): boolean => memory.pointer(node) !== node && isLinked(memory, node);

  /** The list_head of the task's waiter, between its stack pointer and the end of its stack. */
  function waiterOn({ address, stack }: KernelTask, from: VirtualAddress, { task, list }: LockLayout): VirtualAddress | undefined {
    if (stack === undefined || from < stack || from >= stack + BigInt(stackBytes)) return undefined;
    for (let at = from & ~7n; at < stack + BigInt(stackBytes); at += 8n) {
      if (memory.pointer(at) === address && isListed(at - task + list)) return at - task + list;
    }
    return undefined;
  }

  /** Of members of lists of waiters, the head: those of one list have it in common. */
  const heads = new Map<VirtualAddress, VirtualAddress | undefined>();

  /** Whether the lock that a head would be in names a task of the list as its owner. */
  function isOwned(head: VirtualAddress, { head: at, owner }: LockLayout): boolean {
    const word = owner === undefined ? undefined : memory.pointer(head - at + owner);
    return word !== undefined && tasks.at(word & ownerMask) !== undefined;
  }

  /**
   * The one member of the list that is not a waiter. The waiter of a task that is not known looks like none: where there are several, the lock that a
   * task owns is the one.
   */
  function headFrom(node: VirtualAddress, layout: LockLayout): VirtualAddress | undefined {
    if (heads.has(node)) return heads.get(node);
    const members: VirtualAddress[] = [node];
    const candidates: VirtualAddress[] = [];
    let at = memory.pointer(node);
    for (; at !== undefined && at !== node && members.length < mostWaiters; at = memory.pointer(at)) {
      members.push(at);
      if (!isWaiter(at, layout)) candidates.push(at);
    }
    const owned = candidates.length > 1 ? candidates.filter((one) => isOwned(one, layout)) : candidates;
    // A list that does not close may have lost its head.
    const head = at === node && owned.length === 1 ? owned[0] : undefined;
    for (const member of members) heads.set(member, head);
    return head;
  }

  function lockAt(address: VirtualAddress, kind: ListedLock, layout: LockLayout): Wait {
    const unknown = (why: string): Wait => ({ for: 'unknown lock', kind, why });
    if (layout.owner === undefined) return { for: 'lock', kind, address, ...named(address) };
    const word = memory.pointer(address + layout.owner);
    if (word === undefined) return unknown(`its owner word at ${hex(address + layout.owner)} is not in the dump`);
    const count = layout.count === undefined ? undefined : memory.pointer(address + layout.count);
    const isWritten = (word & readerOwned) === 0n && count !== undefined && (count & writerLocked) !== 0n;
    const owner = kind === 'mutex' || isWritten ? word & ownerMask : 0n;
    if (layout.isAssumed && tasks.at(owner) === undefined)
      return unknown(`${noTypes}, and no task owns it where kernels without debugging of locks keep the owner`);
    const readers = kind !== 'rwsem' || count === undefined || isWritten ? undefined : Number((count >> readerShift) & readerMask);
    return {
      for: 'lock',
      kind,
      address,
      ...named(address),
      ...(owner === 0n ? {} : { owner: ownerOf(owner) }),
      ...(readers === undefined || readers === 0 ? {} : { readers }),
    };
  }

  function layoutOf(kind: ListedLock): Result<LockLayout> {
    const known = layouts.get(kind) ?? lockLayout(types, kind);
    layouts.set(kind, known);
    return known;
  }

  function onStack(task: KernelTask, kind: ListedLock, from: VirtualAddress | undefined): Wait {
    const layout = layoutOf(kind);
    const unknown = (why: string): Wait => ({ for: 'unknown lock', kind, why });
    if (isFailure(layout)) return unknown(layout.missing.why);
    const known = layout.value;
    const waiter = from === undefined ? undefined : waiterOn(task, from, known);
    if (waiter === undefined) return unknown('no waiter of it is on the stack of the task');
    const head = headFrom(waiter, known);
    if (head === undefined) return unknown('the list of its waiters does not lead to it');
    const found = lockAt(head - known.head, kind, known);
    const how = known.type === undefined ? undefined : memory.u32(waiter - known.list + known.type);
    const wanted = how === undefined ? undefined : wants[how];
    return found.for !== 'lock' || wanted === undefined ? found : { ...found, wants: wanted };
  }

  const blockerAt = place('task_struct', 'blocker');

  /** By task_struct.blocker, where it names a lock of the kind that the stack shows. */
  function byBlocker({ address }: KernelTask, kind: LockKind): Wait | undefined {
    const word = blockerAt === undefined ? undefined : memory.pointer(address + blockerAt);
    const blocker = word === undefined || word === 0n ? undefined : blockers[Number(word & blockerMask)];
    if (word === undefined || blocker?.kind !== kind) return undefined;
    const layout = valueOf(layoutOf(blocker.kind));
    const found = layout === undefined ? undefined : lockAt(word & ~blockerMask, blocker.kind, layout);
    return found?.for === 'lock' ? { ...found, ...defined({ wants: blocker.wants }) } : undefined;
  }

  /** task_struct.pi_blocked_on leads to the waiter, and that to the lock (kernel/locking/rtmutex_common.h). */
  function realTime(task: KernelTask): Wait {
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
    return { for: 'lock', kind: 'rt_mutex', address, ...named(address), ...((word & ~1n) === 0n ? {} : { owner: ownerOf(word & ~1n) }) };
  }

  return (task, kind, from) => (kind === 'rt_mutex' ? realTime(task) : (byBlocker(task, kind) ?? onStack(task, kind, from)));
}
