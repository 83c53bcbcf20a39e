/** Events of an instance in the order of time over its CPUs, as the kernel's own reader merges them (__find_next_entry(), kernel/trace/trace.c). */
import { failed, isFailure, type Failure } from '../../../shared/result.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import type { EventField, EventFormat, EventFormats } from './event-formats.ts';
import { ringEvents, type PageBudget, type RingEvent, type RingLayout } from './ring-buffer.ts';
import type { TraceInstance } from './trace-instances.ts';

/** Members that every event begins with (struct trace_entry, include/linux/trace_events.h). */
interface EntryHead {
  readonly type: number;
  readonly flags: number;
  readonly preemptCount: number;
  readonly pid: number;
}

export interface TraceEvent extends EntryHead {
  readonly cpu: number;
  readonly stamp: bigint;
  /** From struct trace_entry on. */
  readonly data: DataView;
  readonly isLittle: boolean;
  readonly format: EventFormat;
  /** Of the call of a function: its return, where that is the next event of its CPU. */
  readonly leafReturn?: TraceEvent;
}

/** A number of an event by its field; undefined where the event is too short for it, or the field is not a number. */
export function fieldInteger({ data, isLittle }: Pick<TraceEvent, 'data' | 'isLittle'>, { offset, size, isSigned }: EventField): bigint | undefined {
  if (offset + size > data.byteLength) return undefined;
  const bits = size * 8;
  let raw: bigint;
  if (size === 8) raw = data.getBigUint64(offset, isLittle);
  else if (size === 4) raw = BigInt(data.getUint32(offset, isLittle));
  else if (size === 2) raw = BigInt(data.getUint16(offset, isLittle));
  else if (size === 1) raw = BigInt(data.getUint8(offset));
  else return undefined;
  return isSigned ? BigInt.asIntN(bits, raw) : raw;
}

export const fieldNamed = (event: TraceEvent, name: string): bigint | undefined => {
  const field = event.format.fields.find((one) => one.name === name);
  return field === undefined ? undefined : fieldInteger(event, field);
};

/** Text of a field that lies in the event, up to a NUL or the event's end. */
export function fieldText({ data }: Pick<TraceEvent, 'data'>, offset: number, length = data.byteLength - offset): string {
  const from = Math.min(offset, data.byteLength);
  const bytes = new Uint8Array(data.buffer, data.byteOffset + from, Math.max(0, Math.min(length, data.byteLength - from)));
  const end = bytes.indexOf(0);
  return Buffer.from(end === -1 ? bytes : bytes.subarray(0, end)).toString('latin1');
}

/** Names of the two events of function_graph. */
export const graphEvents = { entry: 'funcgraph_entry', exit: 'funcgraph_exit' } as const;

const isReturnOf = (after: TraceEvent, call: TraceEvent): boolean =>
  after.format.name === graphEvents.exit && after.pid === call.pid && fieldNamed(after, 'func') === fieldNamed(call, 'func');

interface HeadPlaces {
  readonly type: number;
  readonly flags: number;
  readonly preemptCount: number;
  readonly pid: number;
  readonly bytes: number;
}

function headPlaces(objects: KernelObjects): HeadPlaces | Failure {
  const [type, flags, preemptCount, pid] = (['type', 'flags', 'preempt_count', 'pid'] as const).map((name) => objects.offsetOf('trace_entry', name));
  const bytes = objects.sizeOf('trace_entry');
  for (const one of [type, flags, preemptCount, pid, bytes]) if (one !== undefined && isFailure(one)) return one;
  const value = (one: typeof type): number => (one === undefined || isFailure(one) ? 0 : one.value);
  return { type: value(type), flags: value(flags), preemptCount: value(preemptCount), pid: value(pid), bytes: value(bytes) };
}

/** One CPU's events with the next one at hand. */
class CpuEvents {
  readonly cpu: number;
  private readonly events: Generator<RingEvent | Failure | undefined, void>;

  constructor(cpu: number, events: Generator<RingEvent | Failure | undefined, void>) {
    this.cpu = cpu;
    this.events = events;
  }

  /** Undefined at the end; what is missing on the way is yielded. */
  *next(): Generator<Failure | undefined, RingEvent | undefined> {
    for (;;) {
      const step = this.events.next();
      if (step.done === true) return undefined;
      if (step.value !== undefined && !isFailure(step.value)) return step.value;
      yield step.value;
    }
  }
}

export interface EventSource {
  readonly objects: KernelObjects;
  readonly formats: EventFormats;
  readonly layout: RingLayout;
  readonly budget: PageBudget;
}

export type TraceStep = TraceEvent | Failure | undefined;

/** @yields undefined where it has worked for a while without an event */
export function* traceEvents(
  instance: TraceInstance,
  { objects, formats, layout, budget }: EventSource,
  cpus?: ReadonlySet<number>,
): Generator<TraceStep, void> {
  const places = headPlaces(objects);
  if ('missing' in places) {
    yield places;
    return;
  }
  const isLittle = objects.space.memory.endian === 'little';
  /** By the time of the next event; of equal ones the lower CPU first. */
  const waiting: { readonly of: CpuEvents; readonly event: RingEvent }[] = [];
  const wait = (of: CpuEvents, event: RingEvent): void => {
    let [low, high] = [0, waiting.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const one = waiting[middle];
      if (one !== undefined && (one.event.stamp < event.stamp || (one.event.stamp === event.stamp && one.of.cpu < of.cpu))) low = middle + 1;
      else high = middle;
    }
    waiting.splice(low, 0, { of, event });
  };
  for (const { cpu, buffer } of instance.cpus) {
    if (cpus !== undefined && !cpus.has(cpu)) continue;
    const of = new CpuEvents(cpu, ringEvents(buffer, layout, `events of CPU ${cpu} of ${instance.name}`, budget));
    let event = yield* of.next();
    // What is older than the trace is of a tracer before it.
    while (event !== undefined && event.stamp < instance.start) event = yield* of.next();
    if (event !== undefined) wait(of, event);
  }
  const eventOf = (cpu: number, { data, stamp }: RingEvent): TraceEvent | Failure => {
    if (data.byteLength < places.bytes)
      return failed(`an event of CPU ${cpu} of ${instance.name} at ${stamp}`, `it has ${data.byteLength} bytes, and every event begins with ${places.bytes}`);
    const type = data.getUint16(places.type, isLittle);
    const format = formats.byId(type);
    if (isFailure(format)) return format;
    const [flags, preemptCount, pid] = [data.getUint8(places.flags), data.getUint8(places.preemptCount), data.getInt32(places.pid, isLittle)];
    return { cpu, stamp, data, isLittle, type, flags, preemptCount, pid, format: format.value };
  };
  for (let first = waiting.shift(); first !== undefined; first = waiting.shift()) {
    const { of } = first;
    const event = eventOf(of.cpu, first.event);
    let next = yield* of.next();
    if (isFailure(event)) yield event;
    else {
      const after = event.format.name === graphEvents.entry && next !== undefined ? eventOf(of.cpu, next) : undefined;
      const leafReturn = after !== undefined && !isFailure(after) && isReturnOf(after, event) ? after : undefined;
      yield leafReturn === undefined ? event : { ...event, leafReturn };
      if (leafReturn !== undefined) next = yield* of.next();
    }
    if (next !== undefined) wait(of, next);
  }
}
