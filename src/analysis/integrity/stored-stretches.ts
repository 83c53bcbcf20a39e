/** Stored memory in stretches that are read at once: a dump may have hundreds of thousands of extents of a page each. */
import { pageSize } from '../../shared/units.ts';
import type { Extent, MemoryImage, UnreachableRange } from '../formats/dump-format.ts';

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

/** A part of memory in which stored pages can be read, or one in which none can. */
export interface MemoryPart {
  readonly extents: Iterable<Extent>;
  /** Set where none can be read. */
  readonly lost?: UnreachableRange;
}

/** All memory in ascending order, cut where it begins or ends to be out of reach. */
export function* memoryParts(memory: Pick<MemoryImage, 'end' | 'extents' | 'unreachable'>): Generator<MemoryPart, undefined> {
  const { end, extents } = memory;
  let position = 0n;
  for (const lost of memory.unreachable?.() ?? []) {
    if (position < lost.start) yield { extents: between(extents, position, lost.start) };
    yield { extents: between(extents, lost.start, lost.end), lost };
    position = lost.end;
  }
  if (position < end) yield { extents: between(extents, position, end) };
  return undefined;
}

function* between(extents: MemoryImage['extents'], start: bigint, end: bigint): Generator<Extent, undefined> {
  for (const extent of extents.from(start)) {
    if (extent.start >= end) return;
    yield extent.end <= end ? extent : { ...extent, end };
  }
  return undefined;
}
