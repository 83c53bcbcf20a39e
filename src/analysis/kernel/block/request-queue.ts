/** The queue of a disk and its hardware contexts (struct request_queue and blk_mq_hw_ctx, include/linux/blkdev.h and blk-mq.h). */
import { failed, isFailure, mapResult, type Failure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { listEntries } from '../object/containers/lists.ts';
import { xarrayObjects } from '../object/containers/xarray.ts';
import type { KernelObject } from '../object/kernel-object.ts';

const mostContexts = 8192;
const mostCounted = 65_536;
/** BLK_MQ_S_STOPPED (include/linux/blk-mq.h, 5.10 to 6.12). */
const stoppedBit = 1n;

/** Whether the queue hands requests out; a driver that works on bios (dm, md, zram) has none. Every queue has a block size: one without is none. */
export function hasRequests(queue: KernelObject): Result<boolean> {
  const [operations, size] = [queue.at('mq_ops').u64(), queue.at('limits.logical_block_size').number()];
  if (isFailure(size)) return size;
  return size.value === 0 ? failed('request queue', 'its block size is 0, which no queue has') : mapResult(operations, (value) => value !== 0n);
}

/** Frozen: no request begins, as in blk_mq_freeze_queue(). */
export const isFrozen = (queue: KernelObject): Result<boolean> => mapResult(queue.at('mq_freeze_depth').number(), (depth) => depth > 0);

/** Quiesced: none is handed to the driver. `quiesce_depth` is of since 5.16; before, the flag has a number that changed. */
export const isQuiesced = (queue: KernelObject): Result<boolean> | undefined =>
  queue.has('quiesce_depth') ? mapResult(queue.at('quiesce_depth').number(), (depth) => depth > 0) : undefined;

/** "mq-deadline"; "none" where the queue has no scheduler. */
export function schedulerName(queue: KernelObject): Result<string> {
  const elevator = queue.pointer('elevator');
  return elevator.isNull ? { value: 'none' } : elevator.pointer('type').at('elevator_name').string();
}

export const isStopped = (context: KernelObject): Result<boolean> => mapResult(context.at('state').u64(), (state) => (state & stoppedBit) !== 0n);

/** Hardware contexts in their order: an XArray since 5.18, before an array of pointers. Those that do not lead back to the queue are failures. */
export function* contextsOf(queue: KernelObject): Generator<{ readonly number: number; readonly context: KernelObject } | Failure, void> {
  const [count, own] = [queue.at('nr_hw_queues').number(), queue.address];
  if (isFailure(own) || isFailure(count)) {
    yield isFailure(own) ? own : isFailure(count) ? count : failed('hardware contexts', 'not known');
    return;
  }
  const where = { space: 'virtual', start: hex(own.value), end: hex(own.value + 1n) } as const;
  if (count.value < 1 || count.value > mostContexts) {
    yield failed('hardware contexts', `the queue says that it has ${count.value}`, where);
    return;
  }
  const array = queue.pointer('queue_hw_ctx');
  const all = queue.has('hctx_table')
    ? [...xarrayObjects(queue.at('hctx_table'), 'blk_mq_hw_ctx')].map(({ object }) => object)
    : Array.from({ length: count.value }, (_, at) => array.element(at).pointer());
  let known = 0;
  for (const context of all) {
    const [back, number] = [context.at('queue').u64(), context.at('queue_num').number()];
    if (isFailure(back)) yield back;
    else if (isFailure(number)) yield number;
    else if (back.value !== own.value) yield failed('hardware contexts', `one of the queue belongs to the queue at ${hex(back.value)}`, where);
    else {
      known += 1;
      yield { number: number.value, context };
    }
  }
  if (known < count.value) yield failed('hardware contexts', `${known} of ${count.value} were found`, where);
}

/** Addresses of the requests on a list of the queue or of a context; the failure of one that breaks comes last. */
export function* listed(list: KernelObject): Generator<bigint | Failure, void> {
  let count = 0;
  for (const request of listEntries(list, 'request', 'queuelist', mostCounted)) {
    const { failure, address } = request;
    if (failure !== undefined) yield failure;
    else if (isFailure(address)) yield address;
    else yield address.value;
    count += 1;
    if (count >= mostCounted) {
      yield failed('requests on a list', `more than ${mostCounted}`);
      return;
    }
  }
}
