/** Ranges ordered by start. */

/** Half open. */
export interface SortedRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** Index of the first range that begins at or after an address. */
export function firstFrom(ranges: readonly SortedRange[], address: bigint): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.start ?? 0n) < address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The length of the longest one. */
export const longestOf = (ranges: readonly SortedRange[]): bigint => ranges.reduce((most, { start, end }) => (end - start > most ? end - start : most), 0n);

/** Those that overlap [from, to). @param longest length of the longest of all ranges */
export function rangesIn(ranges: readonly SortedRange[], longest: bigint, from: bigint, to: bigint): readonly SortedRange[] {
  const found: SortedRange[] = [];
  for (let at = firstFrom(ranges, from - longest + 1n); at < ranges.length; at += 1) {
    const range = ranges[at];
    if (range === undefined || range.start >= to) break;
    if (range.end > from) found.push(range);
  }
  return found;
}
