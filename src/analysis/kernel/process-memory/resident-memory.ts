/**
 * What a process has in memory (rss_stat of struct mm_struct): pages of files, of its own, and of shared memory, and those in swap. Counters are
 * struct percpu_counter since 6.2; before, plain ones, to which each task adds what it gathered in task_struct.rss_stat (SPLIT_RSS_COUNTING).
 */
import { failed, isFailure, type Result } from '../../../shared/result.ts';
import { percpuCounter, type PerCpuArea } from '../object/containers/per-cpu.ts';
import type { KernelObject } from '../object/kernel-object.ts';

/** MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES: an enum without a name, of these four in this order since 4.5 (include/linux/mm_types_task.h). */
const kinds = ['file', 'anon', 'swap', 'shmem'] as const;
type ResidentKind = (typeof kinds)[number];

/** Of 8192 CPUs, 128 pages each. */
const mostNotAdded = 128n * 8192n;

export type ResidentPages = Readonly<Record<ResidentKind, Result<bigint>>>;

/** 57 bits of addresses, the most of x86-64 with five levels of page tables, in the smallest pages; s390x has 53. */
const mostAddressed = 1n << 45n;

/**
 * @param mm struct mm_struct
 * @param tasks task_struct of every task that uses it
 * @param memoryPages pages of all memory, of which no process has more; undefined where that is not known
 */
export function residentPages(mm: KernelObject, tasks: readonly KernelObject[], areas: readonly PerCpuArea[], memoryPages?: bigint): ResidentPages {
  const isPerCpu = mm.has('rss_stat[0].counters');
  const counters = mm.at(isPerCpu ? 'rss_stat' : 'rss_stat.count');
  const { length } = counters;
  const unknown: Result<bigint> | undefined = isFailure(length)
    ? length
    : length.value === kinds.length
      ? undefined
      : failed('mm_struct.rss_stat', `it has ${length.value} counters, not those ${kinds.length} that are known`);
  const pagesOf = (index: number): Result<bigint> => {
    if (unknown !== undefined) return unknown;
    const counter = counters.element(index);
    let sum = isPerCpu ? percpuCounter(counter, areas) : counter.s64();
    for (const task of tasks) {
      if (isPerCpu || !task.has('rss_stat.count') || isFailure(sum)) break;
      const gathered = task.at('rss_stat.count').element(index).integer();
      sum = isFailure(gathered) ? gathered : { value: sum.value + gathered.value };
    }
    // Parts are added on their own: the kernel too shows 0 for a sum that is below, by what a few CPUs or tasks have not added yet.
    const shown = counter.plausible(sum, (pages) => (pages < -mostNotAdded ? `${pages} pages is a negative number` : undefined));
    return isFailure(shown) || shown.value >= 0n ? shown : { value: 0n };
  };
  const pages = { file: pagesOf(0), anon: pagesOf(1), swap: pagesOf(2), shmem: pagesOf(3) };
  const held = (kind: ResidentKind, at: number): Result<bigint> =>
    counters
      .element(at)
      .plausible(pages[kind], (value) =>
        memoryPages === undefined || value <= memoryPages ? undefined : `${value} pages are more than the ${memoryPages} of all memory`,
      );
  return { ...pages, file: held('file', 0), anon: held('anon', 1), shmem: held('shmem', 3) };
}

/** Pages that the process has addresses for (total_vm): each page in memory or in swap space has one of its own. */
export function addressedPages(mm: KernelObject, resident: ResidentPages): Result<bigint> {
  const space = mm.at('total_vm');
  const used = sumOf(Object.values(resident));
  return space.plausible(space.u64(), (pages) => {
    if (pages > mostAddressed) return `no address space has ${pages} pages`;
    return isFailure(used) || used.value <= pages ? undefined : `it is ${pages}, and ${used.value} pages are in memory and swap space`;
  });
}

/** Bytes of page tables: what is in memory is found by some. */
export function pageTableBytes(mm: KernelObject, resident: Result<bigint>, memoryBytes: bigint | undefined): Result<bigint> {
  const tables = mm.at('pgtables_bytes');
  return tables.plausible(tables.integer(), (value) => {
    if (value < 0n || (memoryBytes !== undefined && value > memoryBytes)) return `${value} bytes is not a valid size of page tables`;
    return value === 0n && !isFailure(resident) && resident.value > 0n ? `it is 0, and ${resident.value} pages are in memory` : undefined;
  });
}

/** Most pages that were in memory at a time, as far as it was noted: never more than had addresses. */
export function peakPages(mm: KernelObject): Result<bigint> {
  const [peak, mark, now] = [mm.at('hiwater_rss'), mm.has('hiwater_vm') ? mm.at('hiwater_vm').u64() : undefined, mm.at('total_vm').u64()];
  return peak.plausible(peak.u64(), (pages) => {
    if (pages > mostAddressed) return `no process has ${pages} pages`;
    if (mark === undefined || isFailure(mark) || isFailure(now)) return undefined;
    const most = mark.value > now.value ? mark.value : now.value;
    return pages > most ? `it is ${pages} pages, and never more than ${most} had an address` : undefined;
  });
}

/** Pages that are locked; pinned ones may count more than once. */
export function lockedPages(mm: KernelObject): Result<bigint> {
  const locked = mm.at('locked_vm');
  return locked.plausible(locked.u64(), (pages) => (pages > mostAddressed ? `no address space has ${pages} pages` : undefined));
}

export const sumOf = (parts: readonly Result<bigint>[]): Result<bigint> =>
  parts.reduce((sum, part) => (isFailure(sum) ? sum : isFailure(part) ? part : { value: sum.value + part.value }), { value: 0n });
