/** A zone of memory with its lists of free blocks, as the kernel keeps them. */
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { vmcoreinfoOf } from './described-logs.ts';
import { DescribedStructs } from './described-structs.ts';

export const zoneStructs = new DescribedStructs(
  'big',
  {
    list_head: { next: 'list_head *', prev: 'list_head *' },
    page: { flags: 'u64', lru: 'list_head', mapping: 'u64', index: 'u64', private: 'u64' },
    free_area: { free_list: 'list_head[2]', nr_free: 'u64' },
    per_cpu_pages: { count: 's32' },
    per_cpu_zonestat: { vm_stat_diff: 'char[1]' },
    zone: {
      _watermark: 'u64[4]',
      watermark_boost: 'u64',
      per_cpu_pageset: 'per_cpu_pages *',
      per_cpu_zonestats: 'per_cpu_zonestat *',
      zone_start_pfn: 'u64',
      managed_pages: 'u64',
      spanned_pages: 'u64',
      present_pages: 'u64',
      name: 'char *',
      free_area: 'free_area[3]',
      vm_stat: 'u64[2]',
    },
    pglist_data: { node_zones: 'zone[1]', nr_zones: 's32', node_id: 's32' },
  },
  {
    zone_watermarks: { WMARK_MIN: 0n, WMARK_LOW: 1n, WMARK_HIGH: 2n },
    zone_stat_item: { NR_FREE_PAGES: 0n },
    migratetype: { MIGRATE_UNMOVABLE: 0n, MIGRATE_MOVABLE: 1n },
  },
);
export const zonePlaces = { node: 0x1000, name: 0x2000, perCpu: 0x3000, vmemmap: 0x4000, array: 0x5000 } as const;
export const zoneAt = zonePlaces.node + zoneStructs.offsetOf('pglist_data', 'node_zones');
export const headAt = (order: number, type: number): number => zoneAt + zoneStructs.offsetOf('zone', `free_area[${order}].free_list[${type}]`);
const [pageBytes, linkOffset, orderAt] = [zoneStructs.sizeOf('page'), zoneStructs.offsetOf('page', 'lru'), zoneStructs.offsetOf('page', 'private')];
export const pageAt = (pfn: number): number => zonePlaces.array + pfn * pageBytes;
export const linkAt = (pfn: number): number => pageAt(pfn) + linkOffset;

/** A list of blocks by their first frames. */
export function freeList(memory: MemoryImage, order: number, type: number, frames: readonly number[] = []): void {
  const nodes = [headAt(order, type), ...frames.map(linkAt)];
  nodes.forEach((node, at) => {
    memory.u64(node, BigInt(nodes[(at + 1) % nodes.length] ?? 0)).u64(node + 8, BigInt(nodes.at(at - 1) ?? 0));
  });
  for (const frame of frames) memory.u64(pageAt(frame) + orderAt, BigInt(order));
}

/** Three single pages and two blocks of four are free: 11 pages, of which a CPU has not handed over one. */
export function describedZone(): MemoryImage {
  const memory = new MemoryImage(0x10_000, 'big');
  zoneStructs.put(memory, zonePlaces.node, 'pglist_data', { nr_zones: 1, node_id: 0 });
  zoneStructs.put(memory, zoneAt, 'zone', {
    '_watermark[0]': 10,
    '_watermark[1]': 12,
    '_watermark[2]': 14,
    watermark_boost: 2,
    per_cpu_pageset: zonePlaces.perCpu,
    per_cpu_zonestats: zonePlaces.perCpu + 8,
    managed_pages: 40,
    spanned_pages: 64,
    present_pages: 50,
    name: zonePlaces.name,
    'vm_stat[0]': 10,
    'free_area[0].nr_free': 3,
    'free_area[1].nr_free': 0,
    'free_area[2].nr_free': 2,
  });
  for (const order of [0, 1, 2]) for (const type of [0, 1]) freeList(memory, order, type);
  freeList(memory, 0, 0, [3]);
  freeList(memory, 0, 1, [5, 6]);
  freeList(memory, 2, 1, [8, 16]);
  memory.text(zonePlaces.name, 'DMA').u64(zonePlaces.vmemmap, BigInt(zonePlaces.array));
  zoneStructs.put(memory, zonePlaces.perCpu, 'per_cpu_pages', { count: 7 });
  memory.u8(zonePlaces.perCpu + 8, 1);
  return memory;
}

export const zoneVmcoreinfo = vmcoreinfoOf([
  `SYMBOL(contig_page_data)=${zonePlaces.node.toString(16)}`,
  `SIZE(zone)=${zoneStructs.sizeOf('zone')}`,
  `OFFSET(pglist_data.node_zones)=${zoneStructs.offsetOf('pglist_data', 'node_zones')}`,
  `OFFSET(pglist_data.nr_zones)=${zoneStructs.offsetOf('pglist_data', 'nr_zones')}`,
]);
