/**
 * The pages that a filter leaves out, for any pages that are asked for: the kernel's array of struct page is read in tiles, of which one is kept. A page
 * stays where its struct page cannot be read or contradicts itself, and so does a block of pages whose parts do not agree that they are one.
 */
import { append } from '../../../shared/append.ts';
import { filterLevels, type FilterLevel } from '../../../shared/export-model.ts';
import { failed, isFailure, type Missing, type Result } from '../../../shared/result.ts';
import { hex, pageSize, type Pfn } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { KernelAbsence, KernelMemory } from '../memory/kernel-memory.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { contradiction, farContradiction, sectionsIn, type Block } from './page-blocks.ts';
import { pageFields, type PageFields } from './page-fields.ts';
import { PageKinds, type FoundPage } from './page-kinds.ts';
import { pageSections, type PageSection, type PageSections } from './page-sections.ts';

export interface FilterSource {
  readonly objects: KernelObjects;
  /** The kernel's own memory, in which a page of zeros is one. */
  readonly memory: KernelMemory;
  /** One past the last address that the dump describes. */
  readonly end: bigint;
}

/** Struct pages of a tile. Free blocks are smaller, and no tile cuts them. */
const tilePages = 8192;
/** Places that are named; there may be millions. */
const mostNamed = 16;
const what = 'page flags';

/**
 * Finds where page flags are, for the levels but zero.
 * @returns why they cannot be read: then no page can be left out by them
 */
export function* pageFilter({ objects, memory, end }: FilterSource, levels: readonly FilterLevel[]): Steps<Result<PageFilter>> {
  const fields = pageFields(objects);
  if (isFailure(fields)) return fields;
  const { types, pageBytes } = fields.value;
  if (levels.includes('free') && types.buddy === undefined)
    return failed(what, 'vmcoreinfo has no NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE), which says what a free page is');
  const map = yield* pageSections(objects, memory, fields.value, Math.ceil(Number(end) / pageBytes));
  return isFailure(map) ? map : { value: new PageFilter(memory, fields.value, map.value, levels) };
}

/** Frames of a tile that stay because of what is said of them, by their numbers in it. */
interface Doubt {
  readonly start: number;
  end: number;
  readonly why: string;
}

interface Tile {
  readonly first: number;
  /** 1 + place in `filterLevels` for a frame that is left out, else 0. */
  readonly marks: Uint8Array;
  readonly doubts: readonly Doubt[];
}

type Lost = readonly [first: number, end: number, why: string];

/** A block that is larger than a tile, or leads from one to the next. */
type FarBlock = Block & { readonly doubt: string | undefined };

export class PageFilter {
  readonly levels: readonly FilterLevel[];
  readonly #memory: KernelMemory;
  readonly #fields: PageFields;
  readonly #map: PageSections;
  readonly #kinds: PageKinds;
  #tile: Tile | undefined;
  #far: FarBlock | undefined;
  readonly #named: Doubt[] = [];
  #unnamed = 0;
  /** Of frames before this one it is noted what is in doubt. */
  #noted = 0;

  constructor(memory: KernelMemory, fields: PageFields, map: PageSections, levels: readonly FilterLevel[]) {
    this.levels = levels.filter((level) => level !== 'zero');
    this.#memory = memory;
    this.#fields = fields;
    this.#map = map;
    this.#kinds = new PageKinds(fields, this.levels);
  }

