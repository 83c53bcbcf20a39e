/** Requests of block devices that hold a tag: what is in flight, since when, whose data it carries, and who waits for it. */
import { isFailure, type Result } from '../../../shared/result.ts';
import { cpuMasks } from '../cpus/cpu-masks.ts';
import { perCpuAreas } from '../cpus/per-cpu-data.ts';
import { disks, type Disk } from '../block/disks.ts';
import { ioWaiters, waitersOf, type IoWaiters } from '../block/io-waiters.ts';
import { fileText, flagText, operationName, requestData } from '../block/request-data.ts';
import { contextsOf, hasRequests, isFrozen, isQuiesced, isStopped, listed } from '../block/request-queue.ts';
import { requestsOf, type HeldRequest } from '../block/requests.ts';
import { monotonicClock, secondsSince, type MonotonicClock } from '../time/monotonic-clock.ts';
import type { AnalysisKernel } from './analysis-kernel.ts';
import { address, bytes, count, defineAnalysis, duration, pause, symbol, text, type Step } from './analysis.ts';

/** Waiting tasks that are named. */
const mostNamed = 16;
const noSector = (1n << 64n) - 1n;

const stateText = (state: Result<string>): Result<string> => (isFailure(state) ? state : { value: state.value.replace(/^MQ_RQ_/, '').toLowerCase() });

/** Why a queue begins no request, or hands none out: "frozen, quiesced"; empty where it does. */
function queueStateText(disk: Disk): string | undefined {
  const known = [
    ['frozen', isFrozen(disk.queue)],
    ['quiesced', isQuiesced(disk.queue)],
  ] as const;
  const set = known.flatMap(([name, is]) => (is === undefined || isFailure(is) || !is.value ? [] : [name]));
  for (const one of contextsOf(disk.queue)) {
    const stopped = isFailure(one) ? one : isStopped(one.context);
    if (!isFailure(stopped) && stopped.value && !set.some((name) => (name as string) === 'stopped')) return [...set, 'stopped'].join(', ');
  }
  return set.length === 0 ? undefined : set.join(', ');
}

/** On which list each request is that waits to be handed to the driver again. */
function* listsOf(disk: Disk): Generator<Step<never>, ReadonlyMap<bigint, string>> {
  const found = new Map<bigint, string>();
  const contexts = [...contextsOf(disk.queue)].flatMap((one) => (isFailure(one) ? [] : [one.context.at('dispatch')]));
  const lists = [['requeue', disk.queue.at('requeue_list')] as const, ...contexts.map((list) => ['dispatch', list] as const)];
  for (const [name, list] of lists) {
    for (const one of listed(list)) {
      if (isFailure(one)) yield one;
      else found.set(one, name);
    }
  }
  return found;
}

interface Context {
  readonly kernel: AnalysisKernel;
  readonly clock: Result<MonotonicClock>;
  readonly waiters: IoWaiters;
  readonly taskName: (task: bigint) => string;
}

const since = ({ clock }: Context, stamp: Result<bigint>): number | undefined =>
  isFailure(clock) || isFailure(stamp) ? undefined : secondsSince(clock.value, stamp.value);

function requestCells(context: Context, held: HeldRequest) {
  const { objects, symbolAt } = context.kernel;
  const { request } = held;
  const flags = request.at('cmd_flags').u32();
  const data = requestData(request);
  const waiting = [...waitersOf(context.waiters, data)];
  const names = waiting.slice(0, mostNamed).map(context.taskName);
  const bio = request.pointer('bio');
  const end = bio.at('bi_end_io').u64();
  return {
    data,
    cells: {
      operation: operationName(objects, flags),
      flags: flagText(objects, flags),
      sector: sectorOf(request),
      bytes: request.at('__data_len').number(),
      state: stateText(request.at('state').enumerator()),
      seconds: since(context, request.at('start_time_ns').u64()),
      driverSeconds: since(context, request.at('io_start_time_ns').u64()),
      request: held.address,
      bio: bio.isNull ? undefined : bio.address,
      ends: isFailure(end) || end.value === 0n ? undefined : symbolAt(end.value),
      file: fileText(objects, data),
      waiters: names.length === 0 ? undefined : `${names.join(', ')}${waiting.length > mostNamed ? `, and ${waiting.length - mostNamed} more` : ''}`,
    },
  };
}

/** A request without sectors, a flush for one, has the number of none. */
function sectorOf(request: HeldRequest['request']): Result<bigint> | undefined {
  const sector = request.at('__sector').u64();
  return !isFailure(sector) && sector.value === noSector ? undefined : sector;
}

