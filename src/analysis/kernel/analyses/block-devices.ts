/** Block devices, the state of their queues, and what they have done: the numbers of /proc/diskstats. */
import { isFailure, mapResult, valueOf, type Result } from '../../../shared/result.ts';
import { cpuMasks } from '../cpus/cpu-masks.ts';
import { perCpuAreas } from '../cpus/per-cpu-data.ts';
import { diskCounters } from '../block/disk-counters.ts';
import { disks, type Disk } from '../block/disks.ts';
import { contextsOf, hasRequests, isFrozen, isQuiesced, isStopped, listed, schedulerName } from '../block/request-queue.ts';
import { requestsOf, type HeldRequest } from '../block/requests.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import { monotonicClock, secondsSince } from '../time/monotonic-clock.ts';
import { address, bytes, count, defineAnalysis, duration, flag, pause, symbol, text, type Step } from './analysis.ts';

const sectorBytes = 512n;

/** Lists of a queue on which requests wait to be handed to the driver again, and contexts that were stopped. */
function* queueLists({ queue }: Disk): Generator<Step<never>, { readonly waiting: number; readonly stopped: number }> {
  let waiting = 0;
  let stopped = 0;
  const lists = [queue.at('requeue_list')];
  for (const one of contextsOf(queue)) {
    if (isFailure(one)) continue;
    lists.push(one.context.at('dispatch'));
    const is = isStopped(one.context);
    if (!isFailure(is) && is.value) stopped += 1;
  }
  for (const list of lists) {
    for (const one of listed(list)) {
      if (isFailure(one)) yield one;
      else waiting += 1;
    }
  }
  return { waiting, stopped };
}

const stateOf = ({ request }: HeldRequest): Result<string> => request.at('state').enumerator();

/** A dev_t has 12 bits for the major number and 20 for the minor one (MINORBITS, include/linux/kdev_t.h); majors begin at 1. */
const numbers = { major: { least: 1, most: 0xfff }, first_minor: { least: 0, most: 0xf_ffff } } as const;

function deviceNumber(gendisk: KernelObject, member: keyof typeof numbers): Result<number> {
  const { least, most } = numbers[member];
  const number = gendisk.at(member);
  return number.plausible(number.number(), (value) => (value < least || value > most ? `${value} is not in the range ${least} to ${most}` : undefined));
}

function queueCells({ queue }: Disk) {
  return {
    driver: queue.at('mq_ops').symbol(),
    scheduler: schedulerName(queue),
    contexts: queue.at('nr_hw_queues').number(),
    depth: queue.at('nr_requests').number(),
    frozen: isFrozen(queue),
    quiesced: isQuiesced(queue),
  };
}

export const blockDevices = defineAnalysis({
  id: 'block-devices',
  title: 'Block devices',
  about:
    'Disks of the class "block" and of the inodes of block devices, with the state of their request queues, the requests in flight, and the counters of /proc/diskstats.',
  needs: ['symbols', 'types'],
  columns: {
    device: text('its name'),
    major: count('major number'),
    minor: count('first minor number'),
    bytes: bytes('its capacity'),
    inFlight: count('requests that the driver has'),
    held: count('requests that hold a tag and are not with the driver'),
    oldest: duration('how long before the last tick or idle CPU the oldest of these requests was allocated'),
    waiting: count('requests on the lists dispatch and requeue'),
    counted: count('requests in flight by its counters; bios for a driver that works on bios'),
    scheduler: text('its I/O scheduler; empty for a driver that works on bios'),
    contexts: count('hardware contexts of its queue'),
    stopped: count('of these, contexts that are stopped'),
    depth: count('requests that the queue can have'),
    frozen: flag('no request begins'),
    quiesced: flag('none is handed to the driver; empty before Linux 5.16'),
    reads: count('reads that ended'),
    readBytes: bytes('bytes read'),
    writes: count('writes that ended'),
    writtenBytes: bytes('bytes written'),
    discards: count('discards that ended'),
    flushes: count('flushes that ended'),
    driver: symbol('operations of its driver (mq_ops)'),
    disk: address('its struct gendisk'),
    queue: address('its struct request_queue'),
  },
  key: ['device'],
  grouping: ['scheduler', 'driver'],
  *run({ objects, memory, symbols }) {
    const cpus = symbols === undefined ? [] : perCpuAreas({ memory, symbols, masks: cpuMasks(memory, symbols) });
    const clock = monotonicClock(objects, cpus);
    if (isFailure(clock)) yield clock;
    for (const disk of disks(objects)) {
      yield pause;
      if (isFailure(disk)) {
        yield disk;
        continue;
      }
      const { gendisk, queue } = disk;
      const counters = diskCounters(gendisk, cpus);
      if (isFailure(counters)) yield counters;
      const known = valueOf(counters);
      const has = hasRequests(queue);
      if (isFailure(has)) yield has;
      const held: HeldRequest[] = [];
      let isWhole = !isFailure(has);
      if (!isFailure(has) && has.value) {
        for (const one of requestsOf(queue)) {
          if (one === undefined) yield pause;
          else if (isFailure(one)) {
            isWhole = false;
            yield one;
          } else held.push(one);
        }
      }
      const isBusy = held.map((one) => mapResult(stateOf(one), (state) => state === 'MQ_RQ_IN_FLIGHT'));
      for (const one of isBusy) if (isFailure(one)) yield one;
      const isKnown = isWhole && !isBusy.some(isFailure) && !isFailure(has) && has.value;
      const inFlight = isBusy.filter((one) => !isFailure(one) && one.value).length;
      const ages = isFailure(clock)
        ? []
        : held.flatMap(({ request }) => {
            const start = request.at('start_time_ns').u64();
            return isFailure(start) ? [] : (secondsSince(clock.value, start.value) ?? []);
          });
      const lists = !isFailure(has) && has.value ? yield* queueLists(disk) : undefined;
      yield {
        row: {
          device: disk.name,
          major: deviceNumber(gendisk, 'major'),
          minor: deviceNumber(gendisk, 'first_minor'),
          bytes: mapResult(
            gendisk.at('part0').has('nr_sects') ? gendisk.at('part0.nr_sects').u64() : gendisk.pointer('part0').at('bd_nr_sectors').u64(),
            (sectors) => sectors * sectorBytes,
          ),
          inFlight: isKnown ? inFlight : undefined,
          held: isKnown ? held.length - inFlight : undefined,
          oldest: isKnown && ages.length > 0 ? ages.reduce((most, one) => Math.max(most, one)) : undefined,
          waiting: lists?.waiting,
          stopped: lists?.stopped,
          counted: known === undefined || known.inFlight < 0n ? undefined : known.inFlight,
          ...(isFailure(has) || !has.value ? {} : queueCells(disk)),
          reads: known?.ios[0],
          readBytes: known === undefined ? undefined : (known.sectors[0] ?? 0n) * sectorBytes,
          writes: known?.ios[1],
          writtenBytes: known === undefined ? undefined : (known.sectors[1] ?? 0n) * sectorBytes,
          discards: known?.ios[2],
          flushes: known?.ios[3],
          disk: disk.address,
          queue: queue.isNull ? undefined : queue.address,
        },
      };
    }
  },
});
