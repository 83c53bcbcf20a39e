/** How the pages of an image are cut into blocks, which blocks need no reading, and in which order they are looked at. */
import type { Pfn } from '../../shared/units.ts';
import { subtreeLeaves } from '../memory-tree/digest.ts';
import { storedCode, type PageExtents } from './page-extents.ts';

/** Pages in a block of the index. A block is one subtree of the memory root, so that one read serves both. */
export const blockPages = subtreeLeaves;

/** uniform: whole blocks in a row of one state without stored pages, one row together; block: up to 4096 pages. */
export interface PlannedBlock {
  readonly kind: 'uniform' | 'block';
  readonly startPfn: Pfn;
  readonly pages: number;
  /** State code of a uniform run. */
  readonly state: number;
}

/** What is planned from a page on that begins a block. */
export function plannedFrom(extents: PageExtents, startPfn: Pfn): PlannedBlock {
  const extent = extents.from(startPfn).next().value;
  const blockEnd = Math.min(startPfn + blockPages, extents.totalPages);
  if (extent === undefined || extent.state === storedCode || !extent.whole || extent.endPfn < blockEnd)
    return { kind: 'block', startPfn, pages: blockEnd - startPfn, state: storedCode };
  const wholeEnd = extent.endPfn === extents.totalPages ? extent.endPfn : extent.endPfn - (extent.endPfn % blockPages);
  return { kind: 'uniform', startPfn, pages: wholeEnd - startPfn, state: extent.state };
}

/** A part of an image; both ends are multiples of 4096 pages, and the image may end before. */
export interface PageRange {
  readonly startPfn: Pfn;
  readonly endPfn: Pfn;
}

/**
 * Every block of an image, or of a part of it, in ascending order. Uniform runs are not cut at the end of a part. The plan depends on the extents alone, never on where a run before was
 * interrupted, so an index has the same rows however often it was resumed. Blocks start at multiples of 4096 pages.
 */
export function* planBlocks(extents: PageExtents, part?: PageRange): Generator<PlannedBlock, undefined> {
  const end = Math.min(extents.totalPages, part?.endPfn ?? Infinity);
  for (let startPfn = part?.startPfn ?? 0; startPfn < end;) {
    const planned = plannedFrom(extents, startPfn);
    yield planned;
    startPfn += planned.pages;
  }
  return undefined;
}

/** Blocks in the order in which they are worth looking at; each comes once. */
export interface BlockQueue {
  next(): PlannedBlock | undefined;
  /** Brings the block of a page to the front: somebody looks at it. Uniform runs stay where they are, they cost nothing. */
  prefer(pfn: Pfn): void;
}

/** Pages that may wait at the front: a view shows a few blocks, and the newest wish counts most. */
const mostWishes = 64;

export function blockQueue(extents: PageExtents, part?: PageRange): BlockQueue {
  const plan = planBlocks(extents, part);
  const wishes: number[] = [];
  /** Blocks given out ahead of the plan. */
  const early = new Set<number>();
  let position = 0;
  return {
    next() {
      for (let wish = wishes.pop(); wish !== undefined; wish = wishes.pop()) {
        if (wish < position || early.has(wish)) continue;
        const planned = plannedFrom(extents, wish);
        if (planned.kind !== 'block') continue;
        early.add(wish);
        return planned;
      }
      for (;;) {
        const planned: PlannedBlock | undefined = plan.next().value;
        if (planned === undefined) return undefined;
        position = planned.startPfn + planned.pages;
        if (!early.delete(planned.startPfn)) return planned;
      }
    },
    prefer(pfn) {
      const startPfn = pfn - (pfn % blockPages);
      if (startPfn >= extents.totalPages || startPfn < position || early.has(startPfn)) return;
      wishes.push(startPfn);
      if (wishes.length > mostWishes) wishes.shift();
    },
  };
}
