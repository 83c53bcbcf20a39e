/** Where a dump has no memory at all: between the ranges that it describes, and after them. */
import type { Gap } from '../../widgets/hex-grid/row-map.ts';

const all64 = 1n << 64n;

/** @param ranges absolute addresses as the engine writes them, in any order */
export function memoryGaps(ranges: readonly { readonly start: string; readonly end: string }[]): readonly Gap[] {
  const sorted = ranges.map(({ start, end }) => ({ start: BigInt(start), end: BigInt(end) })).sort((left, right) => (left.start < right.start ? -1 : 1));
  const gaps: Gap[] = [];
  let at = 0n;
  for (const { start, end } of sorted) {
    if (start > at) gaps.push({ start: at, end: start, reason: 'no memory in the dump' });
    if (end > at) at = end;
  }
  if (at > 0n && at < all64) gaps.push({ start: at, end: all64, reason: 'beyond the last memory in the dump' });
  return gaps;
}
