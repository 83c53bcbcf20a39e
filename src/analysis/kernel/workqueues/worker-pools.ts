/**
 * Pools of workers: all of them are in `worker_pool_idr`, those of a CPU in `cpu_worker_pools` too (normal and high priority). An unbound pool has no CPU, but attributes.
 * The kernel's own watchdog takes a pool for stalled that has waiting work and has begun none for longer than wq_watchdog_thresh.
 */
import { failed, isFailure, type Failure, type Missing, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { bitmapBits } from '../object/containers/bitmaps.ts';
import { listEntries } from '../object/containers/lists.ts';
import { perCpuCopies, type PerCpuArea } from '../object/containers/per-cpu.ts';
import { idrObjects } from '../object/containers/xarray.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

/** wq_watchdog_thresh unless it is set; 0 switches the watchdog off. */
const usualSeconds = 30;
/** NR_STD_WORKER_POOLS */
const poolsOfCpu = 2;
const mostPools = 65_536;
/** CONFIG_NR_CPUS of no architecture is larger (8192 on x86-64). */
export const mostCpus = 8192;
/** The CPU of an unbound pool. */
const unboundCpu = -1;
/** Of one list: no system has so many workers, or so much work that waits. */
export const mostListed = 1 << 17;

export interface WorkerPool {
  readonly address: bigint;
  readonly pool: KernelObject;
  readonly id: number;
  /** Undefined for an unbound pool. */
  readonly cpu?: number;
}

const placeOf = (start: bigint): Missing['where'] => ({ space: 'virtual', start: hex(start), end: hex(start + 1n) });

/** A count that a pool keeps of its workers, of which it has no more than all. */
export function workerCount(pool: KernelObject, member: 'nr_workers' | 'nr_idle' | 'nr_running'): Result<number> {
  const [count, all] = [pool.at(member), pool.at('nr_workers').number()];
  return count.plausible(count.number(), (value) => {
    if (value < 0 || value > mostListed) return `no pool has ${value} workers`;
    const most = isFailure(all) || all.value < 0 || member === 'nr_running' ? undefined : all.value;
    return most !== undefined && value > most ? `it is ${value}, and the pool has ${most} workers` : undefined;
  });
}

/** MIN_NICE and MAX_NICE (include/linux/sched/prio.h). */
const [leastNice, mostNice] = [-20, 19];

/** Nice value of a struct workqueue_attrs. */
export function niceOf(attributes: KernelObject): Result<number> {
  const nice = attributes.at('nice');
  return nice.plausible(nice.s32(), (value) => (value < leastNice || value > mostNice ? `${value} is not a nice value` : undefined));
}

function poolOf(pool: KernelObject): WorkerPool | Failure {
  const [address, id, cpu] = [pool.address, pool.at('id').s32(), pool.at('cpu').s32()];
  if (isFailure(address)) return address;
  if (isFailure(id)) return id;
  if (isFailure(cpu)) return cpu;
  if (cpu.value >= mostCpus || cpu.value < unboundCpu) return failed('worker_pool.cpu', `there is no CPU ${cpu.value}`, placeOf(address.value));
  return { address: address.value, pool, id: id.value, ...(cpu.value < 0 ? {} : { cpu: cpu.value }) };
}

/** Each pool once; and what could not be followed. */
export function* workerPools(objects: KernelObjects, cpus: readonly PerCpuArea[]): Generator<WorkerPool | Failure, void> {
  const seen = new Set<bigint>();
  function* one(pool: KernelObject, isOf: (found: WorkerPool) => boolean): Generator<WorkerPool | Failure, void> {
    const found = pool.failure ?? poolOf(pool);
    if (isFailure(found)) yield found;
    else if (!seen.has(found.address) && seen.size < mostPools) {
      seen.add(found.address);
      yield isOf(found) ? found : failed('pools of workers', `the pool with the number ${found.id} is not the one that leads to it`);
    }
  }
  let isEmpty = true;
  for (const { id, object } of idrObjects(objects.variable('worker_pool_idr', 'idr'), 'worker_pool')) {
    isEmpty = false;
    yield* one(object, (found) => BigInt(found.id) === id);
  }
  if (isEmpty) yield failed('pools of workers', 'worker_pool_idr leads to none, but every system has some');
  for (const { cpu, object } of perCpuCopies(objects.variable('cpu_worker_pools', 'worker_pool'), cpus))
    for (let at = 0; at < poolsOfCpu; at += 1) yield* one(object.element(at), (found) => found.cpu === cpu);
  if (seen.size >= mostPools) yield failed('pools of workers', `more than ${mostPools} exist`);
}

/** How long pools with waiting work may begin none, in seconds. */
export function stallLimit(objects: KernelObjects): number {
  const set = objects.variable('wq_watchdog_thresh', 'u64').u64();
  return isFailure(set) || set.value === 0n ? usualSeconds : Number(set.value);
}

/** Numbers as the kernel lists them: "0-3,5". */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: (readonly [number, number])[] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === number - 1) ranges[ranges.length - 1] = [last[0], number];
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}

/** CPUs of a struct workqueue_attrs: its mask is an array, or with many CPUs a pointer (cpumask_var_t). */
export function cpusOf(objects: KernelObjects, attributes: KernelObject): Result<string> {
  const count = objects.variable('nr_cpu_ids', 'u32').u32();
  if (isFailure(count)) return count;
  const variable = attributes.at('cpumask');
  const mask = isFailure(variable.length) ? variable.pointer() : variable.element(0);
  const numbers: number[] = [];
  for (const bit of bitmapBits(mask.at('bits'), count.value)) {
    if (isFailure(bit)) return bit;
    numbers.push(bit);
  }
  return { value: rangesOf(numbers) };
}

export interface PoolWorker {
  readonly worker: KernelObject;
  readonly address: bigint;
  /** It helps out where no worker can be made (rescuer_thread()). */
  readonly isRescuer: boolean;
}

/** Workers that are attached to a pool; a failure where they are fewer than it says. */
export function* workersOf({ pool, id }: WorkerPool): Generator<PoolWorker | Failure, void> {
  let own = 0;
  let isBroken = false;
  for (const worker of listEntries(pool.at('workers'), 'worker', 'node', mostListed)) {
    const [address, back, rescues] = [worker.address, worker.at('pool').u64(), worker.at('rescue_wq').u64()];
    const unread = [worker.failure, address, back, rescues].find((one): one is Failure => isFailure(one));
    if (unread !== undefined || isFailure(address) || isFailure(rescues)) {
      isBroken = true;
      if (unread !== undefined) yield unread;
      continue;
    }
    const isRescuer = rescues.value !== 0n;
    if (!isRescuer) own += 1;
    yield { worker, address: address.value, isRescuer };
  }
  const stated = pool.at('nr_workers').number();
  if (isFailure(stated)) yield stated;
  else if (!isBroken && stated.value !== own) yield failed(`workers of pool ${id}`, `it says that it has ${stated.value}, but ${own} are in its list`);
}
