/**
 * Which object of which slab cache an address lies in, and whether it is free (mm/slub.c, struct slab of mm/slab.h since 5.17). It is free where the list of free objects of its slab
 * holds it, or the one that a CPU took over from it; it is taken for allocated only where all of these lists were read to their end and agree with the slab's count.
 */
import { failed, type Failure, isFailure, type Result } from '../../../shared/result.ts';
import { hex, type AbsoluteAddress } from '../../../shared/units.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { perCpuCopies, type PerCpuArea } from '../object/containers/per-cpu.ts';
import { isSlabPage, type PageStruct } from './page-structs.ts';

export interface SlabPlace {
  readonly cache: { readonly address: bigint; readonly name: string; readonly size: number; readonly objectSize: number };
  /** Virtual address of the object's first byte, and how far from it the asked one is: outside of it for red zones and padding. */
  readonly object: bigint;
  readonly offset: number;
  readonly index: number;
  readonly objects: number;
  readonly state: { readonly free: boolean } | { readonly unknown: string };
}

/** SLAB_RED_ZONE of before 6.9 (include/linux/slab.h); since then its bit is an enumerator. */
const redZone = 0x400n;
const mostObjects = 32_767;

interface Geometry {
  /** Virtual address of the slab's first page. */
  readonly start: bigint;
  readonly size: bigint;
  readonly objects: number;
  /** Red zone to the left of each object. */
  readonly before: bigint;
  /** Of the free pointer in an object. */
  readonly link: bigint;
  /** Scrambles free pointers (CONFIG_SLAB_FREELIST_HARDENED). */
  readonly random: bigint | undefined;
}

const swapped = (value: bigint): bigint => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes.readBigUInt64LE();
};

/** Objects on a list, or why it cannot be followed. */
function listed(
  memory: Pick<KernelMemory, 'pointer'>,
  first: bigint,
  { start, size, objects: most, before, link, random }: Geometry,
): Result<ReadonlySet<bigint>> {
  const not = (why: string): Failure => failed('list of free objects', why);
  const found = new Set<bigint>();
  for (let at = first; at !== 0n;) {
    const distance = at - start - before;
    if (distance < 0n || distance % size !== 0n || distance / size >= BigInt(most)) return not(`it leads to ${hex(at)}, which is not an object of the slab`);
    if (found.has(at)) return not(`it leads to ${hex(at)} a second time`);
    found.add(at);
    const stored = memory.pointer(at + link);
    if (stored === undefined) return not(`the link in ${hex(at)} is not in the dump`);
    at = random === undefined ? stored : stored ^ random ^ swapped(at + link);
  }
  return { value: found };
}

function geometryOf(objects: KernelObjects, cache: KernelObject, slab: KernelObject, start: bigint): Geometry | Failure {
  const [size, count, link, flags, pad] = [
    cache.at('size').number(),
    slab.at('objects').number(),
    cache.at('offset').number(),
    cache.at('flags').u64(),
    cache.has('red_left_pad') ? cache.at('red_left_pad').number() : { value: 0 },
  ];
  if (isFailure(size)) return size;
  if (isFailure(count)) return count;
  if (isFailure(link)) return link;
  if (isFailure(flags)) return flags;
  if (isFailure(pad)) return pad;
  if (size.value <= 0 || count.value <= 0 || count.value > mostObjects || link.value >= size.value)
    return failed('object of a slab', `a cache with objects of ${size.value} bytes and a slab of ${count.value} are not valid`);
  const bit = objects.constant('_slab_flag_bits', '_SLAB_RED_ZONE');
  const mask = isFailure(bit) ? redZone : 1n << bit.value;
  const random = cache.has('random') ? cache.at('random').u64() : undefined;
  if (random !== undefined && isFailure(random)) return random;
  return {
    start,
    size: BigInt(size.value),
    objects: count.value,
    before: (flags.value & mask) === 0n ? 0n : BigInt(pad.value),
    link: BigInt(link.value),
    random: random?.value,
  };
}

function stateOf(
  objects: KernelObjects,
  cache: KernelObject,
  slab: KernelObject,
  object: bigint,
  geometry: Geometry,
  cpus: readonly PerCpuArea[],
  raw: Pick<KernelMemory, 'pointer'>,
): SlabPlace['state'] {
  const [first, inuse, place] = [slab.at('freelist').u64(), slab.at('inuse').number(), slab.address];
  if (isFailure(first) || isFailure(inuse) || isFailure(place)) return { unknown: 'the list of free objects of its slab is not in the dump' };
  // A free object can fill a page, and then that may hold nothing but zeros: whether the zero ends the list shows the count.
  const own = listed(raw, first.value, geometry);
  if (isFailure(own)) return { unknown: `the list of free objects of its slab is broken: ${own.missing.why}` };
  if (own.value.has(object)) return { free: true };
  let unseen = cpus.length === 0 ? 'the CPUs are not known, one of which may hold free objects of the slab' : undefined;
  for (const { cpu, object: copy } of perCpuCopies(cache.pointer('cpu_slab'), cpus)) {
    const [held, list] = [copy.at('slab', 'page').u64(), copy.at('freelist').u64()];
    if (isFailure(held) || isFailure(list)) unseen = `what CPU ${cpu} holds of the cache is not in the dump`;
    else if (held.value === place.value) {
      const found = listed(objects.space.memory, list.value, geometry);
      if (isFailure(found)) unseen = `the list of free objects of CPU ${cpu} is broken: ${found.missing.why}`;
      else if (found.value.has(object)) return { free: true };
    }
  }
  if (unseen !== undefined) return { unknown: unseen };
  if (inuse.value + own.value.size !== geometry.objects)
    return { unknown: `its slab counts ${inuse.value} objects in use and lists ${own.value.size} free ones, of ${geometry.objects}` };
  return { free: false };
}

/**
 * @param address virtual, in the map of all memory
 * @param raw the kernel's memory in which a page of zeros is one
 * @returns undefined where the page belongs to no slab
 */
export function slabPlace(
  objects: KernelObjects,
  address: bigint,
  absolute: AbsoluteAddress,
  { head, pageBytes }: PageStruct,
  cpus: readonly PerCpuArea[],
  raw: Pick<KernelMemory, 'pointer'>,
): SlabPlace | Failure | undefined {
  const isSlab = isSlabPage(objects, head.page);
  if (isFailure(isSlab)) return isSlab;
  if (!isSlab.value) return undefined;
  if (!objects.hasType('slab')) return failed('object of a slab', 'the types have no struct slab (before 5.17)');
  const slab = head.page.as('slab');
  const cache = slab.pointer('slab_cache');
  const [at, name, objectSize] = [cache.address, cache.at('name').string(), cache.at('object_size').number()];
  if (isFailure(at)) return at;
  if (isFailure(name)) return name;
  if (isFailure(objectSize)) return objectSize;
  const start = address - (absolute - head.pfn * pageBytes);
  const geometry = geometryOf(objects, cache, slab, start);
  if (isFailure(geometry)) return geometry;
  const { size, before } = geometry;
  const index = Number((address - start) / size);
  const about = { cache: { address: at.value, name: name.value, size: Number(size), objectSize: objectSize.value }, index, objects: geometry.objects };
  const object = start + BigInt(index) * size + before;
  if (index >= geometry.objects) return failed('object of a slab', `it lies past the last object of a slab of ${name.value}`);
  return { ...about, object, offset: Number(address - object), state: stateOf(objects, cache, slab, object, geometry, cpus, raw) };
}
