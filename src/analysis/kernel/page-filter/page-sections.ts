/**
 * Where struct page of each frame lies: the table of sections `mem_section` (mm/sparse.c, struct mem_section in include/linux/mmzone.h), each of
 * which leads to its part of the array; else the one array of all frames.
 */
import { architectures } from '../../arch/index.ts';
import { failed, isFailure, type Missing, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { pageArray } from '../pages/page-structs.ts';
import { vmcoreinfoHex, vmcoreinfoNumber } from '../vmcoreinfo/vmcoreinfo.ts';
import type { PageFields } from './page-fields.ts';

/** Frames whose struct pages follow each other; `address` is that of the first. */
export interface PageSection {
  /** Kernel page frame numbers, half open. */
  readonly start: number;
  readonly end: number;
  readonly address: bigint;
}

export interface PageSections {
  /** Ascending, neighbours in one array joined. */
  readonly sections: readonly PageSection[];
  readonly missing: readonly Missing[];
}

/** Low bits of section_mem_map are flags, at most six of them (SECTION_MAP_LAST_BIT). */
const sectionFlags = 0x3fn;
/** SECTION_HAS_MEM_MAP: there are struct pages. */
const hasMap = 2n;
/** No kernel has more sections: 2 to the power of 52 - 27 on x86_64. */
const mostSections = 2 ** 28;
const rootsAtOnce = 4096;
const what = 'struct page';

/** @param memory the kernel's own, in which a page of zeros is one */
export function* pageSections(objects: KernelObjects, memory: KernelMemory, fields: PageFields, frames: number): Steps<Result<PageSections>> {
  const { vmcoreinfo } = objects.space;
  const recorded = (key: string): number | undefined => {
    const value = vmcoreinfoNumber(vmcoreinfo, key);
    return value === undefined ? undefined : Number(value);
  };
  const table = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(mem_section)');
  const [bytes, offset, length] = [recorded('SIZE(mem_section)'), recorded('OFFSET(mem_section.section_mem_map)') ?? 0, recorded('LENGTH(mem_section)')];
  const [sectionBits, addressBits] = [recorded('NUMBER(SECTION_SIZE_BITS)'), recorded('NUMBER(MAX_PHYSMEM_BITS)')];
  if (table === undefined || bytes === undefined || sectionBits === undefined || addressBits === undefined) return wholeArray(objects, fields, frames);
  const pages = 2 ** sectionBits / fields.pageBytes;
  const count = Math.min(2 ** (addressBits - sectionBits), Math.ceil(frames / pages));
  if (!(pages >= 1 && bytes >= 8 && bytes <= 256 && count >= 1 && count <= mostSections))
    return failed(what, `sections of 2^${sectionBits} bytes in 2^${addressBits} with ${bytes} bytes each are not what a kernel has`);
  // SPARSEMEM_EXTREME: the table holds pointers to pages full of sections.
  const perRoot = Math.floor(fields.pageBytes / bytes);
  const isExtreme = length === undefined || length === Math.ceil(2 ** (addressBits - sectionBits) / perRoot);
  const single = arrayBase(objects, fields);
  const sections: PageSection[] = [];
  const missing: Missing[] = [];
  const add = (number: number, map: bigint): void => {
    if ((map & hasMap) === 0n) return;
    const coded = map & ~sectionFlags;
    const start = number * pages;
    const place = { space: 'absolute', start: hex(BigInt(start * fields.pageBytes)), end: hex(BigInt((start + pages) * fields.pageBytes)) } as const;
    if (single !== undefined && coded !== single) {
      missing.push({
        what,
        why: `section ${number} says that its struct pages lie at ${hex(coded)}, and all others are in the array at ${hex(single)}`,
        where: place,
      });
      return;
    }
    const address = BigInt.asUintN(64, coded + BigInt(start) * BigInt(fields.bytes));
    const last = sections.at(-1);
    if (last?.end === start && last.address + BigInt((last.end - last.start) * fields.bytes) === address)
      sections[sections.length - 1] = { ...last, end: start + pages };
    else sections.push({ start, end: start + pages, address });
  };
  const little = memory.endian === 'little';
  /** Sections from `first` on that lie at an address one after the other. */
  const addAll = (first: number, address: bigint, wanted: number): void => {
    const most = Math.min(wanted, count - first);
    const read = memory.partial(address, most * bytes);
    const gap = read.absences[0];
    if (gap !== undefined || read.bytes.length < most * bytes) {
      missing.push({
        what: `struct page of sections ${first} to ${first + most}`,
        why: `the table of sections cannot be read: ${gap?.detail ?? `at ${hex(address)}`}`,
      });
      return;
    }
    const view = new DataView(read.bytes.buffer, read.bytes.byteOffset, read.bytes.length);
    for (let at = 0; at < most; at += 1) add(first + at, view.getBigUint64(at * bytes + offset, little));
  };
  const each = isExtreme ? perRoot : rootsAtOnce;
  for (let first = 0; first < count; first += each) {
    yield;
    if (!isExtreme) {
      addAll(first, table + BigInt(first * bytes), each);
      continue;
    }
    const root = memory.u64(table + BigInt((first / perRoot) * 8));
    if (root === undefined) missing.push({ what: `struct page of sections ${first} to ${first + each}`, why: 'the table of sections cannot be read' });
    else if (root !== 0n) addAll(first, root, each);
  }
  if (sections.length > 0) return { value: { sections, missing } };
  return failed(what, missing[0]?.why ?? 'the table of sections names none that has struct pages');
}

/** Where struct page of frame 0 would lie in the one array of all, if there is one. */
function arrayBase(objects: KernelObjects, { pageBytes }: PageFields): bigint | undefined {
  // On s390x since 6.10 the value itself, not the place of a variable (arch/s390/kernel/vmcore_info.c).
  const recorded = architectures[objects.space.memory.arch].features.has('lowcore') ? vmcoreinfoHex(objects.space.vmcoreinfo, 'SYMBOL(vmemmap)') : undefined;
  if (recorded !== undefined) return recorded;
  const array = pageArray(objects, BigInt(pageBytes));
  return isFailure(array) ? undefined : array.value.base;
}

function wholeArray(objects: KernelObjects, fields: PageFields, frames: number): Result<PageSections> {
  // Without sections (FLATMEM) mem_map is the array.
  const base = arrayBase(objects, fields) ?? flatBase(objects);
  if (base === undefined) return failed(what, 'neither vmcoreinfo nor a symbol gives the address of the array of pages');
  return { value: { sections: [{ start: 0, end: frames, address: base }], missing: [] } };
}

function flatBase(objects: KernelObjects): bigint | undefined {
  const flat = objects.variable('mem_map', 'void *').integer();
  return isFailure(flat) || flat.value === 0n ? undefined : flat.value;
}
