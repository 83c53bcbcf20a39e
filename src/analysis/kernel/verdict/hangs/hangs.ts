/** Tasks and CPUs that did not get on when the dump was taken. */
import type { VirtualAddress } from '../../../../shared/units.ts';
import type { FrameJson } from '../../../../shared/task-model.ts';

export type LockKind = 'mutex' | 'rwsem' | 'rt_mutex' | 'semaphore';

/** A task that holds a lock, as the lock names it. */
export interface LockOwner {
  readonly task: VirtualAddress;
  /** "order (pid 7)"; undefined where no task of the list is at the address: it may have ended. */
  readonly name?: string;
  /** The idle task of a CPU, which takes no lock that is waited for: the word that names it was overwritten. */
  readonly isIdle?: true;
}

/** The owner that a wait names, as far as it can be one. */
export function knownOwner(wait: Wait): (LockOwner & { readonly name: string }) | undefined {
  const owner = possibleOwner(wait);
  return owner?.name === undefined ? undefined : { ...owner, name: owner.name };
}

/** The same, and one that is not on the list of tasks: it may have ended with the lock. */
export const possibleOwner = (wait: Wait): LockOwner | undefined => (wait.for === 'lock' && wait.owner?.isIdle !== true ? wait.owner : undefined);

export type Wait =
  | {
      readonly for: 'lock';
      readonly kind: LockKind;
      readonly address: VirtualAddress;
      /** "name+0x10 [module]", where a symbol names its place. */
      readonly name?: string;
      /** Undefined where it names none: a rwsem that is held for reading, a semaphore. */
      readonly owner?: LockOwner;
      /** Readers that hold a rwsem; which tasks they are it does not record. */
      readonly readers?: number;
      /** For what a rwsem is wanted. */
      readonly wants?: 'read' | 'write';
    }
  /** A lock of this kind, whose place is not known. */
  | { readonly for: 'unknown lock'; readonly kind: string; readonly why: string }
  /** unknown: its stack says nothing of it. */
  | { readonly for: 'io' | 'event' | 'unknown' };

export interface BlockedTask {
  readonly task: VirtualAddress;
  readonly name: string;
  /** How long it had not run, as far as the scheduler's clocks say it. */
  readonly seconds?: number;
  /** A signal that kills, or any signal, ends the wait. */
  readonly isKillable: boolean;
  /** Any signal ends the wait. */
  readonly isInterruptible: boolean;
  readonly frames: readonly FrameJson[];
  readonly wait: Wait;
}

export interface BusyCpu {
  /** Its number in the kernel. */
  readonly cpu: number;
  readonly task: VirtualAddress;
  readonly name: string;
  readonly frames: readonly FrameJson[];
  /** How long its task has run without giving the CPU up. */
  readonly seconds?: number;
  /** When it got its CPU, in nanoseconds since boot, as the log counts them. */
  readonly since?: bigint;
  /** How long an RCU grace period has waited for this CPU. */
  readonly graceSeconds?: number;
  /** It spins for a lock; its address and the CPU that holds it, where that is known. */
  readonly spins?: { readonly address?: VirtualAddress; readonly name?: string; readonly owner?: number; readonly word?: number };
}

export interface Hangs {
  readonly blocked: readonly BlockedTask[];
  readonly busy: readonly BusyCpu[];
  /** Tasks whose state was looked at. */
  readonly looked: number;
  /** Of tasks in a sleep that any signal ends, those whose stacks were not followed: whether one waits for a lock is not known. */
  readonly unfollowed: number;
  /** What could not be seen, and why. */
  readonly unseen: readonly string[];
}

/** Why hangs among tasks that a signal wakes are not known; undefined where all of those were looked at. */
export const unfollowedText = ({ unfollowed }: Hangs): string | undefined =>
  unfollowed === 0 ? undefined : `whether ${unfollowed} more tasks in an interruptible sleep wait for locks is not known: their stacks were not followed`;

/** All that could not be seen of them. */
export const unseenHangs = (hangs: Hangs): readonly string[] => [...hangs.unseen, ...[unfollowedText(hangs) ?? []].flat()];

export const noHangs: Hangs = { blocked: [], busy: [], looked: 0, unfollowed: 0, unseen: [] };
