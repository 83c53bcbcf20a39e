/** Ring buffers of ftrace as bytes: instances, their buffers, pages of events, formats of events, and names of tasks; in both byte orders. */
import type { Analysis } from '../../../src/analysis/kernel/analyses/analysis.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { runAnalysis } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { append } from '../../../src/shared/append.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import type { Missing } from '../../../src/shared/result.ts';
import { DescribedStructs, describedKernel, type Enums, type Structs } from './described-structs.ts';
import type { Endian } from './described-btf.ts';
import { describedFormats, ringBytes, type DescribedFormat, type RingItem } from './described-ftrace-events.ts';

const structs: Structs = {
  list_head: { next: 'list_head *', prev: 'list_head *' },
  local_t: { a: 'atomic_long_t' },
  atomic_long_t: { counter: 's64' },
  buffer_page: { list: 'list_head', write: 'local_t', read: 'u32', entries: 'local_t', real_end: 'u64', order: 'u32', page: 'buffer_data_page *' },
  buffer_data_page: { time_stamp: 'u64', commit: 'local_t', data: 'u8[0]' },
  ring_buffer_per_cpu: {
    cpu: 's32',
    nr_pages: 'u64',
    pages: 'list_head *',
    head_page: 'buffer_page *',
    tail_page: 'buffer_page *',
    commit_page: 'buffer_page *',
    reader_page: 'buffer_page *',
    entries_bytes: 'local_t',
    entries: 'local_t',
    overrun: 'local_t',
    commit_overrun: 'local_t',
    dropped_events: 'local_t',
    read: 'u64',
    read_bytes: 'u64',
    read_stamp: 'u64',
  },
  trace_buffer: { record_disabled: 's32', buffers: 'ring_buffer_per_cpu * *' },
  array_buffer: { buffer: 'trace_buffer *', time_start: 'u64' },
  trace_array: {
    list: 'list_head',
    name: 'char *',
    array_buffer: 'array_buffer',
    max_buffer: 'array_buffer',
    allocated_snapshot: 'bool',
    clock_id: 's32',
    current_trace: 'tracer *',
    trace_flags: 'u32',
  },
  tracer: { name: 'char *', flags: 'tracer_flags *' },
  tracer_flags: { val: 'u32', opts: 'tracer_opt *' },
  tracer_opt: { name: 'char *', bit: 'u32' },
  trace_entry: { type: 'u16', flags: 'u8', preempt_count: 'u8', pid: 's32' },
  trace_event: { type: 's32' },
  trace_event_call: { list: 'list_head', class: 'trace_event_class *', _anonymous0: 'named', event: 'trace_event', print_fmt: 'char *' },
  'union named': { name: 'char *', tp: 'tracepoint *' },
  tracepoint: { name: 'char *' },
  trace_event_class: { system: 'char *', get_fields: 'void *', fields: 'list_head' },
  ftrace_event_field: { link: 'list_head', name: 'char *', type: 'char *', offset: 's32', size: 's32', is_signed: 'u32 : 1' },
  saved_cmdlines_buffer: { map_pid_to_cmdline: 'u32[65]', map_cmdline_to_pid: 'u32 *', cmdline_num: 'u32', saved_cmdlines: 'char[0]' },
};

/** Bits as they are numbered in some kernel; what they mean goes by their names. */
const flagBits = { PRINT_PARENT: 0, PRINTK: 8, ANNOTATE: 9, CONTEXT_INFO: 11, IRQ_INFO: 15, RAW: 4 } as const;
export type TraceOption = keyof typeof flagBits;
export const usualFlags: readonly TraceOption[] = ['PRINT_PARENT', 'PRINTK', 'ANNOTATE', 'CONTEXT_INFO', 'IRQ_INFO'];

const enums: Enums = {
  described_names: { NAME_SEVEN: 7n },
  trace_iterator_bits: Object.fromEntries(Object.entries(flagBits).map(([name, bit]) => [`TRACE_ITER_${name}_BIT`, BigInt(bit)])),
  trace_flag_type: {
    TRACE_FLAG_IRQS_OFF: 1n,
    TRACE_FLAG_NEED_RESCHED: 4n,
    TRACE_FLAG_HARDIRQ: 8n,
    TRACE_FLAG_SOFTIRQ: 16n,
    TRACE_FLAG_PREEMPT_RESCHED: 32n,
    TRACE_FLAG_NMI: 64n,
    TRACE_FLAG_BH_OFF: 128n,
  },
};

