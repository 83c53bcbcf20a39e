/** Load averages (avenrun, kernel/sched/loadavg.c; FSHIFT 11, include/linux/sched/loadavg.h). */
import { failed, isFailure } from '../../../../shared/result.ts';
import type { AnalysisKernel } from '../../analyses/analysis-kernel.ts';
import type { ProblemRule } from '../problem-rule.ts';
import { firstFailure } from '../problem-facts.ts';

const fixedOne = 2048;
/** The kernel prints averages rounded so (loadavg_proc_show(), fs/proc/loadavg.c). */
const half = Math.floor(fixedOne / 200);

/** PID_MAX_LIMIT (include/linux/threads.h): there are never more tasks. */
const mostPids = 4n << 20n;

/** Tasks that there can have been at a time: no more than were ever made (total_forks, kernel/fork.c); idle ones, which are not, do not count. */
function mostTasks({ objects }: AnalysisKernel): bigint {
  const forks = objects.addressOf('total_forks');
  const made = isFailure(forks) ? forks : objects.at(forks.value, 'void').named('total_forks').u64();
  return isFailure(made) || made.value === 0n || made.value > mostPids ? mostPids : made.value;
}

export const load: ProblemRule = {
  id: 'load',
  title: 'Load',
  threshold: 'more tasks that run, are ready, or sleep uninterruptibly than CPUs are online, over a minute',
  source: 'memory',
  see: 'cpus-running',
  *look({ kernel, masks, stoppedOffline }) {
    const address = kernel.objects.addressOf('avenrun');
    // Three unsigned longs: their place is enough, types are not needed.
    const most = mostTasks(kernel);
    const [one, five, fifteen] = [0n, 8n, 16n].map((at) => {
      if (isFailure(address)) return address;
      const average = kernel.objects.at(address.value + at, 'void').named('avenrun');
      return average.plausible(average.u64(), (value) =>
        value > most * BigInt(fixedOne) ? `it is ${value}, the average of more tasks than the ${most} that there can have been` : undefined,
      );
    });
    if (one === undefined || five === undefined || fifteen === undefined) return;
    const unread = firstFailure(one, five, fifteen, masks);
    if (isFailure(one) || isFailure(five) || isFailure(fifteen) || isFailure(masks)) {
      if (unread !== undefined) yield unread;
      return;
    }
    const text = (value: bigint): string => (Math.floor(((Number(value) + half) * 100) / fixedOne) / 100).toFixed(2);
    const { present, online, booted } = masks.value;
    const average = Number(one.value) / fixedOne;
    if (average <= online.length) return;
    const isExact = stoppedOffline === undefined || online.length === present.length;
    const cpus = isExact ? online.length : present.filter((cpu) => booted?.includes(cpu) !== false).length;
    if (average <= cpus) {
      yield failed('load', `of ${text(one.value)} tasks over the last minute it is not known how many CPUs they had: ${stoppedOffline ?? ''}`);
      return;
    }
    yield {
      severity: 'warning',
      text: `On average ${text(one.value)} tasks ran, were ready, or slept uninterruptibly over the last minute, on ${isExact ? '' : 'at most '}${cpus} CPU${cpus === 1 ? '' : 's'}.`,
      value: `${text(one.value)}, ${text(five.value)}, ${text(fifteen.value)}`,
      evidence: 'avenrun: averages over 1, 5 and 15 minutes',
      ...(isFailure(address) ? {} : { address: address.value }),
    };
  },
};
