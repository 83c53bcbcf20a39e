/** Parts of memory by the counters that the kernel keeps of its pages (mm/vmstat.c), those that do not overlap. */
import { failed, isFailure, mapResult, type Result, valueOf } from '../../../shared/result.ts';
import type { RowJson } from '../../../shared/analysis-table.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import type { VmStatistics } from '../usage/vm-statistics.ts';
import type { MemoryPart } from './memory-part.ts';

export interface CountedSources {
  readonly objects: KernelObjects;
  readonly statistics: VmStatistics;
  readonly pageBytes: bigint;
  /** Lines of /proc/meminfo in bytes. */
  readonly usage: ReadonlyMap<string, bigint>;
  /** Rows of the analyses of these names. */
  readonly slabs: readonly RowJson[];
  readonly mounts: readonly RowJson[];
  readonly areas: readonly RowJson[];
  readonly zones: readonly RowJson[];
}

/** Caches, mounts and callers that are named. */
const shown = 8;
/** HUGE_MAX_HSTATE of no architecture is larger. */
const mostHugeSizes = 16;

const bigOf = (cell: RowJson[string] | undefined): bigint | undefined => (typeof cell === 'number' || typeof cell === 'string' ? BigInt(cell) : undefined);
const byBytes = (a: MemoryPart, b: MemoryPart): number => {
  const [left, right] = [a, b].map(({ bytes }) => (isFailure(bytes) ? 0n : bytes.value));
  return left === right ? 0 : (left ?? 0n) < (right ?? 0n) ? 1 : -1;
};

/** Rows as parts, the largest first; rows of nothing are left out. */
function partsOf(
  rows: readonly RowJson[],
  nameOf: (row: RowJson) => string,
  source: string,
  see: string,
  bytesOf: (row: RowJson) => bigint | undefined,
): readonly MemoryPart[] {
  const sums = new Map<string, bigint>();
  for (const row of rows) {
    const value = bytesOf(row);
    if (value !== undefined && value > 0n) sums.set(nameOf(row), (sums.get(nameOf(row)) ?? 0n) + value);
  }
  return [...sums].map(([name, value]) => ({ name, bytes: { value }, source, see })).sort(byBytes);
}

const mountName = ({ mount, device, type }: RowJson): string =>
  mount === '' || mount === undefined ? 'shared memory of processes' : `${String(device ?? type)} at ${String(mount)}`;

/** Pages of per-CPU data that were allocated; those of the first chunk are reserved memory (mm/percpu.c). */
function perCpuBytes({ objects, usage, pageBytes }: CountedSources): Result<bigint> {
  const all = usage.get('Percpu');
  const first = objects.variable('pcpu_first_chunk', 'pcpu_chunk *').pointer().at('nr_populated').integer();
  const units = objects.variable('pcpu_nr_units', 'int').integer();
  if (all === undefined) return failed('per-CPU data', 'pcpu_nr_populated and pcpu_nr_units are not known');
  if (isFailure(first)) return first;
  if (isFailure(units)) return units;
  const own = all - first.value * units.value * pageBytes;
  return own < 0n ? failed('per-CPU data', 'the first chunk has more pages than all') : { value: own };
}

/** Pages of hugetlbfs of all sizes, in use or not (mm/hugetlb.c); undefined where the kernel was built without. */
function hugeBytes({ objects, pageBytes }: CountedSources): Result<bigint> | undefined {
  if (isFailure(objects.addressOf('hugetlb_max_hstate'))) return undefined;
  const sizes = objects.variable('hugetlb_max_hstate', 'int').integer();
  if (isFailure(sizes)) return sizes;
  if (sizes.value < 0n || sizes.value > mostHugeSizes) return failed('huge pages', `${sizes.value} sizes are more than a kernel has`);
  let sum = 0n;
  for (let at = 0; at < Number(sizes.value); at += 1) {
    const state = objects.variable('hstates', 'hstate').element(at);
    const [order, pages] = [state.at('order').u32(), state.at('nr_huge_pages').u64()];
    if (isFailure(order)) return order;
    if (isFailure(pages)) return pages;
    if (order.value > 32) return failed('huge pages', `no kernel has a size of order ${order.value}`);
    sum += (pages.value << BigInt(order.value)) * pageBytes;
  }
  return { value: sum };
}

