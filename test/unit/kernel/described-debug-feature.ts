/** Logs of the debug feature on described memory, with CPUs and clocks. */
import type { Analysis } from '../../../src/analysis/kernel/analyses/analysis.ts';
import { debugFeature } from '../../../src/analysis/kernel/analyses/debug-feature.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { runAnalysis } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { append } from '../../../src/shared/append.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { type Missing } from '../../../src/shared/result.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';

const common = {
  debug_view: { name: 'char[64]', format_proc: 'void *' },
  debug_info: {
    next: 'debug_info *',
    prev: 'debug_info *',
    level: 's32',
    nr_areas: 's32',
    pages_per_area: 's32',
    buf_size: 's32',
    entry_size: 's32',
    areas: '__debug_entry * * *',
    active_area: 's32',
    active_pages: 's32 *',
    active_entries: 's32 *',
    views: 'debug_view *[10]',
    name: 'char[64]',
  },
} as const;
export const structs = new DescribedStructs('big', {
  ...common,
  __debug_entry: { clock: 'u64 : 60', exception: 'u64 : 1', level: 'u64 : 3', caller: 'void *', cpu: 'u16 @16', _anonymous0: 'u16 @18' },
});
/** Of before 5.14, as long as the new one here. */
export const oldStructs = new DescribedStructs('big', {
  ...common,
  debug_fields: { clock: 'u64 : 52', exception: 'u64 : 1', level: 'u64 : 3', cpuid: 'u64 : 8' },
  debug_id: { fields: 'debug_fields' },
  __debug_entry: { id: 'debug_id', caller: 'void *', _pad: 'u64' },
});
export const headBytes = structs.sizeOf('__debug_entry');
export const places = {
  first: 0x1000,
  last: 0x1900,
  words: 0x1800,
  trace: 0x2000,
  messages: 0x3000,
  hexView: 0x4000,
  textView: 0x4100,
  tables: 0x5000,
  formats: 0x6000,
  pages: 0x8000,
} as const;
const cpuMasks = { nr_cpu_ids: 0x1_d000, __cpu_possible_mask: 0x1_d008, __cpu_present_mask: 0x1_d010, __cpu_online_mask: 0x1_d018 } as const;
export const clocks = { base: 0x1_e000, steered: 0x1_f000 } as const;
export const second = 1_700_000_000_000_000n;

interface Described {
  readonly name: string;
  readonly view: number;
  readonly next: number;
  readonly data: number;
  /** Pages, each a list of records: microseconds, level, CPU, words. */
  readonly pages: readonly (readonly (readonly [number, number, number, readonly bigint[]])[])[];
  readonly active: readonly [page: number, entries: number];
}

export function putLog(memory: MemoryImage, at: number, index: number, log: Described): void {
  const size = headBytes + log.data;
  const tables = places.tables + index * 0x400;
  structs.put(memory, at, 'debug_info', {
    next: log.next,
    level: 6,
    nr_areas: 1,
    pages_per_area: log.pages.length,
    buf_size: log.data,
    entry_size: size,
    areas: tables,
    active_pages: tables + 0x200,
    active_entries: tables + 0x204,
    'views[1]': log.view,
    name: log.name,
  });
  memory.u64(tables, BigInt(tables + 0x10));
  memory.u32(tables + 0x200, log.active[0]).u32(tables + 0x204, log.active[1] * size);
  log.pages.forEach((records, page) => {
    const start = places.pages + (index * 8 + page) * 0x1000;
    memory.u64(tables + 0x10 + page * 8, BigInt(start));
    records.forEach(([micros, level, cpu, words], record) => {
      const entry = start + record * size;
      structs.put(memory, entry, '__debug_entry', { clock: second + BigInt(micros), exception: record === 1 ? 1 : 0, level, caller: 0x7008, cpu });
      words.forEach((word, position) => memory.u64(entry + headBytes + position * 8, word));
    });
  });
}

export function memoryOfLogs(): MemoryImage {
  const memory = new MemoryImage(0x20_000, 'big');
  memory.u64(places.first, BigInt(places.trace));
  structs.put(memory, places.hexView, 'debug_view', { name: 'hex_ascii' });
  structs.put(memory, places.textView, 'debug_view', { name: 'sprintf' });
  memory.text(places.formats, 'sch %x: rc=%d\n');
  putLog(memory, places.trace, 0, {
    name: 'trace',
    view: places.hexView,
    next: places.messages,
    data: 16,
    // The second page came round: its records are older.
    pages: [
      [[500, 2, 1, [0x656e736368000000n, 0n]]],
      [
        [100, 3, 0, [0x4142430000000000n, 0n]],
        [200, 6, 1, [0x4445000000000000n, 1n]],
      ],
    ],
    active: [0, 1],
  });
  putLog(memory, places.messages, 1, {
    name: 'messages',
    view: places.textView,
    next: 0,
    data: 32,
    pages: [[[300, 2, 0, [BigInt(places.formats), 0x1fn, 0xffff_ffff_ffff_fffen]]], []],
    active: [0, 1],
  });
  return memory;
}

export async function answer(
  memory: MemoryImage,
  parameters = {},
  absent: readonly number[] = [],
  described = structs,
  analysis: Analysis = debugFeature,
  more: Readonly<Record<string, number>> = {},
): Promise<{ readonly rows: readonly RowJson[]; readonly missing: readonly Missing[] }> {
  const found = describedKernel(memory, {
    types: described.types(),
    symbols: {
      debug_area_first: places.first,
      words: places.words,
      note_it: 0x7000,
      next_one: 0x7100,
      tod_clock_base: clocks.base,
      tod_steering_end: clocks.steered,
      ...cpuMasks,
      ...more,
    },
    absent,
  });
  const kernel = {
    ...found,
    symbolAt: found.objects.space.symbolAt,
    why: () => undefined,
    kernel: { log: { value: { records: kernelLog, lost: 0 } } },
  } as unknown as AnalysisKernel;
  const before: RowJson[] = [];
  const { rows, missing } = await runAnalysis(analysis, kernel, {
    parameters,
    first: 0,
    limit: 1_000_000,
    signal: new AbortController().signal,
    report: (more) => append(before, more),
  });
  return { rows: [...before, ...rows], missing };
}

/** Nanoseconds since boot, which was a second before the first clock; the last line is of a CPU that is a little behind. */
const kernelLog = [
  { text: 'one', time: 1_000_000_000n, level: 6 },
  { text: 'two', time: 1_000_200_000n, level: 6, caller: 0x8000_0001 },
  { text: 'no time' },
  { text: 'three', time: 1_000_400_123n, level: 3 },
  { text: 'late', time: 1_000_399_000n, level: 6 },
];
export const boot = ((second - 1_000_000n) << 12n) + 0x7d91048bca000000n;
export const withCpus = (memory: MemoryImage): MemoryImage => {
  memory.u32(cpuMasks.nr_cpu_ids, 3).u64(cpuMasks.__cpu_possible_mask, 7n).u64(cpuMasks.__cpu_present_mask, 7n).u64(cpuMasks.__cpu_online_mask, 3n);
  return memory;
};
export const withClocks = (memory: MemoryImage, base = boot, steered = base): MemoryImage => {
  memory.u64(clocks.base + 1, base).u64(clocks.steered, steered);
  return memory;
};

export const shortly = ({ log, time, level, exception, cpu, text }: RowJson) => [log, time, level, exception, cpu, text];
