/** Stored memory in stretches that are read at once: a dump may have hundreds of thousands of extents of a page each. */
import { pageSize } from '../../shared/units.ts';
import type { Extent } from '../formats/dump-format.ts';

export interface Stretch {
  readonly first: number;
  readonly count: number;
  /** The stored pages in it, as half-open ranges of page frames; others lie between them. */
  readonly stored: readonly { readonly start: number; readonly end: number }[];
}

/**
 * Every stored page once, in ascending order.
 * @param most pages in a stretch
 */
export function* storedStretches(extents: Iterable<Extent>, most: number): Generator<Stretch, undefined> {
  let stored: { start: number; end: number }[] = [];
  let first = 0;
  let last = 0;
  for (const extent of extents) {
    if (extent.state !== 'stored') continue;
    const end = Number((extent.end + BigInt(pageSize) - 1n) / BigInt(pageSize));
    // Two extents may share a page that neither fills.
    for (let start = Math.max(last, Number(extent.start / BigInt(pageSize))); start < end;) {
      if (stored.length > 0 && start >= first + most) {
        yield { first, count: last - first, stored };
        stored = [];
      }
      if (stored.length === 0) first = start;
      last = Math.min(end, first + most);
      stored.push({ start, end: last });
      start = last;
    }
  }
  if (stored.length > 0) yield { first, count: last - first, stored };
  return undefined;
}
