import type { VirtualAddress } from '../../../shared/units.ts';
import type { TaskState } from './task-layout.ts';

/** A task as its task_struct says it. */
export interface KernelTask {
  readonly address: VirtualAddress;
  readonly comm: string;
  readonly pid?: number;
  readonly tgid?: number;
  readonly state?: TaskState;
  /** pid of the parent's process; an idle task has none to speak of. */
  readonly parent?: number;
  /** The kernel stack's first byte; absent when the task has given it back. */
  readonly stack?: bigint;
  /** CPU that it runs or last ran on. */
  readonly cpu?: number;
  /** The task itself says that it is on its CPU now (on_cpu). */
  readonly onCpu?: boolean;
  readonly kind?: 'idle' | 'kernel' | 'user';
  /** A thread that does not lead its group. */
  readonly isThread: boolean;
}
