/**
 * Memory usage in the lines and the order of /proc/meminfo (fs/proc/meminfo.c of 6.1 and 6.12), from the counters that the kernel
 * itself prints there. A line whose value cannot be proven is left out with the reason.
 */
import { failed, type Failure, isFailure, mapResult, type Result, valueOf } from '../../../shared/result.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { soleAddress, type SymbolTable } from '../symbols/symbol-table.ts';
import { disagree, type CountedTwice } from './counted-twice.ts';
import { vmStatistics, type VmStatistics } from './vm-statistics.ts';

export interface UsageLine {
  readonly name: string;
  readonly kib: number;
  /** What it was computed from. */
  readonly source: string;
}

export interface MemoryUsage {
  readonly lines: readonly UsageLine[];
  readonly missing: readonly { readonly what: string; readonly why: string }[];
}

export interface MemoryUsageContext {
  readonly memory: KernelMemory;
  readonly symbols: SymbolTable;
  readonly pageBytes: number;
  /** Pages in the page caches of block devices, or why they are not known. */
  readonly buffers: Result<bigint>;
  /** Zones of all nodes, from vmcoreinfo: addresses of struct zone. */
  readonly zones: Result<readonly bigint[]>;
  /** What zones and nodes count of the same. */
  readonly twice: CountedTwice;
  /** Sum of a struct percpu_counter, or why it is not known. */
  readonly percpuCounter: (symbol: string) => Result<bigint>;
}

interface Pages {
  readonly pages: bigint;
  readonly source: string;
}
interface Kib {
  readonly kib: bigint;
  readonly source: string;
}

const max0 = (value: bigint): bigint => (value < 0n ? 0n : value);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const signed = (value: bigint): bigint => BigInt.asIntN(64, value);

/** Counters that are not printed one to one. */
class Counters {
  private readonly context: MemoryUsageContext;
  private readonly statistics: VmStatistics;

  constructor(context: MemoryUsageContext, statistics: VmStatistics) {
    this.context = context;
    this.statistics = statistics;
  }

  /** Sum of named counters. */
  readonly sum = (...names: readonly string[]): Result<Pages> => {
    let pages = 0n;
    for (const name of names) {
      const value = this.statistics.counter(name);
      if (isFailure(value)) return value;
      pages += value.value;
    }
    return { value: { pages, source: names.join(' + ') } };
  };

  /** A variable of 8 bytes. */
  readonly variable = (name: string): Result<Pages> => {
    const { memory, symbols } = this.context;
    const address = soleAddress(symbols, name);
    if (address === undefined) return failed(name, `the symbol table names no ${name}`);
    const value = memory.u64(address);
    return value === undefined
      ? failed(name, `${name}: ${memory.absence(address, 8)?.detail ?? 'no bytes'}`)
      : { value: { pages: signed(value), source: name } };
  };

  /** Pages of all memory that the allocator manages. */
  readonly total = (): Result<Pages> => {
    const not = (why: string): Failure => failed('_totalram_pages', why);
    const all = this.variable('_totalram_pages');
    if (isFailure(all)) return all;
    const { pages } = all.value;
    const { managed } = this.context.twice;
    if (managed !== undefined && disagree(pages, managed)) return not(`_totalram_pages is ${pages}, and the zones manage ${managed} pages`);
    const free = valueOf(this.statistics.counter('nr_free_pages')) ?? 0n;
    if (free > pages) return not(`_totalram_pages is ${pages}, and ${free} pages are free`);
    return pages === 0n ? not('_totalram_pages is 0, which no system has') : all;
  };

  readonly int = (name: string): Result<bigint> => {
    const { memory, symbols } = this.context;
    const address = soleAddress(symbols, name);
    if (address === undefined) return failed(name, `the symbol table names no ${name}`);
    const value = memory.s32(address);
    return value === undefined ? failed(name, `${name}: ${memory.absence(address, 4)?.detail ?? 'no bytes'}`) : { value: BigInt(value) };
  };
}

/** @param values in the order of `compute`; the first reason wins */
function combine(values: readonly Result<Pages>[], source: string, compute: (...pages: bigint[]) => bigint): Result<Pages> {
  const pages: bigint[] = [];
  for (const value of values) {
    if (isFailure(value)) return value;
    pages.push(value.value.pages);
  }
  return { value: { pages: compute(...pages), source } };
}

/**
 * The low watermarks of all zones. `_watermark` is the first member of struct zone since 4.20 (include/linux/mmzone.h): min, low,
 * high and, since 5.18, promo, each as far from the one before as low is from min; then the boost. Taken only when that shows.
 */