/** Parts of what the allocator has. */
export function countedParts(sources: CountedSources): readonly MemoryPart[] {
  const { objects, statistics, pageBytes, slabs, mounts, areas, zones } = sources;
  const counter = (name: string): Result<bigint> => {
    const value = valueOf(statistics.counter(name));
    return value === undefined ? failed(name, 'there is no such counter, or it is not in the dump') : { value };
  };
  const pages = (name: string): Result<bigint> => mapResult(counter(name), (value) => value * pageBytes);
  const both = (left: Result<bigint>, right: Result<bigint>, made: (a: bigint, b: bigint) => bigint): Result<bigint> =>
    isFailure(left) ? left : mapResult(right, (value) => made(left.value, value));
  // Counters are added to on every CPU: a difference of two can be below 0 for a while.
  const less = (left: Result<bigint>, right: Result<bigint>): Result<bigint> => both(left, right, (a, b) => (a > b ? a - b : 0n));
  const cacheOf = (isReclaimable: boolean): readonly MemoryPart[] =>
    partsOf(
      slabs.filter(({ reclaimable }) => reclaimable === isReclaimable),
      ({ name, cache }) => String(name ?? cache),
      'slabs of the cache',
      'slab-caches',
      ({ bytes }) => bigOf(bytes),
    );
  const stacks = mapResult(counter('nr_kernel_stack'), (kib) => kib * 1024n);
  // Then stacks are areas of vmalloc (CONFIG_VMAP_STACK), and their pages count there.
  const task = objects.at(0n, 'task_struct');
  const areStacksAreas = task.has('stack_vm_area');
  const stackPart: MemoryPart = { name: 'kernel stacks', bytes: stacks, source: 'nr_kernel_stack', see: 'tasks' };
  const areaPages = (row: RowJson): bigint | undefined => {
    const value = bigOf(row.pages);
    return value === undefined ? undefined : value * pageBytes;
  };
  const isStack = ({ caller }: RowJson): boolean => /^(?:kernel_clone|dup_task_struct|copy_process|alloc_thread_stack_node)\b/.test(String(caller));
  const callers = partsOf(
    areas.filter((row) => row.kind !== 'ioremap' && !(areStacksAreas && isStack(row))),
    ({ caller }) => String(caller ?? 'unknown'),
    'pages of the areas that it allocated',
    'vmalloc-areas',
    areaPages,
  );
  const vmalloc = sources.usage.get('VmallocUsed');
  const zoneParts = partsOf(
    zones,
    ({ node, zone }) => `node ${String(node)}, ${String(zone)}`,
    'NR_FREE_PAGES of the zone',
    'buddy',
    ({ free }) => {
      const value = bigOf(free);
      return value === undefined ? undefined : value * pageBytes;
    },
  );
  const perCpuLists = zones.map(({ perCpu }) => bigOf(perCpu));
  const rest: MemoryPart[] = [
    { name: 'free', bytes: pages('nr_free_pages'), source: 'nr_free_pages', see: 'buddy', parts: zoneParts },
    {
      name: 'free, kept by CPUs',
      bytes:
        perCpuLists.some((one) => one === undefined) || zones.length === 0
          ? failed('lists of pages of the CPUs', 'a zone has none that can be read')
          : { value: perCpuLists.reduce<bigint>((sum, one) => sum + (one ?? 0n), 0n) * pageBytes },
      source: 'lists of pages of each CPU',
      see: 'zones',
    },
    { name: 'memory of processes', bytes: pages('nr_anon_pages'), source: 'nr_anon_pages: their own, without files', see: 'process-memory' },
    {
      name: 'files of file systems (page cache)',
      bytes: less(less(pages('nr_file_pages'), pages('nr_shmem')), pages('nr_swapcached')),
      source: 'nr_file_pages - nr_shmem - nr_swapcached',
      see: 'memory-usage',
      parts: sources.usage.has('Buffers')
        ? [{ name: 'buffers of block devices', bytes: { value: sources.usage.get('Buffers') ?? 0n }, source: 'page caches of the block devices' }]
        : [],
      rest: 'files',
    },
    {
      name: 'shared memory and files in memory',
      bytes: pages('nr_shmem'),
      source: 'nr_shmem',
      see: 'tmpfs',
      parts: partsOf(mounts, mountName, 'pages of its files', 'tmpfs-files', ({ bytes }) => bigOf(bytes)),
      shown,
      rest: 'others',
    },
    {
      name: 'slab, reclaimable',
      bytes: pages('nr_slab_reclaimable'),
      source: 'nr_slab_reclaimable',
      see: 'slab-caches',
      parts: cacheOf(true),
      shown,
      rest: 'other caches',
    },
    {
      name: 'slab, not reclaimable',
      bytes: pages('nr_slab_unreclaimable'),
      source: 'nr_slab_unreclaimable',
      see: 'slab-caches',
      parts: cacheOf(false),
      shown,
      rest: 'other caches, and what is too large for a cache',
    },
    {
      name: 'vmalloc',
      bytes: vmalloc === undefined ? failed('VmallocUsed', 'nr_vmalloc_pages is not known') : { value: vmalloc },
      source: 'nr_vmalloc_pages',
      see: 'vmalloc-areas',
      parts: [...(areStacksAreas ? [stackPart] : []), ...callers],
      shown,
      rest: 'other areas',
    },
    { name: 'page tables', bytes: pages('nr_page_table_pages'), source: 'nr_page_table_pages', see: 'process-memory' },
    { name: 'per-CPU data', bytes: perCpuBytes(sources), source: 'pcpu_nr_populated x pcpu_nr_units, without the first chunk, which is reserved memory' },
  ];
  const huge = hugeBytes(sources);
  if (huge !== undefined) rest.push({ name: 'huge pages of hugetlbfs', bytes: huge, source: 'nr_huge_pages of each size' });
  // Whether stacks are areas, types tell; without them either would be a guess.
  if (areStacksAreas) return rest;
  const isKnown = task.has('stack');
  return [...rest, isKnown ? stackPart : { ...stackPart, bytes: failed('kernel stacks', 'whether they are areas of vmalloc is not known without types') }];
}
