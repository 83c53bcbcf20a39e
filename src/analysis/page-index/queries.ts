/** What views and commands ask of an index. */
import { type PageCounts } from '../../shared/memory-model.ts';
import { pageClasses, type PageClass, type PageState } from '../../shared/model.ts';
import { pageSize, type Pfn } from '../../shared/units.ts';
import { blockPages } from './block-plan.ts';
import type { PageExtent, PageExtents } from './page-extents.ts';
import type { IndexReader } from './index-reader-type.ts';
import { unpackBlock, type BlockPages } from './packed-block.ts';
import { fingerprintText } from './page-job.ts';
import { metaAvailable, metaClass, metaState, stateCode, type Counters } from './page-meta.ts';

/** Counts of the indexed pages by state; `total` is their sum, so it grows while an index is built. */
export function pageCounts(reader: IndexReader): PageCounts {
  const { counters, pages } = reader.totals();
  return countsOf(counters, pages);
}

/** Counters of so many pages by the names of their states. */
export function countsOf(counters: Counters, pages: number): PageCounts {
  const count = (state: PageState): number => counters.states[stateCode[state]] ?? 0;
  const encrypted = count('encrypted');
  return {
    total: pages,
    present: count('present'),
    zero: count('zero'),
    excluded: count('excluded'),
    missing: count('missing'),
    unreadable: count('unreadable'),
    ...(encrypted === 0 ? {} : { encrypted }),
  };
}

/** Counts of the indexed pages by class; pages without bytes have none. */
export function classCounts(reader: IndexReader): Readonly<Record<PageClass, number>> {
  const { counters } = reader.totals();
  return Object.fromEntries(pageClasses.map((name, code) => [name, counters.classes[code] ?? 0])) as Record<PageClass, number>;
}

export interface PageRecord {
  readonly pfn: Pfn;
  readonly state: PageState;
  /** Undefined for pages without bytes. */
  readonly class: PageClass | undefined;
  /** 16 hex digits; undefined for pages without bytes. */
  readonly fingerprint: string | undefined;
  /** Position in the dump file where the page lies there as it is. */
  readonly fileOffset: number | undefined;
}

/** What a page holds, without its place in the file: that takes a look at another table. */
export type PageContent = Pick<PageRecord, 'state' | 'class' | 'fingerprint'>;

export interface PageLookup {
  /** Undefined when the page is not indexed. @throws BlockDamaged */
  content(pfn: Pfn): PageContent | undefined;
  /** Undefined when the page is not indexed. @throws BlockDamaged */
  page(pfn: Pfn): PageRecord | undefined;
  /** Indexed pages of [startPfn, endPfn), ascending, one at a time. @throws BlockDamaged */
  range(startPfn: Pfn, endPfn: Pfn): Generator<PageRecord>;
}

/** Blocks kept unpacked, 36 KiB each: those of 4 GiB of memory. */
const keptBlocks = 256;
/** Runs of whole blocks kept next to them; they take no room, but are looked through one by one. */
const keptRuns = 16;

/** @param extents of the dump, where the index has only the first of them */
export function createPageLookup(reader: IndexReader, extents?: PageExtents): PageLookup {
  const kept = new Map<number, BlockPages>();
  const runs: BlockPages[] = [];
  const place = extentCursor(extents === undefined ? (pfn) => reader.extentAt(pfn) : (pfn) => extents.from(pfn).next().value);

  const contentOf = (block: BlockPages, pfn: Pfn): PageContent => {
    const meta = block.meta(pfn - block.startPfn);
    const [low, high] = block.fingerprint(pfn - block.startPfn);
    return { state: metaState(meta), class: metaClass(meta), fingerprint: metaAvailable(meta) ? fingerprintText(low, high) : undefined };
  };
  const record = (block: BlockPages, pfn: Pfn): PageRecord => ({ pfn, ...contentOf(block, pfn), fileOffset: place(pfn) });

  const blockOf = (pfn: Pfn): BlockPages | undefined => {
    // Blocks start at multiples of their size.
    const known = kept.get(pfn - (pfn % blockPages)) ?? runs.find((run) => run.startPfn <= pfn && pfn < run.startPfn + run.pages);
    if (known !== undefined && pfn < known.startPfn + known.pages) return known;
    const row = reader.blockAt(pfn);
    if (row === undefined) return undefined;
    const block = unpackBlock(row);
    // While an index is built it only grows, so a block that was seen stays right.
    if (block.pages > blockPages) {
      runs.unshift(block);
      runs.length = Math.min(runs.length, keptRuns);
      return block;
    }
    kept.set(block.startPfn, block);
    const oldest = kept.keys().next().value;
    if (kept.size > keptBlocks && oldest !== undefined) kept.delete(oldest);
    return block;
  };

  return {
    content(pfn) {
      const block = blockOf(pfn);
      return block === undefined ? undefined : contentOf(block, pfn);
    },
    page(pfn) {
      const block = blockOf(pfn);
      return block === undefined ? undefined : record(block, pfn);
    },
    *range(startPfn, endPfn) {
      for (const row of reader.blocks(startPfn, endPfn)) {
        const block = unpackBlock(row);
        const end = Math.min(endPfn, block.startPfn + block.pages);
        for (let pfn = Math.max(startPfn, block.startPfn); pfn < end; pfn += 1) yield record(block, pfn);
      }
    },
  };
}

/** File position of a page; asks again only when a page lies outside the extent of the one before. */
function extentCursor(extentAt: (pfn: Pfn) => Pick<PageExtent, 'startPfn' | 'endPfn' | 'fileOffset'> | undefined): (pfn: Pfn) => number | undefined {
  let extent = extentAt(0);
  return (pfn) => {
    if (extent === undefined || pfn < extent.startPfn || pfn >= extent.endPfn) extent = extentAt(pfn);
    return extent?.fileOffset === undefined ? undefined : extent.fileOffset + (pfn - extent.startPfn) * pageSize;
  };
}

export interface PageRun {
  readonly startPfn: Pfn;
  readonly pages: number;
}

/**
 * The longest runs of zero pages, longest first, equally long ones by address.
 * @param most how many
 * @throws BlockDamaged
 */
export function largestZeroRuns(reader: IndexReader, most: number): readonly PageRun[] {
  const runs: PageRun[] = [];
  let start = 0;
  let end = 0;
  const close = (): void => {
    if (end > start) runs.push({ startPfn: start, pages: end - start });
    if (runs.length > 4 * most + 64) keepLongest(runs, most);
  };
  for (const row of reader.blocks()) {
    const block = unpackBlock(row);
    const step = row.uniform === undefined ? 1 : block.pages;
    for (let index = 0; index < block.pages; index += step) {
      if ((block.meta(index) & 7) !== stateCode.zero) continue;
      const pfn = block.startPfn + index;
      if (pfn !== end) {
        close();
        start = pfn;
      }
      end = pfn + step;
    }
  }
  close();
  keepLongest(runs, most);
  return runs;
}

function keepLongest(runs: PageRun[], most: number): void {
  runs.sort((a, b) => b.pages - a.pages || a.startPfn - b.startPfn);
  runs.length = Math.min(runs.length, most);
}
