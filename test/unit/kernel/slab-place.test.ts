/** Objects of slabs on described memory: free, allocated, and all that leaves it open; damage gives less, never something else. */
import { describe, expect, it } from 'vitest';
import { flagNames, isSlabPage, pageStruct } from '../../../src/analysis/kernel/pages/page-structs.ts';
import { slabPlace, type SlabPlace } from '../../../src/analysis/kernel/pages/slab-object.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { isFailure, type Result } from '../../../src/shared/result.ts';
import { vmcoreinfoOf } from './described-logs.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';

const structs = new DescribedStructs(
  'big',
  {
    page: { flags: 'u64', compound_head: 'u64', _pad: 'u64[4]', page_type: 'u32', _refcount: 'u32', memcg_data: 'u64' },
    slab: {
      __page_flags: 'u64',
      slab_cache: 'kmem_cache *',
      slab_list: 'u64[2]',
      freelist: 'void *',
      inuse: 'u64 : 16',
      objects: 'u64 : 15',
      frozen: 'u64 : 1',
    },
    kmem_cache_cpu: { freelist: 'void *', tid: 'u64', slab: 'slab *' },
    kmem_cache: { cpu_slab: 'kmem_cache_cpu *', flags: 'u64', size: 'u32', object_size: 'u32', offset: 'u32', red_left_pad: 'u32', name: 'char *' },
  },
  { pageflags: { PG_locked: 0n, PG_head: 6n, __NR_PAGEFLAGS: 20n }, pagetype: { PGTY_buddy: 0xf0n, PGTY_slab: 0xf5n } },
);
const places = { base: 0x100, pages: 0x1000, cache: 0x2000, name: 0x2400, percpu: 0x3000 } as const;
const slabStart = 0x8000;
const size = 0x300;
const objects = 10;
const at = (index: number): number => slabStart + index * size + 0x40;
const pageBytes = structs.sizeOf('page');
const pageAt = (pfn: number): number => places.pages + pfn * pageBytes;
const cpuArea = 0x400n;

/** A compound page of two frames with ten objects: 2 and 5 free in the slab, 7 free in what the CPU took over. */
function memoryOfSlab(): MemoryImage {
  const memory = new MemoryImage(0x10_000, 'big');
  memory.u64(places.base, BigInt(places.pages));
  structs.put(memory, pageAt(8), 'page', { flags: 1n << 6n, page_type: 0xf500_0000 });
  structs.put(memory, pageAt(9), 'page', { compound_head: pageAt(8) + 1 });
  structs.put(memory, pageAt(8), 'slab', { slab_cache: places.cache, freelist: at(2), inuse: objects - 2, objects, frozen: 1 });
  structs.put(memory, places.cache, 'kmem_cache', {
    cpu_slab: places.percpu,
    flags: 0x400,
    size,
    object_size: 0x280,
    offset: 0x10,
    red_left_pad: 0x40,
    name: places.name,
  });
  memory.text(places.name, 'thing');
  structs.put(memory, places.percpu + Number(cpuArea), 'kmem_cache_cpu', { freelist: at(7), slab: pageAt(8) });
  for (let index = 0; index < objects; index += 1) memory.u64(at(index), 0x1111n);
  memory.u64(at(2) + 0x10, BigInt(at(5)));
  return memory;
}

function place(
  memory: MemoryImage,
  address: number,
  cpus: readonly { number: number; perCpuOffset?: bigint }[] = [{ number: 0, perCpuOffset: cpuArea }],
): SlabPlace | string | undefined {
  const kernel = describedKernel(memory, { types: structs.types(), symbols: { vmemmap: places.base, next_one: 0x180 } });
  const page = pageStruct(kernel.objects, BigInt(address));
  if (isFailure(page)) return page.missing.why;
  const found = slabPlace(kernel.objects, BigInt(address), BigInt(address), page, cpus, kernel.memory);
  return found !== undefined && isFailure(found) ? found.missing.why : found;
}
const stateOf = (memory: MemoryImage, index: number, ...more: [Parameters<typeof place>[2]?]): unknown => {
  const found = place(memory, at(index) + 8, ...more);
  if (typeof found !== 'object') return found;
  return 'unknown' in found.state ? found.state.unknown : found.state.free;
};

