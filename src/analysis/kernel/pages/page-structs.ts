/**
 * struct page of a page frame: an element of the array that `vmemmap` (s390x) or `vmemmap_base` (x86_64) points to, or that lies where vmcoreinfo says (aarch64 since 6.0,
 * arch/arm64/kernel/crash_core.c), where the kernel was built with one (CONFIG_SPARSEMEM_VMEMMAP, Documentation/mm/memory-model.rst). What a page is says page.flags by enum pageflags, and since 6.10 page.page_type by enum pagetype (include/linux/page-flags.h).
 */
import { failed, isFailure, type Failure, type Result } from '../../../shared/result.ts';
import { hex, type AbsoluteAddress } from '../../../shared/units.ts';
import { kinds } from '../btf/btf-types.ts';
import type { KernelObject } from '../object/kernel-object.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { vmcoreinfoNumber, vmcoreinfoPrefixedHex } from '../../arch/vmcoreinfo-values.ts';

const bases = ['vmemmap', 'vmemmap_base'] as const;
/** Of all that have no PAGESIZE in vmcoreinfo, which is older than them. */
const usualPageBytes = 4096n;
const what = 'struct page';

export interface PageStruct {
  readonly pfn: bigint;
  /** Of the kernel's pages: aarch64 has some of 16 and 64 KiB. */
  readonly pageBytes: bigint;
  readonly page: KernelObject;
  /** Of the same compound page, where it is one that follows. */
  readonly head: { readonly pfn: bigint; readonly page: KernelObject };
}

/** Flags by their names: "locked", "head"; a failure where a flag may be set whose name is not known. */
export function flagNames(objects: KernelObjects, page: KernelObject): Result<readonly string[]> {
  const flags = page.at('flags').u64();
  if (isFailure(flags)) return flags;
  if (flags.value === 0n) return { value: [] };
  const { types } = objects.space;
  // Above the flags lie the numbers of the page's section, node and zone: without the limit nothing tells which of the bits are flags.
  const limit = objects.constant('pageflags', '__NR_PAGEFLAGS');
  if (types === undefined || isFailure(limit)) return failed('flags of the page', isFailure(limit) ? limit.missing.why : objects.space.noTypes);
  const names = new Map<bigint, string>();
  // Some names share a bit: the first is the flag's own.
  for (const id of types.named('pageflags', [kinds.enum, kinds.enum64]))
    for (const { name, value: bit } of types.enumerators(id)) if (bit >= 0n && bit < 64n && !names.has(bit)) names.set(bit, name);
  const set = Array.from({ length: Math.min(64, Number(limit.value)) }, (_, bit) => BigInt(bit)).filter((bit) => ((flags.value >> bit) & 1n) === 1n);
  return { value: set.map((bit) => names.get(bit)?.replace(/^PG_/, '') ?? `bit ${bit}`) };
}

/** Whether a head page belongs to a slab; a failure where this kernel's way to say it is not known. */
export function isSlabPage(objects: KernelObjects, page: KernelObject): Result<boolean> {
  const flag = objects.constant('pageflags', 'PG_slab');
  if (!isFailure(flag)) {
    const flags = page.at('flags').u64();
    return isFailure(flags) ? flags : { value: ((flags.value >> flag.value) & 1n) === 1n };
  }
  // Since 6.12 the highest byte of page_type is the type.
  if (objects.space.types === undefined) return failed('whether it is a page of a slab', flag.missing.why);
  const type = objects.constant('pagetype', 'PGTY_slab');
  if (isFailure(type)) return failed('whether it is a page of a slab', 'the types name neither PG_slab nor PGTY_slab');
  const value = page.at('page_type').u32();
  return isFailure(value) ? value : { value: BigInt(value.value >>> 24) === type.value };
}

const pageBytesOf = ({ space }: KernelObjects): bigint => {
  const bytes = vmcoreinfoNumber(space.vmcoreinfo, 'PAGESIZE') ?? usualPageBytes;
  return bytes > 0n ? bytes : usualPageBytes;
};

/**
 * Of aarch64 the array begins at VMEMMAP_START with the page of PHYS_OFFSET, where memory begins (vmemmap in arch/arm64/include/asm/pgtable.h): the address that
 * page 0 would have.
 */
function placedBase({ space }: KernelObjects, bytes: bigint, pageBytes: bigint): bigint | undefined {
  const [start, memory] = [vmcoreinfoPrefixedHex(space.vmcoreinfo, 'NUMBER(VMEMMAP_START)'), vmcoreinfoPrefixedHex(space.vmcoreinfo, 'NUMBER(PHYS_OFFSET)')];
  return start === undefined || memory === undefined ? undefined : start - (memory / pageBytes) * bytes;
}

/** Where struct page of frame 0 would lie, and how long one is. */
export function pageArray(objects: KernelObjects, pageBytes = pageBytesOf(objects)): Result<{ readonly base: bigint; readonly bytes: bigint }> {
  const variable = bases.find((name) => !isFailure(objects.addressOf(name)));
  const size = objects.sizeOf('page');
  if (variable === undefined) {
    const placed = isFailure(size) ? undefined : placedBase(objects, BigInt(size.value), pageBytes);
    if (placed !== undefined && !isFailure(size)) return { value: { base: placed, bytes: BigInt(size.value) } };
    return isFailure(size) ? size : failed(what, `no symbol names the array of pages (${bases.join(', ')}), and vmcoreinfo does not say where it lies`);
  }
  const base = objects.variable(variable, 'void *').integer();
  if (isFailure(base)) return base;
  return isFailure(size) ? size : { value: { base: base.value, bytes: BigInt(size.value) } };
}

/** The page of an address, and the head of the compound page that it is part of. */
export function pageStruct(objects: KernelObjects, absolute: AbsoluteAddress): PageStruct | Failure {
  const pageBytes = pageBytesOf(objects);
  const pfn = absolute / pageBytes;
  const found = pageArray(objects, pageBytes);
  if (isFailure(found)) return found;
  const { base, bytes } = found.value;
  const page = objects.at(BigInt.asUintN(64, base + pfn * bytes), 'page');
  const link = page.at('compound_head').u64();
  if (isFailure(link)) return link;
  if ((link.value & 1n) === 0n) return { pfn, pageBytes, page, head: { pfn, page } };
  const distance = link.value - 1n - base;
  const head = distance / bytes;
  // A page points to a head before it; what does not is something else's word.
  if (distance < 0n || distance % bytes !== 0n || head >= pfn) return failed(what, `its compound_head is ${hex(link.value)}, which is not a page before it`);
  return { pfn, pageBytes, page, head: { pfn: head, page: objects.at(link.value - 1n, 'page') } };
}