const graphOptionBits = {
  'funcgraph-cpu': 1,
  'funcgraph-overhead': 2,
  'funcgraph-proc': 4,
  'funcgraph-duration': 8,
  'funcgraph-abstime': 16,
  'funcgraph-irqs': 32,
  'funcgraph-tail': 64,
  'funcgraph-overrun': 128,
} as const;
export type GraphOption = keyof typeof graphOptionBits;
export const usualGraph: readonly GraphOption[] = ['funcgraph-cpu', 'funcgraph-overhead', 'funcgraph-duration', 'funcgraph-irqs'];

export interface DescribedPage {
  readonly stamp: bigint;
  readonly items: readonly RingItem[];
}

export interface DescribedBuffer {
  /** Outside of the ring, older than it. */
  readonly reader?: DescribedPage;
  /** Bytes of it that were consumed, the stamp there, and events. */
  readonly consumed?: readonly [bytes: number, stamp: bigint, events: number];
  /** From the oldest on; pages that were not written follow. */
  readonly pages: readonly DescribedPage[];
  readonly unwritten?: number;
  readonly overrun?: number;
}

export interface DescribedTrace {
  readonly name?: string;
  readonly tracer?: string;
  readonly graph?: readonly GraphOption[];
  readonly flags?: readonly TraceOption[];
  readonly start?: bigint;
  readonly cpus: readonly DescribedBuffer[];
  readonly snapshot?: readonly DescribedBuffer[];
}

/** Where code lies whose names are known. */
export const code = { vfs_write: 0x100, vfs_read: 0x140, do_irq: 0x188, caller: 0x200 } as const;

export class DescribedFtrace {
  readonly memory: MemoryImage;
  readonly structs: DescribedStructs;
  readonly symbols: Record<string, number>;
  /** Where the structures lie, by their names. */
  readonly places = new Map<string, readonly [address: number, bytes: number]>();
  private next = 0x4000;

  constructor(endian: Endian, traces: readonly DescribedTrace[], comms: Readonly<Record<number, string>> = {}) {
    this.memory = new MemoryImage(0x400_0000, endian);
    this.structs = new DescribedStructs(endian, structs, enums);
    this.symbols = { ...code, __irqentry_text_start: 0x180, __irqentry_text_end: 0x1c0, words: 0x1000 };
    const words = {
      nr_cpu_ids: 0x1000,
      __cpu_possible_mask: 0x1008,
      __cpu_present_mask: 0x1010,
      __cpu_online_mask: 0x1018,
      savedcmd: 0x1020,
      ftrace_trace_arrays: 0x1030,
      ftrace_events: 0x1040,
      trace_clocks: 0x1050,
    };
    Object.assign(this.symbols, words);
    const cpus = Math.max(...traces.map((one) => one.cpus.length));
    this.memory.u32(words.nr_cpu_ids, cpus);
    for (const mask of [words.__cpu_possible_mask, words.__cpu_present_mask, words.__cpu_online_mask]) this.memory.u64(mask, (1n << BigInt(cpus)) - 1n);
    this.memory.u64(words.trace_clocks + 8, BigInt(this.text('local'))).u32(words.trace_clocks + 16, 1);
    this.putCommands(words.savedcmd, comms);
    const first = traces.map((one) => this.putTrace(one));
    this.symbols.global_trace = first[0] ?? 0;
    this.ring(words.ftrace_trace_arrays, first);
    this.ring(
      words.ftrace_events,
      describedFormats.map((one) => this.putFormat(one)),
    );
    // Symbols end at the next one.
    this.symbols.end = 0x1080;
  }

  take(bytes: number, name?: string, align = 64): number {
    const at = Math.ceil(this.next / align) * align;
    this.next = at + bytes;
    if (name !== undefined) this.places.set(name, [at, bytes]);
    return at;
  }

  text(text: string): number {
    const at = this.take(text.length + 1);
    this.memory.text(at, text);
    return at;
  }

