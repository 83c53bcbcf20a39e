/**
 * Where the members and flags of struct page are that a filter asks for: what the kernel records in vmcoreinfo for this purpose
 * (kernel/crash_core.c, kernel/vmcore_info.c), else what its types say (include/linux/mm_types.h, include/linux/page-flags.h).
 */
import { failed, isFailure, type Failure, type Result } from '../../../shared/result.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { kernelPageBytes, vmcoreinfoNumber } from '../vmcoreinfo/vmcoreinfo.ts';

/** One bit of a word, as the byte that holds it. */
export interface FlagBit {
  readonly at: number;
  readonly mask: number;
}

/** How the second struct page of a compound page says its order, and whether it is one of hugetlbfs; offsets from that second struct page. */
export type CompoundForm =
  /** The low byte of its flags (folio._flags_1, since 6.6). */
  | { readonly form: 'flags'; readonly hugetlb: FlagBit | undefined }
  /** Members of their own: compound_order and compound_dtor, later _folio_order and _folio_dtor. */
  | { readonly form: 'members'; readonly order: number; readonly orderBytes: 1 | 2; readonly kind?: { readonly at: number; readonly hugetlb: number } }
  /** Nothing says the order: a compound page is judged by its head alone. */
  | { readonly form: 'unknown' };

export interface PageFields {
  readonly endian: 'big' | 'little';
  /** Bytes of a page. */
  readonly pageBytes: number;
  /** Bytes of a struct page. */
  readonly bytes: number;
  readonly flags: number;
  readonly refcount: number;
  readonly mapping: number;
  readonly mapcount: number;
  readonly private: number;
  readonly compoundHead: number;
  readonly lru: FlagBit;
  readonly isPrivate: FlagBit;
  readonly head: FlagBit;
  readonly swapCache: FlagBit | undefined;
  readonly swapBacked: FlagBit | undefined;
  readonly slab: FlagBit | undefined;
  readonly hwpoison: FlagBit | undefined;
  /** Values of _mapcount (page_type) that say what a page is, as unsigned numbers. */
  readonly types: Readonly<Record<'slab' | 'buddy' | 'offline' | 'hugetlb' | 'unaccepted', number | undefined>>;
  readonly compound: CompoundForm;
  /** Orders of the page allocator's free blocks: one more than the largest order; undefined where it is not known. */
  readonly orders: number | undefined;
}

const what = 'page flags';
const twoTo32 = 0x1_0000_0000;
const usualWordBits = 64;

type Key = readonly [vmcoreinfo: string, type: string, member: string];

const members = {
  flags: ['OFFSET(page.flags)', 'page', 'flags'],
  refcount: ['OFFSET(page._refcount)', 'page', '_refcount'],
  mapping: ['OFFSET(page.mapping)', 'page', 'mapping'],
  mapcount: ['OFFSET(page._mapcount)', 'page', '_mapcount'],
  private: ['OFFSET(page.private)', 'page', 'private'],
  compoundHead: ['OFFSET(page.compound_head)', 'page', 'compound_head'],
} as const satisfies Record<string, Key>;

/** Page types since 6.11 are the highest byte of page_type, which shares its place with _mapcount. */
const pageTypes = {
  slab: ['PAGE_SLAB_MAPCOUNT_VALUE', 'PGTY_slab'],
  buddy: ['PAGE_BUDDY_MAPCOUNT_VALUE', 'PGTY_buddy'],
  offline: ['PAGE_OFFLINE_MAPCOUNT_VALUE', 'PGTY_offline'],
  hugetlb: ['PAGE_HUGETLB_MAPCOUNT_VALUE', 'PGTY_hugetlb'],
  unaccepted: ['PAGE_UNACCEPTED_MAPCOUNT_VALUE', 'PGTY_unaccepted'],
} as const;

