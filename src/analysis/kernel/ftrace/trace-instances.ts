/**
 * Instances of ftrace: struct trace_array of kernel/trace/trace.h (5.10 to 6.12), `global_trace` and those that were made in /sys/kernel/tracing/instances, each
 * with its tracer, its options, its clock, and a ring buffer for each CPU; a snapshot is a second set of buffers.
 */
import { failed, isFailure, type Failure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { cpuMasks, maxCpus, type CpuMasks } from '../cpus/cpu-masks.ts';
import { walkList } from '../memory/linked-list.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import type { SymbolTable } from '../symbols/symbol-table.ts';

export interface TraceClock {
  readonly name: string;
  /** Whether it counts nanoseconds; otherwise something of its own. */
  readonly isNanoseconds: boolean;
}

export interface CpuBuffer {
  readonly cpu: number;
  /** struct ring_buffer_per_cpu */
  readonly buffer: KernelObject;
}

export interface TraceInstance {
  /** "global" for the top-level one, "NAME snapshot" for a snapshot. */
  readonly name: string;
  readonly isRecording: Result<boolean>;
  readonly tracer: string | undefined;
  /** Options of the tracer that are on, by their names: "funcgraph-cpu". Undefined where they are not known. */
  readonly tracerOptions: ReadonlySet<string> | undefined;
  /** Options of the instance that are on, by their names in the kernel without TRACE_ITER_: "PRINT_PARENT". Undefined where they are not known. */
  readonly options: ReadonlySet<string> | undefined;
  readonly clock: TraceClock | undefined;
  /** What is older was there before tracing began and is not shown. */
  readonly start: bigint;
  /** Added to addresses of a buffer that another boot left. */
  readonly textDelta: bigint;
  readonly cpus: readonly CpuBuffer[];
  /** What of it could not be read. */
  readonly unread: readonly Failure[];
}

const mostInstances = 4096;
const mostOptions = 64;

/** Options that struct tracer_flags has on: its list of names and bits ends with one without a name. */
function optionsOf(flags: KernelObject): ReadonlySet<string> | undefined {
  const value = flags.at('val').u32();
  const options = flags.pointer('opts');
  if (isFailure(value) || isFailure(options.address)) return undefined;
  const on = new Set<string>();
  for (let at = 0; at < mostOptions; at += 1) {
    const option = options.element(at);
    const text = option.pointer('name', 'void');
    if (text.isNull) return on;
    const [name, bit] = [option.at('name').string(64), option.at('bit').u32()];
    if (isFailure(name) || isFailure(bit)) return undefined;
    if ((value.value & bit.value) !== 0) on.add(name.value);
  }
  return undefined;
}

/** Names of the bits of trace_array.trace_flags (enum trace_iterator_bits). */
function flagNames(objects: KernelObjects, value: bigint): ReadonlySet<string> | undefined {
  const names = objects.enumerators('trace_iterator_bits');
  if (names === undefined) return undefined;
  return new Set(
    names
      .filter(({ name, value: bit }) => name.endsWith('_BIT') && bit >= 0n && bit < 64n && ((value >> bit) & 1n) === 1n)
      .map(({ name }) => name.replace(/^TRACE_ITER_/, '').replace(/_BIT$/, '')),
  );
}

/** trace_clocks: an array of a function, a name, and whether it counts nanoseconds, without a name of its own (kernel/trace/trace.c). */
function clockOf(objects: KernelObjects, trace: KernelObject): Result<TraceClock> {
  const [table, index] = [objects.addressOf('trace_clocks'), trace.at('clock_id').number()];
  if (isFailure(index)) return index;
  if (isFailure(table)) return table;
  const what = 'the clock of a trace';
  if (index.value < 0 || index.value > 32) return failed(what, `it is clock ${index.value}, and no kernel has so many`);
  const { memory } = objects.space;
  const at = table.value + BigInt(index.value * 3 * memory.pointerBytes);
  const nameAt = memory.pointer(at + BigInt(memory.pointerBytes));
  const name = nameAt === undefined ? undefined : memory.cstring(nameAt, 64);
  const unit = memory.u32(at + BigInt(2 * memory.pointerBytes));
  if (name === undefined || unit === undefined || !/^[\w.-]+$/.test(name)) return failed(what, `no clock is described at ${hex(at)}`);
  return { value: { name, isNanoseconds: unit !== 0 } };
}

/** Buffers of the CPUs that may exist, or what is wrong with one; without masks as far as there are buffers that name their CPU. */
function* buffersOf(buffer: KernelObject, masks: CpuMasks | undefined): Generator<CpuBuffer | Failure, void> {
  const table = buffer.pointer('buffers');
  const { address } = table;
  if (isFailure(address)) {
    yield address;
    return;
  }
  for (const cpu of masks?.possible ?? Array.from({ length: maxCpus }, (_, at) => at)) {
    const one = table.element(cpu).pointer();
    const number = one.at('cpu').number();
    if (!isFailure(number) && number.value === cpu) yield { cpu, buffer: one };
    else if (masks === undefined) {
      if (cpu === 0) yield isFailure(number) ? number : failed('the ring buffer of CPU 0', `the structure that the table leads to is of CPU ${number.value}`);
      return;
    } else if (one.isNull) {
      // A CPU gets its buffer when it comes online (trace_rb_cpu_prepare()).
      if (masks.online.includes(cpu)) yield failed(`the ring buffer of CPU ${cpu}`, 'the CPU was online, and no buffer of it is in the table');
    } else if (isFailure(number)) yield number;
    else yield failed(`the ring buffer of CPU ${cpu}`, `the structure that the table leads to is of CPU ${number.value}`);
  }
}

interface Shared {
  readonly objects: KernelObjects;
  readonly masks: CpuMasks | undefined;
}

function instanceOf({ objects, masks }: Shared, trace: KernelObject, name: string, member: 'array_buffer' | 'max_buffer'): TraceInstance | Failure {
  const area = trace.at(member, ...(member === 'array_buffer' ? ['trace_buffer'] : []));
  const buffer = area.pointer('buffer');
  const { address } = buffer;
  if (isFailure(address)) return failed(`ring buffers of ${name}`, address.missing.why, address.missing.where);
  const unread: Failure[] = [];
  const cpus: CpuBuffer[] = [];
  for (const one of buffersOf(buffer, masks)) {
    if (isFailure(one)) unread.push(failed(`${one.missing.what} of ${name}`, one.missing.why, one.missing.where));
    else cpus.push(one);
  }
  const kept = <T>(one: Result<T>): T | undefined => {
    if (!isFailure(one)) return one.value;
    unread.push(one);
    return undefined;
  };
  const tracer = trace.pointer('current_trace');
  const [flags, disabled] = [kept(trace.at('trace_flags').integer()), buffer.at('record_disabled.counter', 'record_disabled').number()];
  const tracerFlags = tracer.pointer('flags');
  const clock = kept(clockOf(objects, trace));
  const [delta, start] = [trace.has('text_delta') ? kept(trace.at('text_delta').integer()) : 0n, kept(area.at('time_start').u64())];
  return {
    name,
    isRecording: isFailure(disabled) ? disabled : { value: disabled.value === 0 },
    tracer: kept(tracer.at('name').string(64)),
    tracerOptions: tracerFlags.isNull ? new Set() : optionsOf(tracerFlags),
    options: flags === undefined ? undefined : flagNames(objects, flags),
    clock,
    start: start ?? 0n,
    textDelta: delta ?? 0n,
    cpus,
    unread,
  };
}

/** The instance at the top first, then the others in the order of the kernel's list. */
export function* traceInstances(objects: KernelObjects, symbols: SymbolTable | undefined): Generator<TraceInstance | Failure, void> {
  const { memory } = objects.space;
  const shared: Shared = { objects, masks: symbols === undefined ? undefined : cpuMasks(memory, symbols) };
  const top = objects.variable('global_trace', 'trace_array');
  const first = top.address;
  if (isFailure(first)) {
    yield first;
    return;
  }
  const list = objects.addressOf('ftrace_trace_arrays');
  const walked = isFailure(list) ? undefined : walkList(memory, list.value, () => true, mostInstances);
  const link = objects.offsetOf('trace_array', 'list');
  if (isFailure(list)) yield list;
  if (isFailure(link)) {
    yield link;
    return;
  }
  const others = (walked?.nodes ?? []).map((node) => node - BigInt(link.value)).filter((one) => one !== first.value);
  for (const address of [first.value, ...others]) {
    const trace = objects.at(address, 'trace_array');
    const named = address === first.value ? { value: 'global' } : trace.at('name').string(256);
    if (isFailure(named)) {
      yield named;
      continue;
    }
    yield instanceOf(shared, trace, named.value, 'array_buffer');
    const snapshot = trace.has('allocated_snapshot') ? trace.at('allocated_snapshot').flag() : { value: false };
    if (isFailure(snapshot)) yield snapshot;
    else if (snapshot.value) yield instanceOf(shared, trace, `${named.value} snapshot`, 'max_buffer');
  }
  if (walked !== undefined && !walked.complete) yield failed('instances of ftrace', walked.broken ?? 'their list does not end');
}
