/** Slab caches and areas of vmalloc on described memory: the numbers, damage that gives less, and lists that lead back. */
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../src/analysis/kernel/analyses/analysis.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import { runAnalysis } from '../../../src/analysis/kernel/analyses/run-analysis.ts';
import { slabCaches } from '../../../src/analysis/kernel/analyses/slab-caches.ts';
import { vmallocTable } from '../../../src/analysis/kernel/analyses/vmalloc-areas.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import type { RowJson } from '../../../src/shared/analysis-table.ts';
import { append } from '../../../src/shared/append.ts';
import type { Missing } from '../../../src/shared/result.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';

const structs = new DescribedStructs('big', {
  list_head: { next: 'list_head *', prev: 'list_head *' },
  slab: { flags: 'u64', slab_list: 'list_head', inuse: 'u64 : 16', objects: 'u64 : 15' },
  kmem_cache_node: { nr_partial: 'u64', partial: 'list_head', nr_slabs: 'u64', total_objects: 'u64' },
  kmem_cache: { flags: 'u64', size: 'u32', object_size: 'u32', oo: 'u32', min: 'u32', name: 'char *', list: 'list_head', node: 'kmem_cache_node *[1]' },
  vm_struct: { addr: 'void *', size: 'u64', flags: 'u64', nr_pages: 'u32', phys_addr: 'u64', caller: 'void *' },
  vmap_area: { va_start: 'u64', va_end: 'u64', list: 'list_head', vm: 'vm_struct *' },
});
const places = { caches: 0x100, areas: 0x200, cache: 0x1000, node: 0x2000, slab: 0x3000, name: 0x4000, area: 0x5000, vm: 0x6000 } as const;

function link(memory: MemoryImage, head: number, node: number): void {
  memory.u64(head, BigInt(node)).u64(head + 8, BigInt(node));
  memory.u64(node, BigInt(head)).u64(node + 8, BigInt(head));
}

/** Nine slabs of which two have the smallest size: 7 * 23 + 2 * 5 objects; 4 of them are free. */
function described(): MemoryImage {
  const memory = new MemoryImage(0x10_000, 'big');
  link(memory, places.caches, places.cache + structs.offsetOf('kmem_cache', 'list'));
  structs.put(memory, places.cache, 'kmem_cache', {
    flags: 0x2_0000,
    size: 704,
    object_size: 700,
    oo: (2 << 16) | 23,
    min: 5,
    name: places.name,
    'node[0]': places.node,
  });
  structs.put(memory, places.node, 'kmem_cache_node', { nr_slabs: 9, total_objects: 7 * 23 + 2 * 5 });
  link(memory, places.node + structs.offsetOf('kmem_cache_node', 'partial'), places.slab + structs.offsetOf('slab', 'slab_list'));
  structs.put(memory, places.slab, 'slab', { inuse: 19, objects: 23 });
  memory.text(places.name, 'thing');
  link(memory, places.areas, places.area + structs.offsetOf('vmap_area', 'list'));
  structs.put(memory, places.area, 'vmap_area', { va_start: 0x10_0000, va_end: 0x10_5000, vm: places.vm });
  structs.put(memory, places.vm, 'vm_struct', { size: 0x5000, flags: 0x22, nr_pages: 4, caller: 0x7004 });
  return memory;
}

async function answer(analysis: Analysis, memory: MemoryImage): Promise<{ readonly rows: readonly RowJson[]; readonly missing: readonly Missing[] }> {
  const symbols = { slab_caches: places.caches, vmap_area_list: places.areas, asks: 0x7000, next_one: 0x7100 };
  const kernel = { ...describedKernel(memory, { types: structs.types(), symbols }), why: () => undefined } as unknown as AnalysisKernel;
  const before: RowJson[] = [];
  const run = { parameters: {}, first: 0, limit: 1_000_000, signal: new AbortController().signal, report: (more: readonly RowJson[]) => append(before, more) };
  const { rows, missing } = await runAnalysis(analysis, kernel, run);
  return { rows: [...before, ...rows], missing };
}

