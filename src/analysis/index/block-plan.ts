/** How the pages of an image are cut into blocks, and which blocks need no reading. */
import { subtreeLeaves } from '../integrity/digest.ts';
import { storedCode, type PageExtents } from './page-extents.ts';

/** Pages in a block of the index. A block is one subtree of the memory root, so that one read serves both. */
export const blockPages = subtreeLeaves;

/** uniform: whole blocks in a row of one state without stored pages, one row together; block: up to 4096 pages. */
export interface PlannedBlock {
  readonly kind: 'uniform' | 'block';
  readonly startPfn: number;
  readonly pages: number;
  /** State code of a uniform run. */
  readonly state: number;
}

/**
 * Every block of an image in ascending order. The plan depends on the extents alone, never on where a run before was
 * interrupted, so an index has the same rows however often it was resumed. Blocks start at multiples of 4096 pages.
 */
export function* planBlocks(extents: PageExtents): Generator<PlannedBlock> {
  let startPfn = 0;
  while (startPfn < extents.totalPages) {
    const extent = extents.at(extents.indexOf(startPfn));
    const blockEnd = Math.min(startPfn + blockPages, extents.totalPages);
    if (extent.state !== storedCode && extent.whole && extent.endPfn >= blockEnd) {
      const wholeEnd = extent.endPfn === extents.totalPages ? extent.endPfn : extent.endPfn - (extent.endPfn % blockPages);
      yield { kind: 'uniform', startPfn, pages: wholeEnd - startPfn, state: extent.state };
      startPfn = wholeEnd;
    } else {
      yield { kind: 'block', startPfn, pages: blockEnd - startPfn, state: storedCode };
      startPfn = blockEnd;
    }
  }
}
