/** Tasks that sleep uninterruptibly for longer than khungtaskd allows (kernel/hung_task.c). */
import { isFailure } from '../../../../shared/result.ts';
import type { ProblemRule } from '../problem-rule.ts';
import { longest, waitText } from '../../verdict/hangs/long-waits.ts';

/** CONFIG_DEFAULT_HUNG_TASK_TIMEOUT of most kernels; 0 switches the detector off. */
const usual = 120;

export const hungTasks: ProblemRule = {
  id: 'hung-tasks',
  title: 'Hung tasks',
  threshold: 'uninterruptible sleep for longer than hung_task_timeout_secs of this kernel, or 120 seconds where that is not known or 0',
  source: 'memory',
  see: 'hangs',
  *look({ kernel, hangs }) {
    if (isFailure(hangs)) {
      yield hangs;
      return;
    }
    const set = kernel.objects.variable('sysctl_hung_task_timeout_secs', 'u64').u64();
    const timeout = isFailure(set) || set.value === 0n ? usual : Number(set.value);
    const asleep = hangs.value.blocked.filter(({ isKillable }) => !isKillable);
    const unknown = asleep.filter(({ seconds }) => seconds === undefined).length;
    if (unknown > 0) yield { missing: { what: 'how long tasks slept', why: `not known for ${unknown} of ${asleep.length} in uninterruptible sleep` } };
    const hung = asleep.filter(({ seconds }) => seconds !== undefined && seconds > timeout);
    const first = longest(hung);
    if (first === undefined) return;
    yield {
      severity: 'error',
      text: `${hung.length} ${hung.length === 1 ? 'task has' : 'tasks have'} slept uninterruptibly for more than ${timeout} seconds; the longest, ${first.name}, for ${Math.floor(first.seconds ?? 0)} seconds. It waits for ${waitText(first.wait)}.`,
      value: `${hung.length} ${hung.length === 1 ? 'task' : 'tasks'}`,
      evidence: `state and se.exec_start of each task, and the clocks of the run queues; limit ${timeout} s`,
      address: first.task,
    };
  },
};
