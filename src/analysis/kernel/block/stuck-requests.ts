/** Requests that are in flight for longer than their queue allows (blk_mq_timeout_work(), block/blk-mq.c): the device, or what it is connected by, does not answer. */
import { isFailure, type Failure } from '../../../shared/result.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { secondsSince, type MonotonicClock } from '../time/monotonic-clock.ts';
import { disks, type Disk } from './disks.ts';
import { hasRequests } from './request-queue.ts';
import { requestsOf, type HeldRequest } from './requests.ts';

/** rq_timeout unless a driver sets another (blk_mq_init_allocated_queue()). */
const usual = 30;
const mostSeconds = 86_400;

export interface StuckDevice {
  readonly disk: Disk;
  /** Seconds from which on a request counts. */
  readonly limit: number;
  /** How many. */
  readonly count: number;
  readonly oldest: { readonly held: HeldRequest; readonly seconds: number };
}

function limitOf({ queue }: Disk, { tick }: MonotonicClock): number {
  const set = queue.at('rq_timeout').number();
  const timeout = isFailure(set) ? 0 : (set.value * Number(tick)) / 1e9;
  return timeout > 0 && timeout < mostSeconds ? timeout : usual;
}

/** Devices with such requests, and what could not be read; undefined where work was done. */
export function* stuckDevices(objects: KernelObjects, clock: MonotonicClock): Generator<StuckDevice | Failure | undefined, void> {
  for (const disk of disks(objects)) {
    yield undefined;
    const has = isFailure(disk) ? disk : hasRequests(disk.queue);
    if (isFailure(disk) || isFailure(has)) {
      if (isFailure(has)) yield has;
      continue;
    }
    if (!has.value) continue;
    const limit = limitOf(disk, clock);
    let count = 0;
    let oldest: StuckDevice['oldest'] | undefined;
    let unread: Failure | undefined;
    for (const held of requestsOf(disk.queue)) {
      if (held === undefined) {
        yield undefined;
        continue;
      }
      const start = isFailure(held) ? held : held.request.at('start_time_ns').u64();
      const state = isFailure(held) ? held : held.request.at('state').enumerator();
      if (isFailure(held) || isFailure(start) || isFailure(state)) {
        unread ??= [held, start, state].find((one): one is Failure => isFailure(one));
        continue;
      }
      const seconds = secondsSince(clock, start.value);
      if (state.value !== 'MQ_RQ_IN_FLIGHT' || seconds === undefined || seconds <= limit) continue;
      count += 1;
      if (oldest === undefined || seconds > oldest.seconds) oldest = { held, seconds };
    }
    if (unread !== undefined) yield unread;
    if (oldest !== undefined) yield { disk, limit, count, oldest };
  }
}
