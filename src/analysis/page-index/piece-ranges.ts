/**
 * How one large dump is cut into ranges that are indexed on their own: powers of two of memory, aligned to their size, in every format.
 * A range in which nothing has to be read is in no plan: what the container says of it is all there is to know.
 */
import { RequestError } from '../../shared/rpc.ts';
import { pageSize } from '../../shared/units.ts';
import { blockPages, plannedFrom, type PageRange } from './block-plan.ts';
import type { PageExtents } from './page-extents.ts';

/** Bytes of memory in a range. */
export const leastRangeSize = blockPages * pageSize;
export const mostRangeSize = 64 * 2 ** 30;
/** Ranges of a plan; each is a job and a file. */
export const mostRanges = 65_536;
const rangesPerWorker = 4;

export interface PlannedRange extends PageRange {
  /** `startPfn` in units of the range size: the same range has the same number in every plan of this size. */
  readonly number: number;
}

/** @throws RequestError query for a size that ranges do not have */
export function assertRangeSize(bytes: number): void {
  const isPower = Number.isSafeInteger(bytes) && bytes >= leastRangeSize && bytes <= mostRangeSize && Number.isInteger(Math.log2(bytes));
  if (!isPower) throw new RequestError('query', `a range has a power of two of bytes from 16 MiB to 64 GiB, not ${bytes}`);
}

/** @throws RequestError query for a size that ranges do not have, or a range past the end of memory */
export function rangeOfNumber(extents: Pick<PageExtents, 'totalPages'>, number: number, bytes: number): PlannedRange {
  assertRangeSize(bytes);
  const pages = bytes / pageSize;
  const ranges = Math.ceil(extents.totalPages / pages);
  if (!Number.isSafeInteger(number) || number < 0 || number >= ranges)
    throw new RequestError('query', `there is no range ${number}: in ranges of ${bytes} bytes this dump has ${ranges}, numbered from 0`);
  return { number, startPfn: number * pages, endPfn: (number + 1) * pages };
}

/**
 * The ranges in which something has to be read, ascending.
 * @param bytes of memory in each
 */
export function* plannedRanges(extents: PageExtents, bytes: number): Generator<PlannedRange, undefined> {
  const pages = bytes / pageSize;
  for (let pfn = 0; pfn < extents.totalPages;) {
    const planned = plannedFrom(extents, pfn);
    if (planned.kind === 'uniform') {
      pfn += planned.pages;
      continue;
    }
    const range = rangeOfNumber(extents, Math.floor(pfn / pages), bytes);
    yield range;
    pfn = range.endPfn;
  }
  return undefined;
}

/** At most `most` ranges, or undefined where there are more. */
function upTo(extents: PageExtents, bytes: number, most: number): readonly PlannedRange[] | undefined {
  const ranges: PlannedRange[] = [];
  for (const range of plannedRanges(extents, bytes)) if (ranges.push(range) > most) return undefined;
  return ranges;
}

export interface RangePlan {
  readonly rangeSize: number;
  readonly ranges: readonly PlannedRange[];
}

/**
 * Plans the ranges of a dump. It follows from the container's extents alone: nothing of its memory is read.
 * @param wish.rangeSize bytes of memory in each range; by default the largest power of two that gives every worker at least four ranges
 * @param wish.workers default 1
 * @throws RequestError query for a size that ranges do not have, or one that would give more than 65,536
 */
export function planRanges(extents: PageExtents, wish: { readonly rangeSize?: number; readonly workers?: number } = {}): RangePlan {
  const { rangeSize, workers = 1 } = wish;
  if (rangeSize !== undefined) {
    assertRangeSize(rangeSize);
    const ranges = upTo(extents, rangeSize, mostRanges);
    if (ranges === undefined) throw new RequestError('query', `ranges of ${rangeSize} bytes would be more than ${mostRanges}: choose larger ones`);
    return { rangeSize, ranges };
  }
  // So many stored bytes are in at least so many ranges of this size, wherever they are.
  const share = (extents.storedPages * pageSize) / (rangesPerWorker * Math.max(1, workers));
  let size = Math.min(mostRangeSize, Math.max(leastRangeSize, 2 ** Math.floor(Math.log2(Math.max(1, share)))));
  for (; size < mostRangeSize; size *= 2) {
    const ranges = upTo(extents, size, mostRanges);
    if (ranges !== undefined) return { rangeSize: size, ranges };
  }
  return planRanges(extents, { rangeSize: size });
}

/** File name of the piece of a range: pieces of one folder sort by address. */
export const pieceName = ({ startPfn, endPfn }: PageRange): string =>
  `${[startPfn, endPfn].map((pfn) => (pfn * pageSize).toString(16).padStart(13, '0')).join('-')}${pieceSuffix}`;
/** Ending of the names of pieces. */
export const pieceSuffix = '.piece';
