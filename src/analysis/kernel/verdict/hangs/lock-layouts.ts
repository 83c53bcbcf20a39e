/**
 * Where locks that tasks sleep for keep their owner and their list of waiters, and a waiter its task: kernel/locking/{mutex,rwsem,semaphore}.c,
 * include/linux/{mutex,rwsem,semaphore}.h.
 */
import type { StructTypes } from '../../../arch/kernel-view.ts';
import { defined } from '../../../../shared/defined.ts';
import { failed, type Result } from '../../../../shared/result.ts';

/** Locks whose waiters are on stacks, in a list whose head lies in the lock. */
export type ListedLock = 'mutex' | 'rwsem' | 'semaphore';

/** Byte offsets. */
export interface LockLayout {
  /** In the waiter. */
  readonly task: bigint;
  readonly list: bigint;
  /** enum rwsem_waiter_type: 0 waits for writing, 1 for reading. */
  readonly type?: bigint;
  /** wait_list in the lock. */
  readonly head: bigint;
  /** A semaphore has none. */
  readonly owner?: bigint;
  readonly count?: bigint;
  /** Not by the kernel's types: it holds only where the owner that it leads to is a task. */
  readonly isAssumed: boolean;
}

const structs = {
  mutex: { waiter: 'mutex_waiter', lock: 'mutex', hasOwner: true },
  rwsem: { waiter: 'rwsem_waiter', lock: 'rw_semaphore', hasOwner: true },
  semaphore: { waiter: 'semaphore_waiter', lock: 'semaphore', hasOwner: false },
} as const;

/** 5.10 to 6.12 on 64 bits without debugging of locks: the same with and without CONFIG_MUTEX_SPIN_ON_OWNER, whose osq fills a gap. */
const assumed: Readonly<Partial<Record<ListedLock, LockLayout>>> = {
  mutex: { list: 0n, task: 16n, owner: 0n, head: 16n, isAssumed: true },
  rwsem: { list: 0n, task: 16n, type: 24n, count: 0n, owner: 8n, head: 24n, isAssumed: true },
};

export function lockLayout(types: StructTypes | undefined, kind: ListedLock): Result<LockLayout> {
  if (types === undefined) {
    const layout = assumed[kind];
    return layout === undefined ? failed(kind, "the kernel's types are not known") : { value: layout };
  }
  const { waiter, lock, hasOwner } = structs[kind];
  const offset = (struct: string, member: string): bigint | undefined => {
    const found = types.offset(struct, member);
    return found === undefined ? undefined : BigInt(found);
  };
  const [task, list, head, owner] = [offset(waiter, 'task'), offset(waiter, 'list'), offset(lock, 'wait_list'), offset(lock, 'owner')];
  if (task === undefined || list === undefined || head === undefined || (hasOwner && owner === undefined))
    return failed(kind, `the kernel's types do not describe ${waiter} and ${lock} as they are known here`);
  const [type, count] = kind === 'rwsem' ? [offset(waiter, 'type'), offset(lock, 'count')] : [];
  return {
    value: {
      task,
      list,
      head,
      ...defined({ owner, type, count }),
      isAssumed: false,
    },
  };
}
