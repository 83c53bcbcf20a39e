/** What hangs are determined from. */
import type { CpuJson } from '../../../../shared/cpu-model.ts';
import type { FrameJson } from '../../../../shared/task-model.ts';
import type { VirtualAddress } from '../../../../shared/units.ts';
import type { StructTypes } from '../../../arch/kernel-view.ts';
import type { SpinLocks } from '../../../arch/spinlock.ts';
import type { KernelMemory } from '../../memory/kernel-memory.ts';
import type { SymbolTable } from '../../symbols/symbol-table.ts';
import type { KernelTask } from '../../tasks/kernel-task.ts';
import type { TaskRows } from '../../tasks/task-rows.ts';

/** A CPU that was at work in kernel code. */
export interface CpuAtWork {
  /** Its number in the kernel. */
  readonly number: number;
  readonly cpu: CpuJson;
  readonly task: KernelTask;
  readonly perCpuOffset: bigint | undefined;
  /** From where it was at work on, innermost first. */
  readonly frames: readonly FrameJson[];
}

export interface HangSource {
  readonly memory: KernelMemory;
  readonly types: StructTypes | undefined;
  readonly symbols: SymbolTable | undefined;
  readonly symbolAt: (address: VirtualAddress) => string | undefined;
  readonly tasks: TaskRows;
  /** Why not all tasks are among them. */
  readonly tasksMissing: string | undefined;
  readonly stackBytes: number;
  readonly cpus: readonly { readonly number: number; readonly perCpuOffset: bigint | undefined }[];
  readonly atWork: readonly CpuAtWork[];
  /** Why not all CPUs in kernel code are among them. */
  readonly cpusMissing: string | undefined;
  readonly spinLocks: SpinLocks | undefined;
  /** Frames of a task that sleeps. */
  readonly framesOf: (task: KernelTask) => readonly FrameJson[];
  /** Nanoseconds since boot of the log's last line: the clocks of the scheduler stand still on CPUs that idle. */
  readonly logEnd: bigint | undefined;
  /** Tasks whose stacks are followed: those that sleep uninterruptibly, and others, so many of each; some hundred unless given. */
  readonly mostStacks?: number;
}

/** "order (pid 7)" */
export const taskName = ({ comm, pid }: KernelTask): string => `${comm}${pid === undefined ? '' : ` (pid ${pid})`}`;
