/** Slab caches, as /proc/slabinfo counts them (mm/slub.c, get_slabinfo; mm/slab_common.c). */
import { failed, isFailure, mapResult, valueOf, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { bitmapBits } from '../object/containers/bitmaps.ts';
import { listEntries } from '../object/containers/lists.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { kernelPageBytes } from '../vmcoreinfo/vmcoreinfo.ts';
import { address, bytes, count, defineAnalysis, flag, pause, size, text } from './analysis.ts';

/** SLAB_RECLAIM_ACCOUNT of before 6.9 (include/linux/slab.h). */
const reclaimed = 0x2_0000n;
const everyFlag = 0xffff_ffffn;
/** The order is in the upper half of kmem_cache_order_objects (OO_SHIFT). */
const orderShift = 16;
const mostOrder = 20;
/** No kernel hands out more in one piece (MAX_PAGE_ORDER, include/linux/mmzone.h: 13 with the largest pages of arm64). */
const mostObjectOrder = 13;
/** Text that a cache may have as its name: it is a file name in sysfs too. */
const cacheName = /^[ -~]+$/;

const what = 'slabs of a cache';

interface Counts {
  readonly slabs: bigint;
  readonly objects: bigint;
  readonly free: bigint;
}

/** Free objects of the slabs on a node's list of partly used ones, which are among all of its slabs. */
function* freeOf(node: KernelObject, slabs: bigint): Generator<typeof pause, Result<bigint>> {
  let free = 0n;
  let listed = 0n;
  for (const slab of listEntries(node.at('partial'), 'slab', 'slab_list')) {
    const [all, used] = [slab.at('objects').number(), slab.at('inuse').number()];
    if (isFailure(all)) return all;
    if (isFailure(used)) return used;
    if (used.value > all.value) return failed(what, `${used.value} objects are in use of the ${all.value} that the slab has`);
    listed += 1n;
    if (listed > slabs) return failed(what, `more slabs are on the list of partly used ones than the ${slabs} that the node counts`);
    free += BigInt(all.value - used.value);
    yield pause;
  }
  return { value: free };
}

interface SlabNodes {
  /** A cache has room for so many: nr_node_ids, without NUMA 1 (kmem_cache_init(), mm/slub.c), whatever its type says. */
  readonly count: Result<number>;
  /** Those of which every cache has a struct kmem_cache_node; undefined where they are not known. */
  readonly used: ReadonlySet<number> | undefined;
}

/** Without NUMA there is no such variable, and the array has one element. */
function slabNodes(objects: KernelObjects): SlabNodes {
  const count: Result<number> = isFailure(objects.addressOf('nr_node_ids')) ? { value: 1 } : objects.variable('nr_node_ids', 'unsigned int').u32();
  if (isFailure(count)) return { count, used: undefined };
  if (count.value === 1) return { count, used: new Set([0]) };
  const used = new Set<number>();
  for (const bit of bitmapBits(objects.variable('slab_nodes', 'nodemask_t').at('bits'), count.value)) {
    if (isFailure(bit)) return { count, used: undefined };
    used.add(bit);
  }
  return { count, used };
}

function* countsOf(cache: KernelObject, nodes: SlabNodes): Generator<typeof pause, Result<Counts>> {
  if (isFailure(nodes.count)) return nodes.count;
  let counts: Counts = { slabs: 0n, objects: 0n, free: 0n };
  let [at, found] = [-1, 0];
  for (const slot of cache.at('node').elements()) {
    if ((at += 1) >= nodes.count.value) break;
    const node = slot.pointer();
    // Every cache has one for each node with memory (init_kmem_cache_nodes()).
    if (node.isNull && nodes.used?.has(at) !== true) continue;
    found += 1;
    const [slabs, objects] = [node.at('nr_slabs').integer(), node.at('total_objects').integer()];
    if (isFailure(slabs)) return slabs;
    if (isFailure(objects)) return objects;
    const free = yield* freeOf(node, slabs.value);
    if (isFailure(free)) return free;
    counts = { slabs: counts.slabs + slabs.value, objects: counts.objects + objects.value, free: counts.free + free.value };
  }
  return cache.at('node').plausible({ value: counts }, ({ objects, free }) => {
    if (found === 0) return 'it leads to no node, and every cache has one';
    return free > objects ? `its slabs have ${free} free objects, and their nodes count ${objects} in all` : undefined;
  });
}

interface SlabShape {
  readonly objects: bigint;
  readonly bytes: bigint;
}

/** Objects and bytes of a slab by the word that has both, held against the size of an object: a slab has as many as fit (order_objects(), mm/slub.c). */
function shapeOf(cache: KernelObject, member: 'oo' | 'min', objectBytes: Result<number>): Result<SlabShape> {
  const word = cache.at(member);
  const order = word.plausible(word.u32(), (value) => {
    if (value >>> orderShift > mostOrder || (value & 0xffff) === 0) return `${hex(BigInt(value))} is not a valid number of objects and pages of a slab`;
    const [objects, slabBytes] = [value & 0xffff, bytesOfOrder(cache, value >>> orderShift)];
    return isFailure(objectBytes) || Math.floor(slabBytes / objectBytes.value) === objects
      ? undefined
      : `${objects} objects of ${objectBytes.value} bytes are not what fits into a slab of ${slabBytes}`;
  });
  return mapResult(order, (value) => ({ objects: BigInt(value & 0xffff), bytes: BigInt(bytesOfOrder(cache, value >>> orderShift)) }));
}

const bytesOfOrder = ({ space }: KernelObject, order: number): number => kernelPageBytes(space.vmcoreinfo) * 2 ** order;

interface ObjectSizes {
  readonly objectSize: Result<number>;
  readonly size: Result<number>;
}

function sizesOf(cache: KernelObject): ObjectSizes {
  const [own, whole] = [cache.at('object_size'), cache.at('size')];
  const size = whole.plausible(whole.number(), (value) =>
    value === 0 || value > bytesOfOrder(cache, mostObjectOrder) ? `${value} bytes is not a valid size of an object` : undefined,
  );
  const objectSize = own.plausible(own.number(), (value) => {
    if (value === 0 || value > bytesOfOrder(cache, mostObjectOrder)) return `${value} bytes is not a valid size of an object`;
    return !isFailure(size) && value > size.value
      ? `it is ${value}, more than the ${size.value} bytes that an object takes with what the allocator adds`
      : undefined;
  });
  return { objectSize, size };
}

/**
 * Bytes of all slabs. Where memory was short some have the smallest shape instead of the usual one (allocate_slab): how many, the number of objects tells.
 * @returns undefined where no number of smaller slabs fits
 */
function bytesOf({ slabs, objects }: Counts, usual: SlabShape, least: SlabShape | undefined): bigint | undefined {
  const lacking = slabs * usual.objects - objects;
  if (lacking === 0n) return slabs * usual.bytes;
  const difference = least === undefined ? 0n : usual.objects - least.objects;
  if (least === undefined || difference <= 0n || lacking < 0n || lacking % difference !== 0n || lacking / difference > slabs) return undefined;
  const small = lacking / difference;
  return (slabs - small) * usual.bytes + small * least.bytes;
}

function isReclaimable(objects: KernelObjects, cache: KernelObject): Result<boolean> {
  const word = cache.at('flags');
  const flags = word.plausible(word.u64(), (value) => ((value & everyFlag) === everyFlag ? 'all bits are set, and no cache has all flags' : undefined));
  const bit = objects.constant('_slab_flag_bits', '_SLAB_RECLAIM_ACCOUNT');
  return isFailure(flags) ? flags : { value: (flags.value & (isFailure(bit) ? reclaimed : 1n << bit.value)) !== 0n };
}

export const slabCaches = defineAnalysis({
  id: 'slab-caches',
  title: 'Slab caches',
  about: 'Caches of the slab allocator in the order of the kernel’s list (slab_caches), with the numbers of /proc/slabinfo.',
  needs: ['symbols', 'types'],
  columns: {
    cache: address('its struct kmem_cache'),
    name: text('its name'),
    bytes: bytes('memory that its slabs take'),
    active: count('objects in use; those that a CPU holds free for itself count as used, as in /proc/slabinfo'),
    objects: count('objects in all of its slabs'),
    objectSize: size('of an object as its user sees it'),
    size: size('of an object with what the allocator adds'),
    perSlab: count('objects of a slab of the usual size'),
    slabBytes: size('of a slab of the usual size'),
    slabs: count('its slabs'),
    reclaimable: flag('its memory counts as SReclaimable'),
  },
  key: ['name'],
  comparing: { sums: ['bytes'] },
  *run({ objects }) {
    const nodes = slabNodes(objects);
    for (const cache of listEntries(objects.variable('slab_caches', 'list_head'), 'kmem_cache', 'list')) {
      const { failure, address: at } = cache;
      if (failure !== undefined || isFailure(at)) {
        yield failure ?? failed('slab caches', 'the list leads nowhere');
        continue;
      }
      const counts = yield* countsOf(cache, nodes);
      const { objectSize, size: whole } = sizesOf(cache);
      const [shape, least] = [shapeOf(cache, 'oo', whole), shapeOf(cache, 'min', whole)];
      for (const one of [counts, shape, least]) if (isFailure(one)) yield one;
      const known = valueOf(counts);
      const usual = valueOf(shape);
      const taken = known === undefined || usual === undefined ? undefined : bytesOf(known, usual, valueOf(least));
      const name = cache.at('name');
      if (known !== undefined && usual !== undefined && taken === undefined)
        yield failed('memory of slab caches', `${known.objects} objects do not fit into ${known.slabs} slabs of the sizes that the cache has`, {
          space: 'virtual',
          start: hex(at.value),
          end: hex(at.value + 1n),
        });
      yield {
        row: {
          cache: at.value,
          name: name.plausible(name.string(), (text) => (cacheName.test(text) ? undefined : 'what is there is not the name of a cache')),
          bytes: taken,
          active: known === undefined ? undefined : known.objects - known.free,
          objects: known?.objects,
          objectSize,
          // Which of the two is wrong is not known.
          size: isFailure(shape) ? shape : whole,
          perSlab: usual?.objects,
          slabBytes: usual?.bytes,
          slabs: known?.slabs,
          reclaimable: isReclaimable(objects, cache),
        },
      };
    }
  },
});