/** When a request was allocated, by CLOCK_MONOTONIC. */
const startOf = ({ request }: HeldRequest): bigint => {
  const start = request.at('start_time_ns').u64();
  return isFailure(start) ? 0n : start.value;
};

export const blockRequests = defineAnalysis({
  id: 'block-requests',
  title: 'Block requests',
  about:
    'Requests of block devices that hold a tag, the oldest of each device first: those with the driver, and those that a scheduler or a list still holds. From the tags of the hardware contexts of every disk (blk-mq).',
  needs: ['symbols', 'types'],
  uses: ['tasks'],
  columns: {
    device: text('name of the disk'),
    operation: text('read, write, flush, discard …'),
    seconds: duration('how long before the last tick or idle CPU it was allocated; it is at least this old'),
    bytes: bytes('bytes that are still to be transferred'),
    sector: count('first sector, of 512 bytes'),
    file: text('the file, or block device, whose pages it carries'),
    waiters: text('tasks that wait for one of its pages or buffers'),
    state: text('idle: not begun by the driver; in_flight; complete: ended by the device, not yet by the kernel'),
    list: text('dispatch or requeue: the list on which it waits to be handed to the driver'),
    queueState: text('frozen: no request begins; quiesced, stopped: none is handed to the driver; empty where none is known to be'),
    driverSeconds: duration('the same since it was handed to the driver; empty where the queue keeps no times'),
    flags: text('sync, meta, fua, rahead …'),
    context: count('number of the hardware context'),
    tag: count('tag of the driver; empty for a request that was not handed to it yet'),
    schedulerTag: count('tag of the scheduler, where the device has one'),
    ends: symbol('who is called when its first bio ends'),
    request: address('its struct request'),
    bio: address('its first bio'),
  },
  key: ['device', 'context', 'tag', 'schedulerTag'],
  grouping: ['device', 'operation', 'state', 'file', 'waiters'],
  *run(kernel) {
    const { objects, memory, symbols } = kernel;
    const cpus = symbols === undefined ? [] : perCpuAreas({ memory, symbols, masks: cpuMasks(memory, symbols) });
    const clock = monotonicClock(objects, cpus);
    const taskName = (at: bigint): string => {
      const task = kernel.tasks?.list.tasks.at(at);
      return task === undefined ? `task_struct 0x${at.toString(16)}` : `${task.comm}${task.pid === undefined ? '' : ` (${task.pid})`}`;
    };
    const looking = ioWaiters(objects);
    let step = looking.next();
    for (; step.done !== true; step = looking.next()) yield pause;
    const context: Context = { kernel, clock, waiters: step.value, taskName };
    let devices = 0;
    let found = 0;
    let withDriver = 0;
    let unread = 0;
    for (const disk of disks(objects)) {
      yield pause;
      if (isFailure(disk)) {
        unread += 1;
        yield disk;
        continue;
      }
      const has = hasRequests(disk.queue);
      if (isFailure(has)) {
        unread += 1;
        yield has;
        continue;
      }
      if (!has.value) continue;
      devices += 1;
      const held: HeldRequest[] = [];
      for (const one of requestsOf(disk.queue)) {
        if (one === undefined) yield pause;
        else if (isFailure(one)) {
          unread += 1;
          yield one;
        } else held.push(one);
      }
      if (held.length === 0) continue;
      if (found === 0) {
        if (isFailure(clock)) yield clock;
        for (const one of context.waiters.missing) yield one;
      }
      found += held.length;
      const lists = yield* listsOf(disk);
      const queueState = queueStateText(disk);
      held.sort((left, right) => (startOf(left) < startOf(right) ? -1 : startOf(left) > startOf(right) ? 1 : 0));
      for (const one of held) {
        const { cells, data } = requestCells(context, one);
        if (!isFailure(cells.state) && cells.state.value === 'in_flight') withDriver += 1;
        for (const unread of data.missing) yield unread;
        yield {
          row: { device: disk.name, context: one.context, tag: one.tag, schedulerTag: one.schedulerTag, list: lists.get(one.address), queueState, ...cells },
        };
      }
    }
    const counted = `${devices} block ${devices === 1 ? 'device that takes' : 'devices that take'} requests`;
    if (found > 0)
      yield {
        note: `${found} ${found === 1 ? 'request holds' : 'requests hold'} a tag, ${withDriver} of them with the driver; ${counted} ${devices === 1 ? 'was' : 'were'} looked at.`,
      };
    // Where something could not be read, none that was found is not none.
    else if (unread === 0) yield { note: `No request is in flight on ${counted}.` };
  },
});