describe('objects of slabs', () => {
  it('are found by cache, number and place, also from the second page', () => {
    expect(place(memoryOfSlab(), at(6) + 8)).toMatchObject({
      cache: { address: BigInt(places.cache), name: 'thing', size, objectSize: 0x280 },
      object: BigInt(at(6)),
      offset: 8,
      index: 6,
      objects,
    });
    expect(place(memoryOfSlab(), at(3) - 0x10)).toMatchObject({ index: 3, offset: -0x10 });
    expect(place(memoryOfSlab(), slabStart + objects * size + 4)).toContain('past the last object');
    expect(place(memoryOfSlab(), 0xa000)).toBeUndefined();
  });

  it('are free on the list of the slab or of a CPU, and allocated where all lists agree', () => {
    const memory = memoryOfSlab();
    expect(Array.from({ length: objects }, (_, index) => stateOf(memory, index))).toEqual([false, false, true, false, false, true, false, true, false, false]);
  });

  it('stay open where a list is broken, a CPU is not known, or the counts differ', () => {
    const circle = memoryOfSlab().u64(at(5) + 0x10, BigInt(at(2)));
    expect(stateOf(circle, 3)).toContain('a second time');
    expect(stateOf(memoryOfSlab().u64(at(5) + 0x10, 0x1234n), 3)).toContain('which is not an object');
    expect(stateOf(memoryOfSlab(), 3, [])).toContain('CPUs are not known');
    expect(stateOf(memoryOfSlab(), 3, [{ number: 0, perCpuOffset: cpuArea }, { number: 1 }])).toContain('CPU 1');
    expect(stateOf(memoryOfSlab().u64(at(2) + 0x10, 0n), 5)).toContain('counts 8 objects in use and lists 1 free ones, of 10');
    const wild = memoryOfSlab();
    structs.put(wild, pageAt(9), 'page', { compound_head: 0xffff_ffff_ffff_fff1n });
    expect(place(wild, slabStart + 0x1000)).toContain('which is not a page before it');
  });

  it.each([
    ['the pointer to the pages', places.base, 8],
    ['the pages', places.pages, 0x1000],
    ['the cache', places.cache, 0x300],
    ['its name', places.name, 0x10],
    ['what a CPU holds', places.percpu, 0x1000],
    ['the objects', slabStart, 0x2000],
  ] as const)('%s set to zero gives less, never something else', (_what, from, length) => {
    const whole = memoryOfSlab();
    for (let index = 0; index < objects; index += 1) {
      const [before, after] = [place(whole, at(index) + 8), place(memoryOfSlab().fill(from, length, 0), at(index) + 8)];
      if (typeof before !== 'object' || typeof after !== 'object') continue;
      expect(after).toMatchObject({ index: before.index, object: before.object });
      // A list that was lost leaves the state open, or the object is still on another one.
      if ('free' in after.state) expect(after.state).toEqual(before.state);
    }
  });
});

describe('flags of pages', () => {
  const why = <T>(one: Result<T>): T | string => (isFailure(one) ? one.missing.why : one.value);
  const flags = (memory: MemoryImage, parts: Parameters<typeof describedKernel>[1]) => {
    const { objects: all } = describedKernel(memory, parts);
    const page = all.at(BigInt(pageAt(8)), 'page');
    return [why(flagNames(all, page)), why(isSlabPage(all, page))] as const;
  };
  const memory = memoryOfSlab();
  const set = memoryOfSlab().u64(pageAt(8), (1n << 63n) | (1n << 12n) | 0x41n);

  it('are named up to their number; a bit without a name is one all the same', () => {
    expect(flags(memory, { types: structs.types() })).toEqual([['head'], true]);
    expect(flags(set, { types: structs.types() })[0]).toEqual(['locked', 'head', 'bit 12']);
    expect(flags(memoryOfSlab().u64(pageAt(8), 0n), { types: structs.types() })[0]).toEqual([]);
  });

  it('are not known, and not none, where types do not number them', () => {
    const unnumbered = new DescribedStructs('big', { page: { flags: 'u64', compound_head: 'u64', page_type: 'u32' } }, { pageflags: { PG_locked: 0n } });
    expect(flags(memory, { types: unnumbered.types() })).toEqual([
      "enum pageflags has no __NR_PAGEFLAGS in this kernel's types",
      'the types name neither PG_slab nor PGTY_slab',
    ]);
    expect(flags(memoryOfSlab().u64(pageAt(8), 0n), { types: unnumbered.types() })[0]).toEqual([]);
  });

  it('are not known without types, though vmcoreinfo has their place', () => {
    const vmcoreinfo = vmcoreinfoOf([`SIZE(page)=${pageBytes}`, 'OFFSET(page.flags)=0', 'OFFSET(page.compound_head)=8']);
    expect(flags(memory, { vmcoreinfo })).toEqual(['types are needed: this kernel has none', 'types are needed: this kernel has none']);
  });
});
