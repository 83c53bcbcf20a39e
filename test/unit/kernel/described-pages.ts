/** An array of struct page as a kernel keeps it, from a list of blocks: offsets and values by include/linux/mm_types.h and page-flags.h of 6.1 and 6.12. */
import type { Endian } from '../../../src/samples/byte-writer.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import type { FilterLevel } from '../../../src/shared/export-model.ts';
import { kernelObjects, type KernelObjects } from '../../../src/analysis/kernel/object/kernel-objects.ts';
import { parseVmcoreinfo, type Vmcoreinfo } from '../../../src/analysis/kernel/vmcoreinfo/vmcoreinfo.ts';
import type { KernelMemory } from '../../../src/analysis/kernel/memory/kernel-memory.ts';
import { plainMemory } from './described-logs.ts';

export type BlockKind = 'kernel' | 'untouched' | 'slab' | 'free' | 'cache' | 'private-cache' | 'swap-cache' | 'anonymous' | 'hugetlb' | 'poisoned';

export interface DescribedBlock {
  readonly kind: BlockKind;
  readonly pfn: number;
  readonly order: number;
}

export type PageRelease = '6.1' | '6.12';

/** What makedumpfile leaves out of a page of each kind, by the first of its levels that does. */
export const levelsOf: Readonly<Record<BlockKind, readonly FilterLevel[]>> = {
  kernel: [],
  untouched: [],
  slab: [],
  free: ['free'],
  cache: ['cache', 'private-cache'],
  'private-cache': ['private-cache'],
  'swap-cache': ['cache', 'private-cache'],
  anonymous: ['user'],
  hugetlb: ['user'],
  poisoned: ['free'],
};

export const structPage = 64;
export const mapAt = 0x10_0000;
const tableAt = 0x8_0000;
const sectionBits = 24;
const addressBits = 32;
const pageBits = 12;

interface Numbers {
  readonly lru: number;
  readonly private: number;
  readonly swapcache: number;
  readonly swapbacked: number;
  readonly slab?: number;
  readonly hwpoison: number;
  readonly headMask: number;
  readonly buddy: number;
  readonly slabType?: number;
  readonly hugetlbType?: number;
}

const numbers: Readonly<Record<PageRelease, Numbers>> = {
  '6.1': { lru: 4, private: 13, swapcache: 10, swapbacked: 19, slab: 9, hwpoison: 23, headMask: 0x1_0000, buddy: -129 },
  '6.12': {
    lru: 5,
    private: 14,
    swapcache: 10,
    swapbacked: 17,
    hwpoison: 20,
    headMask: 0x40,
    buddy: -268435456,
    slabType: -184549376,
    hugetlbType: -201326592,
  },
};

