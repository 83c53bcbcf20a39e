/** Work that a pool of workers has not begun for long: what the kernel's own watchdog of workqueues looks at (wq_watchdog_timer_fn(), kernel/workqueue.c). */
import { failed, isFailure, type Failure } from '../../../../shared/result.ts';
import type { ProblemRule } from '../problem-rule.ts';
import { listEntries } from '../../object/containers/lists.ts';

/** wq_watchdog_thresh unless it is set; 0 switches the watchdog off. */
const usual = 30;
/** Normal and high priority (NR_STD_WORKER_POOLS). */
const poolsOfCpu = 2;
const mostCounted = 10_000;
/** Longer than any system has run. */
const mostSeconds = 20 * 365 * 86_400;

export const stuckWork: ProblemRule = {
  id: 'stuck-work',
  title: 'Stuck work',
  threshold: 'work waits in the pool of a CPU, and none was begun for longer than the watchdog of workqueues allows (wq_watchdog_thresh, or 30 seconds)',
  source: 'memory',
  see: 'cpus-running',
  *look({ kernel: { objects, cpus }, masks }) {
    const pools = objects.variable('cpu_worker_pools', 'worker_pool');
    const [jiffies, tick] = [objects.variable('jiffies', 'u64').u64(), objects.variable('tick_nsec', 'u64').u64()];
    const unread = [pools.failure, jiffies, tick].find((one): one is Failure => one !== undefined && isFailure(one));
    if (unread !== undefined || isFailure(jiffies) || isFailure(tick)) {
      if (unread !== undefined) yield unread;
      return;
    }
    const set = objects.variable('wq_watchdog_thresh', 'u64').u64();
    const limit = isFailure(set) || set.value === 0n ? usual : Number(set.value);
    for (const { number, linuxNumber = number, perCpuOffset } of cpus) {
      if (perCpuOffset === undefined || (!isFailure(masks) && !masks.value.online.includes(linuxNumber))) continue;
      for (let at = 0; at < poolsOfCpu; at += 1) {
        const pool = pools.moved(perCpuOffset).element(at);
        const [cpu, began] = [pool.at('cpu').s32(), pool.at('watchdog_ts').u64()];
        const what = `pool ${at} of the workers of CPU ${linuxNumber}`;
        if (isFailure(cpu) || isFailure(began)) {
          yield isFailure(cpu) ? cpu : failed(what, isFailure(began) ? began.missing.why : '');
          continue;
        }
        // A pool that is all zero is that of CPU 0, and has never begun anything.
        if (cpu.value !== linuxNumber || began.value === 0n) {
          yield failed(what, 'it is not that of the CPU, or has begun no work');
          continue;
        }
        let waiting = 0;
        let broken: Failure | undefined;
        for (const work of listEntries(pool.at('worklist'), 'work_struct', 'entry')) {
          if (work.failure !== undefined) broken = work.failure;
          else waiting += 1;
          if (waiting >= mostCounted) break;
        }
        if (broken !== undefined) yield broken;
        const seconds = Number(BigInt.asUintN(64, jiffies.value - began.value) * tick.value) / 1e9;
        if (waiting === 0 || seconds <= limit || seconds > mostSeconds) continue;
        const { address } = pool;
        yield {
          subject: `CPU ${linuxNumber}${at === 0 ? '' : ', high priority'}`,
          severity: 'error',
          text: `${waiting === mostCounted ? `${waiting} or more` : waiting} ${waiting === 1 ? 'piece of work waits' : 'pieces of work wait'} for the workers of CPU ${linuxNumber}${at === 0 ? '' : ' with high priority'}, and none was begun for ${Math.floor(seconds)} seconds.`,
          value: `${Math.floor(seconds)} s`,
          evidence: `worklist and watchdog_ts of cpu_worker_pools against jiffies; limit ${limit} s`,
          ...(isFailure(address) ? {} : { address: address.value }),
        };
      }
    }
  },
};
