/**
 * Work: what a worker does (worker.current_work), what waits in a pool (worklist) or for one worker (scheduled), and what its queue holds back because as much as may
 * run at a time (inactive_works; delayed_works before 5.14). Work that waits names the queue in its word `data`, whose low bits are flags.
 */
import { failed, isFailure, type Failure, type Result } from '../../../shared/result.ts';
import { listEntries } from '../object/containers/lists.ts';
import { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { mostListed, workersOf, type PoolWorker, type WorkerPool } from './worker-pools.ts';

export interface WorkItem {
  readonly state: 'running' | 'pending' | 'scheduled' | 'inactive';
  /** struct work_struct; of a running one it may have been freed since. */
  readonly address: bigint;
  /** Address of its function. */
  readonly function: bigint;
  /** struct pool_workqueue; fails where it is not known. */
  readonly queue: KernelObject;
  readonly worker?: PoolWorker;
}

/** WORK_STRUCT_PWQ_BIT since 3.7 or so. */
const pwqBit = 4n;
/** WORK_STRUCT_PWQ_SHIFT is 8, and 9 with CONFIG_DEBUG_OBJECTS_WORK: a pool_workqueue lies at such a multiple. */
const shifts = [8n, 9n] as const;

/** The queue that a waiting work is of: the one of this pool. */
function queueOf(objects: KernelObjects, data: bigint, pool: bigint): KernelObject {
  const none = (why: string): KernelObject => KernelObject.failing(objects.space, failed('queue of a piece of work', why));
  if ((data & pwqBit) === 0n) return none('its word names no queue');
  for (const shift of shifts) {
    const found = objects.at((data >> shift) << shift, 'pool_workqueue');
    const of = found.at('pool').u64();
    if (!isFailure(of) && of.value === pool) return found;
  }
  return none('its word leads to no queue of the pool');
}

function waiting(objects: KernelObjects, work: KernelObject, state: WorkItem['state'], pool: bigint, worker?: PoolWorker): WorkItem | Failure {
  const [address, data, func] = [work.address, work.at('data').u64(), work.at('func').u64()];
  const unread = [work.failure, address, data, func].find((one): one is Failure => isFailure(one));
  if (unread !== undefined || isFailure(address) || isFailure(data) || isFailure(func)) return unread ?? failed('work', 'not known');
  const item = { state, address: address.value, function: func.value, queue: queueOf(objects, data.value, pool) };
  return worker === undefined ? item : { ...item, worker };
}

/** What a worker does; undefined for one that is idle. */
export function runningWork({ worker }: PoolWorker): Result<Omit<WorkItem, 'worker'>> | undefined {
  const [work, func] = [worker.at('current_work').u64(), worker.at('current_func').u64()];
  if (isFailure(work)) return work;
  if (work.value === 0n) return undefined;
  if (isFailure(func)) return func;
  return { value: { state: 'running', address: work.value, function: func.value, queue: worker.pointer('current_pwq') } };
}

/** Work of a pool: running, then waiting. */
export function* workOf(objects: KernelObjects, one: WorkerPool): Generator<WorkItem | Failure, void> {
  for (const worker of workersOf(one)) {
    if (isFailure(worker)) {
      yield worker;
      continue;
    }
    const running = runningWork(worker);
    if (running !== undefined) yield isFailure(running) ? running : { ...running.value, worker };
    for (const work of listEntries(worker.worker.at('scheduled'), 'work_struct', 'entry', mostListed))
      yield waiting(objects, work, 'scheduled', one.address, worker);
  }
  for (const work of listEntries(one.pool.at('worklist'), 'work_struct', 'entry', mostListed)) yield waiting(objects, work, 'pending', one.address);
}

/** Work that a queue holds back in one of its pools. */
export function* heldBackWork(objects: KernelObjects, queue: KernelObject): Generator<WorkItem | Failure, void> {
  const pool = queue.at('pool').u64();
  if (isFailure(pool)) {
    yield pool;
    return;
  }
  for (const work of listEntries(queue.at('inactive_works', 'delayed_works'), 'work_struct', 'entry', mostListed))
    yield waiting(objects, work, 'inactive', pool.value);
}