  /** A circular list whose nodes are the first members of their structures. */
  private ring(head: number, nodes: readonly number[]): void {
    const all = [head, ...nodes];
    all.forEach((node, at) => {
      this.memory.u64(node, BigInt(all[(at + 1) % all.length] ?? head));
      this.memory.u64(node + 8, BigInt(all.at(at - 1) ?? head));
    });
  }

  private putCommands(pointer: number, comms: Readonly<Record<number, string>>): void {
    const slots = 8;
    const fixed = this.structs.sizeOf('saved_cmdlines_buffer');
    const at = this.take(fixed + slots * 20, 'saved commands');
    const pids = at + fixed + slots * 16;
    this.memory
      .u64(pointer, BigInt(at))
      .fill(at, 65 * 4, 0xff)
      .fill(pids, slots * 4, 0xff);
    this.structs.put(this.memory, at, 'saved_cmdlines_buffer', { map_cmdline_to_pid: pids, cmdline_num: slots });
    Object.entries(comms).forEach(([pid, comm], slot) => {
      this.memory.u32(at + (Number(pid) % 64) * 4, slot).u32(pids + slot * 4, Number(pid));
      this.memory.text(at + this.structs.offsetOf('saved_cmdlines_buffer', 'saved_cmdlines') + slot * 16, comm);
    });
  }

  private putFormat({ id, name, system, fields, print, isTracepoint = false }: DescribedFormat): number {
    const call = this.take(this.structs.sizeOf('trace_event_call'), `call of ${name}`);
    const kind = this.take(this.structs.sizeOf('trace_event_class'), `class of ${name}`);
    const named = isTracepoint ? this.take(8) : this.text(name);
    if (isTracepoint) this.memory.u64(named, BigInt(this.text(name)));
    this.structs.put(this.memory, call, 'trace_event_call', { class: kind, name: named, 'event.type': id, print_fmt: this.text(print) });
    this.structs.put(this.memory, kind, 'trace_event_class', { system: this.text(system) });
    // The newest comes first.
    const nodes = fields.toReversed().map(([field, type, offset, size, isSigned = false]) =>
      this.structs.put(this.memory, this.take(this.structs.sizeOf('ftrace_event_field'), `field ${name}.${field}`), 'ftrace_event_field', {
        name: this.text(field),
        type: this.text(type),
        offset,
        size,
        is_signed: isSigned ? 1 : 0,
      }),
    );
    this.ring(kind + this.structs.offsetOf('trace_event_class', 'fields'), nodes);
    return call;
  }

  private putTrace({ name, tracer = 'nop', graph, flags = usualFlags, start = 0n, cpus, snapshot }: DescribedTrace): number {
    const title = name ?? 'global';
    const at = this.take(this.structs.sizeOf('trace_array'), title);
    const tracerAt = this.take(this.structs.sizeOf('tracer'), `tracer of ${title}`);
    const flagsAt = graph === undefined ? 0 : this.take(this.structs.sizeOf('tracer_flags'), `options of ${title}`);
    if (graph !== undefined) {
      const options = Object.entries(graphOptionBits);
      const table = this.take((options.length + 1) * this.structs.sizeOf('tracer_opt'));
      options.forEach(([option, bit], index) =>
        this.structs.put(this.memory, table + index * this.structs.sizeOf('tracer_opt'), 'tracer_opt', { name: this.text(option), bit }),
      );
      this.structs.put(this.memory, flagsAt, 'tracer_flags', { val: graph.reduce((sum, one) => sum | graphOptionBits[one], 0), opts: table });
    }
    this.structs.put(this.memory, tracerAt, 'tracer', { name: this.text(tracer), flags: flagsAt });
    this.structs.put(this.memory, at, 'trace_array', {
      name: name === undefined ? 0 : this.text(name),
      'array_buffer.buffer': this.putBuffers(title, cpus),
      'array_buffer.time_start': start,
      ...(snapshot === undefined ? {} : { 'max_buffer.buffer': this.putBuffers(`${title} snapshot`, snapshot), allocated_snapshot: 1 }),
      current_trace: tracerAt,
      trace_flags: flags.reduce((sum, one) => sum | (1 << flagBits[one]), 0),
    });
    return at;
  }

