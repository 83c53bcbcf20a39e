/** Work that a pool of workers has not begun for long: what the kernel's own watchdog of workqueues looks at (wq_watchdog_timer_fn(), kernel/workqueue.c). */
import { failed, isFailure, type Failure } from '../../../../shared/result.ts';
import { listEntries } from '../../object/containers/lists.ts';
import { idrObjects } from '../../object/containers/xarray.ts';
import type { KernelObject } from '../../object/kernel-object.ts';
import { mostListed, stallLimit } from '../../workqueues/worker-pools.ts';
import type { Problem, ProblemRule } from '../problem-rule.ts';

/** Normal and high priority (NR_STD_WORKER_POOLS). */
const poolsOfCpu = 2;
const mostCounted = 10_000;
/** Longer than any system has run. */
const mostSeconds = 20 * 365 * 86_400;

interface Watch {
  readonly jiffies: bigint;
  readonly tick: bigint;
  /** Seconds. */
  readonly limit: number;
}

/** @param whose "CPU 0 with high priority", "the unbound pool 9" */
function* stuckIn(pool: KernelObject, subject: string, whose: string, { jiffies, tick, limit }: Watch, from: string): Generator<Problem | Failure, void> {
  const began = pool.at('watchdog_ts').u64();
  if (isFailure(began)) {
    yield began;
    return;
  }
  let waiting = 0;
  let broken: Failure | undefined;
  for (const work of listEntries(pool.at('worklist'), 'work_struct', 'entry', mostListed)) {
    if (work.failure !== undefined) broken = work.failure;
    else waiting += 1;
    if (waiting >= mostCounted) break;
  }
  if (broken !== undefined) yield broken;
  const seconds = Number(BigInt.asUintN(64, jiffies - began.value) * tick) / 1e9;
  if (waiting === 0 || seconds <= limit || seconds > mostSeconds) return;
  const { address } = pool;
  yield {
    subject,
    severity: 'error',
    text: `${waiting === mostCounted ? `${waiting} or more` : waiting} ${waiting === 1 ? 'piece of work waits' : 'pieces of work wait'} for the workers of ${whose}, and none was begun for ${Math.floor(seconds)} seconds.`,
    value: `${Math.floor(seconds)} s`,
    evidence: `worklist and watchdog_ts of ${from} against jiffies; limit ${limit} s`,
    ...(isFailure(address) ? {} : { address: address.value }),
  };
}

export const stuckWork: ProblemRule = {
  id: 'stuck-work',
  title: 'Stuck work',
  threshold: 'work waits in a pool of workers, and none was begun for longer than the watchdog of workqueues allows (wq_watchdog_thresh, or 30 seconds)',
  source: 'memory',
  see: 'worker-pools',
  *look({ kernel: { objects, cpus }, masks }) {
    const pools = objects.variable('cpu_worker_pools', 'worker_pool');
    const [jiffies, tick] = [objects.variable('jiffies', 'u64').u64(), objects.variable('tick_nsec', 'u64').u64()];
    const unread = [pools.failure, jiffies, tick].find((one): one is Failure => one !== undefined && isFailure(one));
    if (unread !== undefined || isFailure(jiffies) || isFailure(tick)) {
      if (unread !== undefined) yield unread;
      return;
    }
    const watch = { jiffies: jiffies.value, tick: tick.value, limit: stallLimit(objects) };
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
        const high = at === 0 ? ['', ''] : [', high priority', ' with high priority'];
        yield* stuckIn(pool, `CPU ${linuxNumber}${high[0] ?? ''}`, `CPU ${linuxNumber}${high[1] ?? ''}`, watch, 'cpu_worker_pools');
      }
    }
    for (const { id, object: pool } of idrObjects(objects.variable('worker_pool_idr', 'idr'), 'worker_pool')) {
      const cpu = pool.failure ?? pool.at('cpu').s32();
      const own = pool.at('id').s32();
      if (isFailure(cpu) || isFailure(own)) yield isFailure(cpu) ? cpu : failed('pools of workers', isFailure(own) ? own.missing.why : '');
      else if (BigInt(own.value) !== id) yield failed('pools of workers', `the pool with the number ${own.value} is not the one that leads to it`);
      else if (cpu.value < 0) yield* stuckIn(pool, `unbound pool ${id}`, `the unbound pool ${id}`, watch, 'worker_pool_idr');
    }
  },
};