function lowWatermarks(memory: KernelMemory, zones: Result<readonly bigint[]>): Result<Pages> {
  const not = (why: string): Failure => failed('watermarks of the zones', why);
  if (isFailure(zones)) return zones;
  let pages = 0n;
  for (const zone of zones.value) {
    const words = Array.from({ length: 5 }, (_, at) => memory.u64(zone + BigInt(at * 8)));
    const [min, low, high, fourth, fifth] = words;
    if (min === undefined || low === undefined || high === undefined || fourth === undefined || fifth === undefined) return not('a zone is not in the dump');
    if (min === 0n && low === 0n && high === 0n) continue;
    const step = low - min;
    if (step <= 0n || high - low !== step) return not('the watermarks of a zone are not where they are expected');
    const boost = fourth === high + step ? fifth : fourth;
    if (boost > high) return not('the watermark boost of a zone is not where it is expected');
    pages += low + boost;
  }
  return pages === 0n ? not('no zone has watermarks') : { value: { pages, source: 'watermarks of the zones' } };
}

/** si_mem_available (mm/page_alloc.c, mm/show_mem.c). */
function available(counters: Counters, context: MemoryUsageContext): Result<Pages> {
  const reclaimable = counters.sum('nr_slab_reclaimable', 'nr_kernel_misc_reclaimable');
  const parts = [
    counters.sum('nr_free_pages'),
    counters.variable('totalreserve_pages'),
    counters.sum('nr_active_file', 'nr_inactive_file'),
    lowWatermarks(context.memory, context.zones),
    reclaimable,
  ];
  return combine(parts, 'free and reclaimable pages minus reserves and watermarks', (free = 0n, reserve = 0n, cache = 0n, low = 0n, slab = 0n) =>
    max0(free - reserve + cache - smaller(cache / 2n, low) + slab - smaller(slab / 2n, low)),
  );
}

/** vm_commit_limit (mm/util.c), for the ratio; a limit in bytes wins over it. */
function commitLimit(counters: Counters): Result<Pages> {
  const ratio = counters.int('sysctl_overcommit_ratio');
  const kbytes = counters.variable('sysctl_overcommit_kbytes');
  if (isFailure(ratio)) return ratio;
  if (isFailure(kbytes)) return kbytes;
  if (kbytes.value.pages !== 0n) return failed('sysctl_overcommit_ratio', 'sysctl_overcommit_kbytes is set');
  return combine(
    [counters.total(), counters.variable('total_swap_pages')],
    'memory x overcommit_ratio + swap',
    (ram = 0n, swap = 0n) => (ram * ratio.value) / 100n + swap,
  );
}

/** Pages of which there cannot be more than of others. */
function noMore(pages: Result<Pages>, all: Result<Pages>, name: string): Result<Pages> {
  if (isFailure(pages) || isFailure(all) || pages.value.pages <= all.value.pages) return pages;
  const { source } = pages.value;
  return failed(source, `${source} is ${pages.value.pages}, more than ${name}, which is ${all.value.pages}`);
}

/** What arch_report_meminfo prints (arch/s390/mm/pageattr.c, arch/x86/mm/pat/set_memory.c): pages of each size in the direct map. */
function directMap({ memory, symbols }: MemoryUsageContext): readonly (readonly [string, Result<Kib>])[] {
  const table = soleAddress(symbols, 'direct_pages_count');
  const sizes: Readonly<Record<string, readonly (readonly [string, number, bigint])[]>> = {
    s390x: [
      ['DirectMap4k', 0, 4n],
      ['DirectMap1M', 1, 1n << 10n],
      ['DirectMap2G', 2, 1n << 21n],
    ],
    // PG_LEVEL_NONE is 0.
    x86_64: [
      ['DirectMap4k', 1, 4n],
      ['DirectMap2M', 2, 2n << 10n],
      ['DirectMap1G', 3, 1n << 20n],
    ],
  };
  return (sizes[memory.arch] ?? []).map(([name, at, kib]) => {
    const value = table === undefined ? undefined : memory.u64(table + BigInt(at * 8));
    return [name, value === undefined ? failed(name, 'direct_pages_count cannot be read') : { value: { kib: value * kib, source: 'direct_pages_count' } }];
  });
}

