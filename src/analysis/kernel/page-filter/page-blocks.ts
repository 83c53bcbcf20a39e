/**
 * Blocks of pages that are left out as one: free blocks and compound pages. The first struct page says how many there are; the others have to agree, for a damaged
 * size would take pages along that are in use.
 */
import { pageSize } from '../../../shared/units.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import type { FoundPage, PageKinds } from './page-kinds.ts';
import type { PageSection } from './page-sections.ts';

export interface Block {
  readonly found: FoundPage;
  readonly pfn: number;
  /** Of its first struct page. */
  readonly address: bigint;
  /** Pages in it. */
  readonly count: number;
}

/** Struct pages that are read at once. */
const piecePages = 8192;

/** The parts of sections that lie in [start, end). */
export function* sectionsIn(sections: readonly PageSection[], start: number, end: number, size: number): Generator<PageSection, void> {
  for (const section of sections) {
    const [first, last] = [Math.max(start, section.start), Math.min(end, section.end)];
    if (first < last) yield { start: first, end: last, address: section.address + BigInt((first - section.start) * size) };
  }
}

/**
 * What speaks against some struct pages being those of one block: in a free one all are idle, in a compound page all others point to the first.
 * @param at place of the first of them in the bytes that are loaded
 * @param from,to which pages of the block they are
 */
export function contradiction(kinds: PageKinds, { found, pfn, address }: Block, at: number, from: number, to: number): string | undefined {
  const size = kinds.fields.bytes;
  const head = address + 1n;
  const [high, low] = [Number(head >> 32n), Number(head & 0xffff_ffffn)];
  for (let index = from; index < to; index += 1) {
    const place = at + (index - from) * size;
    if (found.isFree) {
      if (kinds.isIdle(place)) continue;
      return `its struct page describes a free block of ${2 ** found.order} pages, of which page frame ${pfn + index} is in use`;
    }
    if (kinds.pointsTo(place, high, low)) continue;
    // Where hugetlbfs gave struct pages back, pages of the array begin with a copy of the head (page_fixed_fake_head(), since 5.18).
    const begins = (address + BigInt(index * size)) % BigInt(pageSize) === 0n;
    if (begins && kinds.isHead(place) && (index + 1 >= to || kinds.pointsTo(place + size, high, low))) continue;
    return `its struct page describes a compound page of ${2 ** found.order}, of which page frame ${pfn + index} does not point to the first`;
  }
  return undefined;
}

/** The same of a block that is not in one piece; what is loaded is lost. A page of hugetlbfs has 2 to the power of 22 struct pages at most. */
export function farContradiction(memory: KernelMemory, sections: readonly PageSection[], kinds: PageKinds, block: Block): string | undefined {
  const size = kinds.fields.bytes;
  let known = 1;
  for (const section of sectionsIn(sections, block.pfn + 1, block.pfn + block.count, size)) {
    if (section.start !== block.pfn + known) break;
    for (let first = section.start; first < section.end;) {
      const last = Math.min(section.end, first + piecePages);
      const { bytes, absences } = memory.partial(section.address + BigInt((first - section.start) * size), (last - first) * size);
      if (absences[0] !== undefined) return `its block continues into struct pages that cannot be read: ${absences[0].detail}`;
      kinds.load(bytes);
      const doubt = contradiction(kinds, block, 0, first - block.pfn, last - block.pfn);
      if (doubt !== undefined) return doubt;
      first = last;
    }
    known = section.end - block.pfn;
  }
  return known === block.count ? undefined : `its block of ${block.count} pages continues into page frames that have no struct page`;
}