function textOf(release: PageRelease): string {
  const n = numbers[release];
  const lines = [
    'PAGESIZE=4096',
    `SYMBOL(mem_section)=${tableAt.toString(16)}`,
    'SIZE(mem_section)=16',
    'OFFSET(mem_section.section_mem_map)=0',
    // Of both kinds: a table of all sections, and one of pages full of them.
    `LENGTH(mem_section)=${release === '6.1' ? 1 : 2 ** (addressBits - sectionBits)}`,
    `NUMBER(SECTION_SIZE_BITS)=${sectionBits}`,
    `NUMBER(MAX_PHYSMEM_BITS)=${addressBits}`,
    `SIZE(page)=${structPage}`,
    'OFFSET(page.flags)=0',
    'OFFSET(page._refcount)=52',
    'OFFSET(page.mapping)=24',
    'OFFSET(page._mapcount)=48',
    'OFFSET(page.private)=40',
    'OFFSET(page.compound_head)=8',
    'LENGTH(zone.free_area)=11',
    `NUMBER(PG_lru)=${n.lru}`,
    `NUMBER(PG_private)=${n.private}`,
    `NUMBER(PG_swapcache)=${n.swapcache}`,
    `NUMBER(PG_swapbacked)=${n.swapbacked}`,
    `NUMBER(PG_hwpoison)=${n.hwpoison}`,
    `NUMBER(PG_head_mask)=${n.headMask}`,
    `NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=${n.buddy}`,
    ...(n.slab === undefined
      ? []
      : [`NUMBER(PG_slab)=${n.slab}`, 'OFFSET(page.compound_dtor)=16', 'OFFSET(page.compound_order)=17', 'NUMBER(HUGETLB_PAGE_DTOR)=2']),
    ...(n.slabType === undefined ? [] : [`NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=${n.slabType}`]),
    ...(n.hugetlbType === undefined ? [] : [`NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)=${n.hugetlbType}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Writes the struct pages of a block. */
function write(memory: MemoryImage, release: PageRelease, { kind, pfn, order }: DescribedBlock): void {
  const n = numbers[release];
  const at = (index: number): number => mapAt + (pfn + index) * structPage;
  const count = 2 ** order;
  const isFree = kind === 'free';
  for (let index = 0; index < count; index += 1) {
    if (kind === 'untouched') continue;
    memory.u32(at(index) + 48, 0xffff_ffff).u32(at(index) + 52, isFree || index > 0 ? 0 : 2);
    if (!isFree && index > 0) memory.u64(at(index) + 8, BigInt(at(0) + 1));
  }
  if (kind === 'untouched') return;
  const bit = (number: number): bigint => 1n << BigInt(number);
  // The numbers of zone and node lie above the flags.
  let flags = 1n << 60n;
  if (order > 0 && !isFree) {
    flags |= BigInt(n.headMask);
    if (release === '6.1') memory.u8(at(1) + 16, kind === 'hugetlb' ? 2 : 1).u8(at(1) + 17, order);
    else memory.u64(at(1), BigInt(order));
  }
  if (isFree) memory.u32(at(0) + 48, n.buddy >>> 0).u64(at(0) + 40, BigInt(order));
  if (kind === 'slab') {
    if (n.slab === undefined) memory.u32(at(0) + 48, (n.slabType ?? 0) >>> 0);
    else flags |= bit(n.slab);
    // A slab has other things where a page of a process has its mapping.
    memory.u64(at(0) + 24, 0x7001n);
  }
  if (kind === 'hugetlb' && n.hugetlbType !== undefined) memory.u32(at(0) + 48, n.hugetlbType >>> 0);
  if (kind === 'cache' || kind === 'private-cache' || kind === 'anonymous') flags |= bit(n.lru);
  if (kind === 'private-cache') flags |= bit(n.private);
  if (kind === 'swap-cache') flags |= bit(n.swapcache) | bit(n.swapbacked);
  if (kind === 'poisoned') flags |= bit(n.hwpoison);
  memory.u64(at(0) + 24, kind === 'anonymous' ? 0x7001n : kind === 'slab' ? 0x7001n : 0x7000n).u64(at(0), flags);
}

export interface DescribedPages {
  readonly memory: MemoryImage;
  /** @param absent pages of the memory that are left out of the dump, by their addresses */
  readonly source: (absent?: readonly number[]) => { readonly objects: KernelObjects; readonly memory: KernelMemory; readonly end: bigint };
}

/** @param frames a multiple of 4096, the pages of a section */
export function describePages(endian: Endian, release: PageRelease, frames: number, blocks: readonly DescribedBlock[]): DescribedPages {
  const memory = new MemoryImage(frames * 2 ** pageBits, endian);
  const perSection = 2 ** (sectionBits - pageBits);
  const rootAt = release === '6.1' ? tableAt + 0x1000 : tableAt;
  if (release === '6.1') memory.u64(tableAt, BigInt(rootAt));
  // SECTION_MARKED_PRESENT, SECTION_HAS_MEM_MAP, SECTION_IS_ONLINE, SECTION_IS_EARLY.
  for (let section = 0; section < frames / perSection; section += 1) memory.u64(rootAt + 16 * section, BigInt(mapAt | 0xf));
  for (const block of blocks) write(memory, release, block);
  const text = textOf(release);
  const vmcoreinfo: Vmcoreinfo = { source: 'test', text, entries: parseVmcoreinfo(text) };
  return {
    memory,
    source(absent = []) {
      const kernel = plainMemory(memory, absent);
      const space = { types: undefined, noTypes: 'there are none', vmcoreinfo, pointerBytes: 8 as const, memory: kernel, symbolAt: () => undefined };
      return { objects: kernelObjects({ space, symbols: undefined, noSymbols: 'there are none' }), memory: kernel, end: BigInt(memory.size) };
    },
  };
}
