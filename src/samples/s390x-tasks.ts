import type { MemoryImage } from './memory-image.ts';
import { cpuTaskPlace, places } from './s390x-places.ts';
import { functionAddress, imageVirtual, type ImageMapping, type KernelFunction } from './s390x-kernel-symbols.ts';
import { writeStack } from './s390x-stack.ts';

/** Offsets in task_struct of the small 6.1 configuration (vmcoreinfo-kallsyms-btf.md section 5.2, example values). */
const offsets = { stack: 0x20, tasks: 0x530, pid: 0x610, tgid: 0x614, comm: 0x7b8, ksp: 0xa28 } as const;

interface TaskDescription {
  readonly pid: number;
  readonly comm: string;
  readonly sleepsIn: readonly KernelFunction[];
}

/** Members of the task list after init_task, in list order. */
const sleepers: readonly TaskDescription[] = [
  { pid: 1, comm: 'init', sleepsIn: ['__do_syscall', '__s390x_sys_wait4', 'kernel_wait4', 'do_wait', 'schedule'] },
  { pid: 2, comm: 'kthreadd', sleepsIn: ['ret_from_fork', '__ret_from_fork', 'kthreadd', 'schedule'] },
  { pid: 3, comm: 'rcu_gp', sleepsIn: ['ret_from_fork', '__ret_from_fork', 'kthread', 'rcu_gp_kthread', 'schedule'] },
  { pid: 8, comm: 'kworker/0:1', sleepsIn: ['ret_from_fork', '__ret_from_fork', 'kthread', 'worker_thread', 'schedule'] },
  { pid: 61, comm: 'sleep', sleepsIn: ['__do_syscall', 'common_nsleep', 'hrtimer_nanosleep', 'do_nanosleep', 'schedule'] },
];

/** A task that occupies a CPU; idle tasks of CPUs other than 0 are not on the task list. */
export interface RunningTask {
  readonly pid: number;
  readonly comm: string;
  readonly stack: number;
  /** Saved stack pointer; stale for a running task. */
  readonly ksp: number;
  readonly onList: boolean;
}

/** Absolute address of a running task's task_struct: init_task for the idle task of CPU 0, else a slot after the sleepers. */
export const runningTaskAddress = (slot: number): number => cpuTaskPlace(slot, sleepers.length);

/**
 * Writes init_task, the sleeping tasks with their stacks, and the running ones.
 * @param idle the idle task of CPU 0 (init_task itself)
 * @param running others, in the order of {@link runningTaskAddress}
 */
export function writeTasks(memory: MemoryImage, mapping: ImageMapping, idle: RunningTask, running: readonly RunningTask[]): void {
  writeTask(memory, places.initTask, idle);
  const list: { readonly address: number; readonly virtual: bigint }[] = [{ address: places.initTask, virtual: imageVirtual(mapping, places.initTask) }];
  sleepers.forEach((task, index) => {
    const address = places.tasks + index * 0x1000;
    const stack = places.taskStacks + index * 0x4000;
    const returns = task.sleepsIn.map((name) => imageVirtual(mapping, functionAddress(mapping, name) + 0x56));
    const ksp = writeStack(memory, stack, returns).sleeping;
    writeTask(memory, address, { pid: task.pid, comm: task.comm, stack, ksp, onList: true });
    list.push({ address, virtual: BigInt(address) });
  });
  running.forEach((task, slot) => {
    const address = runningTaskAddress(slot);
    writeTask(memory, address, task);
    if (task.onList) list.push({ address, virtual: BigInt(address) });
    else memory.u64(address + offsets.tasks, address + offsets.tasks).u64(address + offsets.tasks + 8, address + offsets.tasks);
  });
  list.forEach((task, index) => {
    const next = list[(index + 1) % list.length] ?? task;
    const previous = list[(index + list.length - 1) % list.length] ?? task;
    memory.u64(task.address + offsets.tasks, next.virtual + BigInt(offsets.tasks));
    memory.u64(task.address + offsets.tasks + 8, previous.virtual + BigInt(offsets.tasks));
  });
}

function writeTask(memory: MemoryImage, address: number, task: RunningTask): void {
  memory.u64(address + offsets.stack, task.stack);
  memory.u32(address + offsets.pid, task.pid).u32(address + offsets.tgid, task.pid);
  memory.text(address + offsets.comm, task.comm);
  memory.u64(address + offsets.ksp, task.ksp);
}