/** Reads what /proc/meminfo would print; without counters no line at all. */
export function memoryUsage(context: MemoryUsageContext): MemoryUsage {
  const read = vmStatistics(context.memory, context.symbols, context.twice);
  if (isFailure(read)) return { lines: [], missing: [read.missing] };
  const statistics = read.value;
  const counters = new Counters(context, statistics);
  const { variable } = counters;
  const total = counters.total();
  // Each page is counted once by a counter, and by one of those that are added.
  const sum = (...names: readonly string[]): Result<Pages> => noMore(counters.sum(...names), total, '_totalram_pages');
  const scale = BigInt(context.pageBytes / 1024);
  const both = combine([sum('nr_file_pages'), sum('nr_swapcached')], '', (file = 0n, swap = 0n) => file - swap);
  const together = isFailure(both) ? '' : `; Buffers and Cached together are ${both.value.pages * scale} kB`;
  const buffers: Result<Pages> = isFailure(context.buffers)
    ? failed(context.buffers.missing.what, `${context.buffers.missing.why}${together}`)
    : { value: { pages: context.buffers.value, source: 'page caches of the block devices' } };
  const committed = context.percpuCounter('vm_committed_as');
  const perUnit = variable('pcpu_nr_populated');
  const units = mapResult(counters.int('pcpu_nr_units'), (count) => ({ pages: count, source: 'pcpu_nr_units' }));
  const swap = variable('total_swap_pages');
  const pages: readonly (readonly [string, Result<Pages>])[] = [
    ['MemTotal', total],
    ['MemFree', sum('nr_free_pages')],
    ['MemAvailable', available(counters, context)],
    ['Buffers', buffers],
    [
      'Cached',
      combine([sum('nr_file_pages'), sum('nr_swapcached'), buffers], 'nr_file_pages - nr_swapcached - Buffers', (file = 0n, swap = 0n, block = 0n) =>
        max0(file - swap - block),
      ),
    ],
    ['SwapCached', sum('nr_swapcached')],
    ['Active', sum('nr_active_anon', 'nr_active_file')],
    ['Inactive', sum('nr_inactive_anon', 'nr_inactive_file')],
    ['Active(anon)', sum('nr_active_anon')],
    ['Inactive(anon)', sum('nr_inactive_anon')],
    ['Active(file)', sum('nr_active_file')],
    ['Inactive(file)', sum('nr_inactive_file')],
    ['Unevictable', sum('nr_unevictable')],
    ['Mlocked', sum('nr_mlock')],
    ['SwapTotal', swap],
    ['SwapFree', noMore(variable('nr_swap_pages'), swap, 'total_swap_pages')],
    ['Dirty', sum('nr_dirty')],
    ['Writeback', sum('nr_writeback')],
    ['AnonPages', sum('nr_anon_pages')],
    ['Mapped', sum('nr_mapped')],
    ['Shmem', sum('nr_shmem')],
    ['KReclaimable', sum('nr_slab_reclaimable', 'nr_kernel_misc_reclaimable')],
    ['Slab', sum('nr_slab_reclaimable', 'nr_slab_unreclaimable')],
    ['SReclaimable', sum('nr_slab_reclaimable')],
    ['SUnreclaim', sum('nr_slab_unreclaimable')],
  ];
  const later: readonly (readonly [string, Result<Pages>])[] = [
    ['PageTables', sum('nr_page_table_pages')],
    ['SecPageTables', sum('nr_sec_page_table_pages')],
    ['Bounce', sum('nr_bounce')],
    ['WritebackTmp', sum('nr_writeback_temp')],
    ['CommitLimit', commitLimit(counters)],
    ['Committed_AS', mapResult(committed, (committedPages) => ({ pages: max0(committedPages), source: 'vm_committed_as' }))],
    ['VmallocUsed', noMore(variable('nr_vmalloc_pages'), total, '_totalram_pages')],
    ['Percpu', combine([perUnit, units], 'pcpu_nr_populated x pcpu_nr_units', (populated = 0n, unit = 0n) => populated * unit)],
    ['AnonHugePages', sum('nr_anon_transparent_hugepages')],
    ['ShmemHugePages', sum('nr_shmem_hugepages')],
    ['ShmemPmdMapped', sum('nr_shmem_pmdmapped')],
    ['FileHugePages', sum('nr_file_hugepages')],
    ['FilePmdMapped', sum('nr_file_pmdmapped')],
  ];
  const inKib = ([name, value]: readonly [string, Result<Pages>]): readonly [string, Result<Kib>] => [
    name,
    mapResult(value, ({ pages: held, source }) => ({ kib: held * scale, source })),
  ];
  const all: readonly (readonly [string, Result<Kib>])[] = [
    ...pages.map(inKib),
    ['KernelStack', mapResult(statistics.counter('nr_kernel_stack'), (kib) => ({ kib, source: 'nr_kernel_stack' }))],
    ...later.map(inKib),
    ...directMap(context),
  ];
  const lines: UsageLine[] = [];
  const missing: { what: string; why: string }[] = [];
  for (const [name, value] of all) {
    if (isFailure(value)) missing.push({ what: name, why: value.missing.why });
    else if (value.value.kib < 0n || value.value.kib > BigInt(Number.MAX_SAFE_INTEGER))
      missing.push({ what: name, why: `${value.value.source} does not hold a number of pages` });
    else lines.push({ name, kib: Number(value.value.kib), source: value.value.source });
  }
  return { lines, missing };
}
