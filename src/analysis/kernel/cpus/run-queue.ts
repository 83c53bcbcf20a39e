/** The run queue of a CPU (struct rq, kernel/sched/sched.h). */
import { failed, isFailure, type Result } from '../../../shared/result.ts';
import { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

/**
 * @param isIdleTask whether the task_struct of an idle task is at the address: a queue that names none is lost, or is none
 * @returns the queue; where it cannot be one, an object whose every value says so
 */
export function runQueueOf(objects: KernelObjects, number: number, perCpuOffset: bigint | undefined, isIdleTask: (address: bigint) => boolean): KernelObject {
  const none = (why: string): KernelObject => KernelObject.failing(objects.space, failed(`run queue of CPU ${number}`, why));
  if (perCpuOffset === undefined) return none('the address of the per-CPU data is not known');
  const queue = objects.variable('runqueues', 'rq').moved(perCpuOffset);
  const idle = queue.at('idle').u64();
  if (isFailure(idle)) return none(`${idle.missing.what}: ${idle.missing.why}`);
  return isIdleTask(idle.value) ? queue : none('the idle task that it names is not one');
}

/** Tasks of the fair class that are ready, through groups: cfs.h_nr_queued since 6.14, h_nr_running before. */
export const fairTasks = (queue: KernelObject): Result<number> => queue.at('cfs.h_nr_queued', 'cfs.h_nr_running').number();