  /** What could not be decided of the pages that were asked for in ascending order: they stay. */
  get missing(): readonly Missing[] {
    const address = (pfn: number): string => hex(BigInt(pfn) * BigInt(this.#fields.pageBytes));
    const all = [...this.#map.missing];
    append(
      all,
      this.#named.map(({ start, end, why }) => ({
        what,
        why: `${end - start === 1 ? 'a page is kept' : `${end - start} pages are kept`}: ${why}`,
        where: { space: 'absolute' as const, start: address(start), end: address(end) },
      })),
    );
    if (this.#unnamed > 0) all.push({ what, why: `${this.#unnamed} more pages are kept for such reasons` });
    return all;
  }

  /**
   * Marks pages that are left out; the same answer however often it is asked.
   * @param startPfn first page of 4096 bytes
   * @param into a byte for each page: 1 + place in `filterLevels` for a page that is left out; others are left as they are
   */
  exclude(startPfn: Pfn, into: Uint8Array): void {
    const scale = this.#fields.pageBytes / pageSize;
    const [start, end] = [Math.floor(startPfn / scale), Math.ceil((startPfn + into.length) / scale)];
    for (let pfn = start; pfn < end;) {
      const tile = this.#tileOf(pfn);
      const last = Math.min(end, tile.first + tilePages);
      for (let frame = pfn; frame < last; frame += 1) {
        const mark = tile.marks[frame - tile.first] ?? 0;
        if (mark === 0) continue;
        const at = frame * scale - startPfn;
        into.fill(mark, Math.max(0, at), Math.max(0, at + scale));
      }
      this.#note(tile, pfn, last);
      pfn = last;
    }
  }

  #note(tile: Tile, start: number, end: number): void {
    const from = Math.max(start, this.#noted);
    this.#noted = Math.max(this.#noted, end);
    for (const doubt of tile.doubts) {
      const [first, last] = [Math.max(from, tile.first + doubt.start), Math.min(end, tile.first + doubt.end)];
      if (first >= last) continue;
      const before = this.#named.at(-1);
      if (before?.end === first && before.why === doubt.why) before.end = last;
      else if (this.#named.length < mostNamed) this.#named.push({ start: first, end: last, why: doubt.why });
      else this.#unnamed += last - first;
    }
  }

  #tileOf(pfn: number): Tile {
    const first = Math.floor(pfn / tilePages) * tilePages;
    if (this.#tile?.first === first) return this.#tile;
    const marks = new Uint8Array(tilePages);
    const doubts: Doubt[] = [];
    for (const section of sectionsIn(this.#map.sections, first, first + tilePages, this.#fields.bytes)) this.#mark(section, first, marks, doubts);
    return (this.#tile = { first, marks, doubts });
  }

  /** Decides the frames of one part of a tile. */
  #mark({ start, end, address }: PageSection, first: number, marks: Uint8Array, doubts: Doubt[]): void {
    const size = this.#fields.bytes;
    const kinds = this.#kinds;
    const count = end - start;
    const { bytes, absences } = this.#memory.partial(address, count * size);
    const lost = lostPages(absences, address, size, count);
    const doubtOf = (from: number, to: number, why: string): void => {
      doubts.push({ start: start - first + from, end: Math.min(tilePages, start - first + to), why });
    };
    for (const [from, to, why] of lost) doubtOf(from, to, `its struct page cannot be read: ${why}`);
    kinds.load(bytes);
    let index = 0;
    if (count > 0 && lost[0]?.[0] !== 0 && kinds.isTail(0)) index = this.#goOn(kinds.headOf(0), start, end, first, marks, doubtOf);
    kinds.load(bytes);
    let gap = 0;
    while (index < count) {
      while ((lost[gap]?.[1] ?? count) <= index && gap < lost.length) gap += 1;
      const hole = lost[gap];
      if (hole !== undefined && index >= hole[0]) {
        index = hole[1];
        continue;
      }
      const readable = hole?.[0] ?? count;
      const at = index * size;
      const pfn = start + index;
      const found = kinds.isTail(at) ? undefined : kinds.kindOf(at, pfn, index + 1 < readable ? at + size : undefined);
      index += 1;
      if (found === undefined) continue;
      if (typeof found === 'string') {
        doubtOf(index - 1, index, `its struct page describes ${found}`);
        continue;
      }
      const block: Block = { found, pfn, address: address + BigInt(at), count: 2 ** found.order };
      const isHere = pfn + block.count <= start + readable;
      const doubt = isHere ? contradiction(kinds, block, at + size, 1, block.count) : this.#farDoubt(block);
      if (!isHere) kinds.load(bytes);
      if (doubt !== undefined) {
        // What the others say by themselves is asked of them.
        doubtOf(index - 1, index - 1 + block.count, doubt);
        continue;
      }
      const [from, to] = [pfn - first, Math.min(tilePages, pfn - first + block.count)];
      marks.fill(1 + filterLevels.indexOf(found.level), from, to);
      index = Math.min(count, index - 1 + block.count);
    }
  }

  /** The end of a block that began in a tile before. @returns how many frames from `start` on belong to it */
  #goOn(head: bigint, start: number, end: number, first: number, marks: Uint8Array, doubtOf: (from: number, to: number, why: string) => void): number {
    const size = BigInt(this.#fields.bytes);
    const section = this.#map.sections.find((one) => head >= one.address && head < one.address + BigInt(one.end - one.start) * size);
    if (section === undefined || (head - section.address) % size !== 0n) return 0;
    const pfn = section.start + Number((head - section.address) / size);
    if (pfn >= start) return 0;
    const far = this.#far?.pfn === pfn ? this.#far : this.#farBlock(pfn, head);
    if (far === undefined || far.pfn + far.count <= start) return 0;
    const stop = Math.min(end, far.pfn + far.count);
    if (far.doubt === undefined) marks.fill(1 + filterLevels.indexOf(far.found.level), start - first, stop - first);
    else {
      doubtOf(0, stop - start, far.doubt);
      return 0;
    }
    return stop - start;
  }

  /** The block that a page begins which lies in another tile; undefined where it stays. */
  #farBlock(pfn: number, address: bigint): FarBlock | undefined {
    const size = this.#fields.bytes;
    const bytes = this.#memory.bytes(address, 2 * size);
    if (bytes === undefined) return undefined;
    this.#kinds.load(bytes);
    const found: FoundPage | string | undefined = this.#kinds.isTail(0) ? undefined : this.#kinds.kindOf(0, pfn, size);
    if (found === undefined || typeof found === 'string') return undefined;
    this.#farDoubt({ found, pfn, address, count: 2 ** found.order });
    return this.#far;
  }

  #farDoubt(block: Block): string | undefined {
    const doubt = farContradiction(this.#memory, this.#map.sections, this.#kinds, block);
    this.#far = { ...block, doubt };
    return doubt;
  }
}

/** Struct pages of a piece that are not wholly there, by their numbers in it; ascending and apart. */
function lostPages(absences: readonly KernelAbsence[], address: bigint, size: number, count: number): readonly Lost[] {
  const lost: [number, number, string][] = [];
  for (const { address: at, detail } of absences) {
    const from = Number(at - address);
    // An absence is named by its first byte, and reaches to the end of its page.
    const to = Number((at / BigInt(pageSize) + 1n) * BigInt(pageSize) - address);
    const [first, end] = [Math.max(0, Math.floor(from / size)), Math.min(count, Math.ceil(to / size))];
    const last = lost.at(-1);
    if (last !== undefined && first <= last[1]) last[1] = Math.max(last[1], end);
    else lost.push([first, end, detail]);
  }
  return lost;
}