/** @returns why page flags cannot be read, where something is not known that every decision needs */
export function pageFields(objects: KernelObjects): Result<PageFields> {
  const { vmcoreinfo, memory } = objects.space;
  const { endian } = memory;
  const recorded = (key: string): number | undefined => {
    const value = vmcoreinfoNumber(vmcoreinfo, key);
    return value === undefined ? undefined : Number(value);
  };
  const member = ([key, type, name]: Key): Result<number> => {
    const known = recorded(key);
    return known === undefined ? objects.offsetOf(type, name) : { value: known };
  };
  const constant = (enumeration: string, name: string): number | undefined => {
    const found = objects.constant(enumeration, name);
    return isFailure(found) ? undefined : Number(found.value);
  };
  const size = recorded('SIZE(page)') ?? sizeByTypes(objects);
  if (typeof size !== 'number') return size;
  const places: Partial<Record<keyof typeof members, number>> = {};
  for (const [name, key] of Object.entries(members)) {
    const found = member(key);
    if (isFailure(found)) return failed(what, `vmcoreinfo has no ${key[0]}, and ${found.missing.why}`);
    if (found.value < 0 || found.value + 8 > size + 4) return failed(what, `${key[0]} is ${found.value}, and a struct page has ${size} bytes`);
    places[name as keyof typeof members] = found.value;
  }
  const { flags = 0, refcount = 0, mapping = 0, mapcount = 0, private: order = 0, compoundHead = 0 } = places;
  const bit = (number: number | undefined): FlagBit | undefined => (number === undefined ? undefined : flagBit(flags, number, endian));
  const flag = (name: string): FlagBit | undefined => bit(recorded(`NUMBER(${name})`) ?? constant('pageflags', name));
  const headMask = recorded('NUMBER(PG_head_mask)');
  const head = bit(headMask === undefined ? constant('pageflags', 'PG_head') : Math.log2(headMask));
  const [lru, isPrivate] = [flag('PG_lru'), flag('PG_private')];
  const lacking = (name: string): Failure => failed(what, `neither vmcoreinfo nor the kernel's types say which flag of a page is ${name}`);
  if (lru === undefined) return lacking('PG_lru');
  if (isPrivate === undefined) return lacking('PG_private');
  if (head === undefined) return lacking('PG_head');
  const typeOf = ([key, name]: readonly [string, string]): number | undefined => {
    const value = recorded(`NUMBER(${key})`);
    if (value !== undefined) return unsigned(value);
    const type = constant('pagetype', name);
    return type === undefined ? undefined : unsigned(type * 0x100_0000);
  };
  const types = {
    slab: typeOf(pageTypes.slab),
    buddy: typeOf(pageTypes.buddy),
    offline: typeOf(pageTypes.offline),
    hugetlb: typeOf(pageTypes.hugetlb),
    unaccepted: typeOf(pageTypes.unaccepted),
  };
  // Where slabs have a type, the bit that was PG_slab's is another flag.
  const slab = types.slab === undefined ? flag('PG_slab') : undefined;
  if (types.slab === undefined && slab === undefined) return lacking('PG_slab');
  const orders = recorded('LENGTH(zone.free_area)');
  return {
    value: {
      endian,
      pageBytes: kernelPageBytes(vmcoreinfo),
      bytes: size,
      flags,
      refcount,
      mapping,
      mapcount,
      private: order,
      compoundHead,
      lru,
      isPrivate,
      head,
      swapCache: flag('PG_swapcache'),
      swapBacked: flag('PG_swapbacked'),
      slab,
      hwpoison: flag('PG_hwpoison'),
      types,
      compound: compoundForm(objects, recorded, { size, flags, hugetlbType: types.hugetlb }),
      orders,
    },
  };
}

function sizeByTypes(objects: KernelObjects): number | Failure {
  const size = objects.sizeOf('page');
  return isFailure(size) ? failed(what, `vmcoreinfo has no SIZE(page), and ${size.missing.why}`) : size.value;
}

const unsigned = (value: number): number => ((value % twoTo32) + twoTo32) % twoTo32;

function flagBit(flags: number, number: number, endian: 'big' | 'little'): FlagBit | undefined {
  if (!Number.isInteger(number) || number < 0 || number >= usualWordBits) return undefined;
  const byte = number >> 3;
  return { at: flags + (endian === 'little' ? byte : 7 - byte), mask: 1 << (number & 7) };
}

function compoundForm(
  objects: KernelObjects,
  recorded: (key: string) => number | undefined,
  { size, flags, hugetlbType }: { readonly size: number; readonly flags: number; readonly hugetlbType: number | undefined },
): CompoundForm {
  const { endian } = objects.space.memory;
  // Members of a folio are counted from its head, which is the struct page before.
  const folioOrder = recorded('OFFSET(folio._folio_order)');
  const order = folioOrder === undefined ? recorded('OFFSET(page.compound_order)') : folioOrder - size;
  const folioKind = recorded('OFFSET(folio._folio_dtor)');
  const kind = folioKind === undefined ? recorded('OFFSET(page.compound_dtor)') : folioKind - size;
  if (order !== undefined) {
    const hugetlb = recorded('NUMBER(HUGETLB_PAGE_DTOR)');
    // Both were halfwords before 4.16: then they are two bytes apart.
    const orderBytes = kind !== undefined && Math.abs(order - kind) >= 2 ? 2 : 1;
    return { form: 'members', order, orderBytes, ...(hugetlb === undefined || kind === undefined || orderBytes === 2 ? {} : { kind: { at: kind, hugetlb } }) };
  }
  const hugetlb = recorded('NUMBER(PG_hugetlb)');
  if (hugetlbType !== undefined || hugetlb !== undefined)
    return { form: 'flags', hugetlb: hugetlbType === undefined && hugetlb !== undefined ? flagBit(flags, hugetlb, endian) : undefined };
  const byTypes = objects.offsetOf('page', 'compound_order');
  if (!isFailure(byTypes)) return { form: 'members', order: byTypes.value, orderBytes: 1 };
  return isFailure(objects.offsetOf('folio', '_flags_1')) ? { form: 'unknown' } : { form: 'flags', hugetlb: undefined };
}