  private putBuffers(title: string, cpus: readonly DescribedBuffer[]): number {
    const buffer = this.take(this.structs.sizeOf('trace_buffer'), `buffers of ${title}`);
    const table = this.take(cpus.length * 8, `table of ${title}`);
    cpus.forEach((one, cpu) => this.memory.u64(table + cpu * 8, BigInt(this.putRing(`CPU ${cpu} of ${title}`, cpu, one))));
    this.structs.put(this.memory, buffer, 'trace_buffer', { buffers: table });
    return buffer;
  }

  private putRing(title: string, cpu: number, { reader, consumed = [0, 0n, 0], pages, unwritten = 1, overrun = 0 }: DescribedBuffer): number {
    const at = this.take(this.structs.sizeOf('ring_buffer_per_cpu'), title);
    const [readerAt, readerEvents, readerBytes] = this.putPage(`reader's page of ${title}`, reader);
    if (consumed[0] > 0) this.structs.put(this.memory, readerAt, 'buffer_page', { read: consumed[0] });
    const written = pages.map((page, index) => this.putPage(`page ${index} of ${title}`, page));
    const empty = Array.from({ length: unwritten }, (_, index) => this.putPage(`unwritten page ${index} of ${title}`, undefined));
    const ring = [...written, ...empty].map(([place]) => place);
    ring.forEach((place, index) => {
      const after = ring[(index + 1) % ring.length] ?? place;
      // The link to the oldest page is marked.
      this.memory.u64(place, BigInt(after) | (after === ring[0] ? 1n : 0n)).u64(place + 8, BigInt(ring.at(index - 1) ?? place));
    });
    const last = written.at(-1)?.[0] ?? (reader === undefined ? ring[0] : readerAt) ?? 0;
    const events = readerEvents + written.reduce((sum, [, count]) => sum + count, 0);
    this.structs.put(this.memory, at, 'ring_buffer_per_cpu', {
      cpu,
      nr_pages: ring.length,
      pages: ring[ring.length - 1] ?? 0,
      head_page: ring[0] ?? 0,
      tail_page: last,
      commit_page: last,
      reader_page: readerAt,
      'entries_bytes.a.counter': readerBytes + written.reduce((sum, [, , bytes]) => sum + bytes, 0),
      'entries.a.counter': events + overrun,
      'overrun.a.counter': overrun,
      read: consumed[2],
      read_bytes: consumed[0],
      read_stamp: consumed[1],
    });
    return at;
  }

  private putPage(title: string, page: DescribedPage | undefined): readonly [address: number, events: number, bytes: number] {
    const at = this.take(this.structs.sizeOf('buffer_page'), title);
    const data = this.take(0x1000, `data of ${title}`, 0x1000);
    const bytes = page === undefined ? new Uint8Array(0) : ringBytes(page.items, this.memory.endian);
    this.structs.put(this.memory, at, 'buffer_page', { page: data, 'write.a.counter': bytes.length });
    if (page !== undefined) {
      this.structs.put(this.memory, data, 'buffer_data_page', { time_stamp: page.stamp, 'commit.a.counter': bytes.length });
      this.memory.write(data + 16, bytes);
    }
    return [at, page?.items.filter(({ is }) => is === 'event').length ?? 0, bytes.length];
  }
}

export interface Answer {
  readonly rows: readonly RowJson[];
  readonly missing: readonly Missing[];
}

/** Rows of an analysis. @param absent addresses of pages that are not in the dump */
export async function ask(analysis: Analysis, described: DescribedFtrace, parameters = {}, absent: readonly number[] = []): Promise<Answer> {
  const found = describedKernel(described.memory, { types: described.structs.types(), symbols: described.symbols, absent });
  const kernel = { ...found, symbolAt: found.objects.space.symbolAt, why: () => undefined } as unknown as AnalysisKernel;
  const before: RowJson[] = [];
  const signal = new AbortController().signal;
  const { rows, missing } = await runAnalysis(analysis, kernel, { parameters, first: 0, limit: 1_000_000, signal, report: (more) => append(before, more) });
  return { rows: [...before, ...rows], missing };
}