const cacheRow = {
  cache: '0x1000',
  name: 'thing',
  bytes: 7 * 16384 + 2 * 4096,
  active: 167,
  objects: 171,
  objectSize: 700,
  size: 704,
  perSlab: 23,
  slabBytes: 16384,
  slabs: 9,
  reclaimable: true,
};
const areaRow = { start: '0x100000', end: '0x105000', bytes: 0x5000, caller: 'asks', kind: 'vmalloc', pages: 4 };

describe('tables of memory', () => {
  it('count slabs of both sizes, and list areas with who asked for them', async () => {
    expect(await answer(slabCaches, described())).toEqual({ rows: [cacheRow], missing: [] });
    expect(await answer(vmallocTable, described())).toEqual({ rows: [areaRow], missing: [] });
  });

  it('leave the memory of a cache open whose numbers fit no slabs', async () => {
    const memory = described();
    structs.put(memory, places.node, 'kmem_cache_node', { total_objects: 170 });
    const { rows, missing } = await answer(slabCaches, memory);
    const { bytes: _bytes, ...others } = cacheRow;
    expect(rows).toEqual([{ ...others, objects: 170, active: 166 }]);
    expect(missing).toEqual([expect.objectContaining({ what: 'memory of slab caches' })]);
  });

  it.each([
    ['a node that the pointer no longer leads to', 'kmem_cache', { 'node[0]': 0 }, ['bytes', 'active', 'objects', 'slabs']],
    ['more slabs on a list than the node counts', 'kmem_cache_node', { nr_slabs: 0 }, ['bytes', 'active', 'objects', 'slabs']],
    ['fewer objects than are free', 'kmem_cache_node', { total_objects: 3 }, ['bytes', 'active', 'objects', 'slabs']],
    ['an object of 0 bytes', 'kmem_cache', { object_size: 0 }, ['objectSize']],
    ['an object that is larger than its place', 'kmem_cache', { object_size: 705 }, ['objectSize']],
    ['a size that nothing has', 'kmem_cache', { size: 0xffff_ffff }, ['size']],
    ['a size that other places fill a slab by', 'kmem_cache', { size: 352 }, ['size', 'objectSize', 'perSlab', 'slabBytes', 'bytes']],
    ['a slab without objects', 'kmem_cache', { oo: 0 }, ['size', 'perSlab', 'slabBytes', 'bytes']],
    ['all flags', 'kmem_cache', { flags: 0xffff_ffff }, ['reclaimable']],
  ] as const)('leave out what a cache cannot have: %s', async (_name, struct, values, lost) => {
    const memory = described();
    structs.put(memory, struct === 'kmem_cache' ? places.cache : places.node, struct, values);
    const { rows, missing } = await answer(slabCaches, memory);
    expect(missing.length).toBeGreaterThan(0);
    expect(rows).toEqual([Object.fromEntries(Object.entries(cacheRow).filter(([key]) => !(lost as readonly string[]).includes(key)))]);
  });

  it('leave out a name that is none', async () => {
    const { rows, missing } = await answer(slabCaches, described().fill(places.name, 1, 0));
    expect(rows[0]).not.toHaveProperty('name');
    expect(missing.map(({ what }) => what)).toEqual(['kmem_cache.name']);
  });

  it.each(Object.entries(places))('%s set to zero gives less, never something else', async (_name, at) => {
    for (const [analysis, whole] of [
      [slabCaches, cacheRow],
      [vmallocTable, areaRow],
    ] as const) {
      const { rows, missing } = await answer(analysis, described().fill(at, at < 0x1000 ? 0x100 : 0x1000, 0));
      for (const row of rows) for (const [key, value] of Object.entries(row)) expect([key, value]).toEqual([key, (whole as RowJson)[key]]);
      if (rows.length === 0) expect(missing.length).toBeGreaterThan(0);
    }
  });

  it('end on lists that lead back', async () => {
    const memory = described();
    const own = places.slab + structs.offsetOf('slab', 'slab_list');
    memory.u64(own, BigInt(own));
    expect((await answer(slabCaches, memory)).missing.length).toBeGreaterThan(0);
    const area = places.area + structs.offsetOf('vmap_area', 'list');
    const circle = described().u64(area, BigInt(area));
    expect((await answer(vmallocTable, circle)).missing.length).toBeGreaterThan(0);
  });
});
