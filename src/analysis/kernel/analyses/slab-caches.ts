/** Slab caches, as /proc/slabinfo counts them (mm/slub.c, get_slabinfo; mm/slab_common.c). */
import { failed, isFailure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import { listEntries } from '../object/containers/lists.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { address, bytes, count, defineAnalysis, flag, pause, size, text } from './analysis.ts';

/** SLAB_RECLAIM_ACCOUNT of before 6.9 (include/linux/slab.h). */
const reclaimed = 0x2_0000n;
/** The order is in the upper half of kmem_cache_order_objects (OO_SHIFT). */
const orderShift = 16;
const mostOrder = 20;
const pageBytes = 4096;

interface Counts {
  readonly slabs: bigint;
  readonly objects: bigint;
  readonly free: bigint;
}

/** Free objects of the slabs on a node's list of partly used ones. */
function* freeOf(node: KernelObject): Generator<typeof pause, Result<bigint>> {
  let free = 0n;
  for (const slab of listEntries(node.at('partial'), 'slab', 'slab_list')) {
    const [all, used] = [slab.at('objects').number(), slab.at('inuse').number()];
    if (isFailure(all)) return all;
    if (isFailure(used)) return used;
    free += BigInt(all.value - used.value);
    yield pause;
  }
  return { value: free };
}

function* countsOf(cache: KernelObject): Generator<typeof pause, Result<Counts>> {
  let counts: Counts = { slabs: 0n, objects: 0n, free: 0n };
  for (const slot of cache.at('node').elements()) {
    const node = slot.pointer();
    if (node.isNull) continue;
    const [slabs, objects] = [node.at('nr_slabs').integer(), node.at('total_objects').integer()];
    if (isFailure(slabs)) return slabs;
    if (isFailure(objects)) return objects;
    const free = yield* freeOf(node);
    if (isFailure(free)) return free;
    counts = { slabs: counts.slabs + slabs.value, objects: counts.objects + objects.value, free: counts.free + free.value };
  }
  return { value: counts };
}

interface SlabShape {
  readonly objects: bigint;
  readonly bytes: bigint;
}

const shapeOf = (order: Result<number>): SlabShape | undefined =>
  isFailure(order) || order.value >>> orderShift > mostOrder || (order.value & 0xffff) === 0
    ? undefined
    : { objects: BigInt(order.value & 0xffff), bytes: BigInt(pageBytes * 2 ** (order.value >>> orderShift)) };

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
  const flags = cache.at('flags').u64();
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
  *run({ objects }) {
    for (const cache of listEntries(objects.variable('slab_caches', 'list_head'), 'kmem_cache', 'list')) {
      const { failure, address: at } = cache;
      if (failure !== undefined || isFailure(at)) {
        yield failure ?? failed('slab caches', 'the list leads nowhere');
        continue;
      }
      const counts = yield* countsOf(cache);
      const usual = shapeOf(cache.at('oo').u32());
      if (isFailure(counts)) yield counts;
      const known = isFailure(counts) ? undefined : counts.value;
      const taken = known === undefined || usual === undefined ? undefined : bytesOf(known, usual, shapeOf(cache.at('min').u32()));
      if (known !== undefined && usual !== undefined && taken === undefined)
        yield failed('memory of slab caches', `${known.objects} objects do not fit into ${known.slabs} slabs of the sizes that the cache has`, {
          space: 'virtual',
          start: hex(at.value),
          end: hex(at.value + 1n),
        });
      yield {
        row: {
          cache: at.value,
          name: cache.at('name').string(),
          bytes: taken,
          active: known === undefined ? undefined : known.objects - known.free,
          objects: known?.objects,
          objectSize: cache.at('object_size').number(),
          size: cache.at('size').number(),
          perSlab: usual?.objects,
          slabBytes: usual?.bytes,
          slabs: known?.slabs,
          reclaimable: isReclaimable(objects, cache),
        },
      };
    }
  },
});
