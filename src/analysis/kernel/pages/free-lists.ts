/**
 * Lists of free blocks of pages (the buddy allocator, mm/page_alloc.c): struct free_area of each order in a zone, with one list for each migrate
 * type and the number of blocks in all of them. The list goes through struct page of each block's first page, of which `private` is the order.
 */
import { defined } from '../../../shared/defined.ts';
import { failed, isFailure, valueOf, type Failure, type Result } from '../../../shared/result.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import { kinds } from '../btf/btf-types.ts';
import { walkListSteps } from '../memory/linked-list.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { vmcoreinfoNumber } from '../vmcoreinfo/vmcoreinfo.ts';
import { pageArray } from './page-structs.ts';

/** No configuration has more. */
const mostOrders = 32;
const mostTypes = 16;
const listBytes = 16;

export interface FreeListShape {
  readonly orders: number;
  /** Names of the migrate types, as /proc/pagetypeinfo prints them. */
  readonly types: readonly string[];
  readonly areaBytes: number;
  readonly countOffset: number;
  /** Of the list's links in struct page, and of the order. */
  readonly link: number;
  readonly order: number;
  /** Where struct page of a frame lies; undefined where no symbol leads there: then a block's place is not checked. */
  readonly array?: { readonly base: bigint; readonly bytes: bigint };
}

/** "MIGRATE_HIGHATOMIC" in the way that migratetype_names has it. */
const namesOfTypes: Readonly<Record<string, string>> = {
  MIGRATE_UNMOVABLE: 'Unmovable',
  MIGRATE_MOVABLE: 'Movable',
  MIGRATE_RECLAIMABLE: 'Reclaimable',
  MIGRATE_HIGHATOMIC: 'HighAtomic',
  MIGRATE_CMA: 'CMA',
  MIGRATE_ISOLATE: 'Isolate',
};

/** By the enum, else by migratetype_names, else by number: their order depends on how the kernel was built. */
function typeNames(objects: KernelObjects, count: number): readonly string[] {
  const { types } = objects.space;
  const names = Array.from({ length: count }, (_, at) => `type ${at}`);
  for (const id of types?.named('migratetype', [kinds.enum, kinds.enum64]) ?? [])
    for (const { name, value } of types?.enumerators(id) ?? []) {
      const known = namesOfTypes[name];
      if (known !== undefined && value >= 0n && value < BigInt(count)) names[Number(value)] = known;
    }
  if (types !== undefined) return names;
  const table = objects.addressOf('migratetype_names');
  if (isFailure(table)) return names;
  const { memory } = objects.space;
  const stated = names.map((_, at) => {
    const text = memory.pointer(table.value + BigInt(at * memory.pointerBytes));
    return text === undefined ? undefined : memory.cstring(text, 16);
  });
  return stated.every((name) => name !== undefined && /^[A-Z][A-Za-z]+$/.test(name)) ? stated.flatMap((name) => name ?? []) : names;
}

/** How the lists of this kernel are laid out, by its types or by what vmcoreinfo records. */
export function freeListShape(objects: KernelObjects): Result<FreeListShape> {
  const { space } = objects;
  const recorded = (key: string): number | undefined => {
    const value = vmcoreinfoNumber(space.vmcoreinfo, key);
    return value === undefined ? undefined : Number(value);
  };
  const lengths = [objects.at(0n, 'zone').at('free_area').length, objects.at(0n, 'free_area').at('free_list').length];
  const [orders, types] = lengths.map((length, at) =>
    isFailure(length) ? recorded(at === 0 ? 'LENGTH(zone.free_area)' : 'LENGTH(free_area.free_list)') : length.value,
  );
  const places = [objects.sizeOf('free_area'), objects.offsetOf('page', 'lru'), objects.offsetOf('page', 'private')] as const;
  const unknown = places.find(isFailure);
  if (unknown !== undefined) return unknown;
  if (orders === undefined || types === undefined) return failed('free lists', `how many there are is not known: ${space.noTypes}`);
  if (orders < 1 || orders > mostOrders || types < 1 || types > mostTypes)
    return failed('free lists', `${orders} orders and ${types} types are not what a kernel has`);
  const [areaBytes = 0, link = 0, order = 0] = places.map((one) => (isFailure(one) ? 0 : one.value));
  const array = pageArray(objects);
  return {
    value: {
      orders,
      types: typeNames(objects, types),
      areaBytes,
      // The count follows the lists (include/linux/mmzone.h).
      countOffset: types * listBytes,
      link,
      order,
      ...defined({ array: valueOf(array) }),
    },
  };
}

export interface FreeArea {
  readonly order: number;
  /** nr_free: blocks in all lists of the order. */
  readonly count: Result<bigint>;
  readonly lists: readonly { readonly type: string; readonly head: VirtualAddress }[];
}

/** Areas of a zone, from single pages up. */
export function freeAreas(objects: KernelObjects, zone: KernelObject, shape: FreeListShape): readonly FreeArea[] | Failure {
  const start = zone.at('free_area').address;
  if (isFailure(start)) return start;
  return Array.from({ length: shape.orders }, (_, order) => {
    const area = start.value + BigInt(order * shape.areaBytes);
    return {
      order,
      count: objects
        .at(area + BigInt(shape.countOffset), 'void')
        .named('free_area.nr_free')
        .u64(),
      lists: shape.types.map((type, at) => ({ type, head: area + BigInt(at * listBytes) })),
    };
  });
}

export interface FreeList {
  /** Blocks that were reached. */
  readonly blocks: number;
  /** Why not all of them were. */
  readonly broken?: string;
}

/**
 * Follows one list. A member is a block of the order in the zone: its first page says the order, and lies at a multiple of it.
 * @param most blocks that are looked at
 */
export function* walkFreeList(
  objects: KernelObjects,
  zone: KernelObject,
  shape: FreeListShape,
  head: VirtualAddress,
  order: number,
  most: number,
): Steps<FreeList> {
  const { memory } = objects.space;
  const { link, order: orderAt, array } = shape;
  // The place of zone_start_pfn is known with types alone.
  const first = zone.has('zone_start_pfn') ? zone.at('zone_start_pfn').u64() : failed('zone', '');
  const spanned = zone.at('spanned_pages').u64();
  const isBlock = (node: VirtualAddress): boolean => {
    const page = node - BigInt(link);
    if (memory.u64(page + BigInt(orderAt)) !== BigInt(order)) return false;
    if (array === undefined || isFailure(first) || isFailure(spanned)) return true;
    const distance = page - array.base;
    const pfn = distance / array.bytes;
    return distance % array.bytes === 0n && pfn % (1n << BigInt(order)) === 0n && pfn >= first.value && pfn < first.value + spanned.value;
  };
  const { nodes, complete, broken } = yield* walkListSteps(memory, head, isBlock, most);
  return { blocks: nodes.length, ...(complete ? {} : { broken: broken ?? `the list at ${hex(head)} does not close` }) };
}
