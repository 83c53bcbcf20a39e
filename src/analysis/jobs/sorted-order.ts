/** Sorting of rows that lie in columns, in steps: a hostile list has millions, and the sort of the language cannot be paused and holds an object for each. */
import type { Steps } from './steps.ts';

/** Comparisons between two pauses: each looks at two numbers. */
const comparisonsInStep = 1 << 13;

/**
 * The numbers of rows in ascending order of their keys; rows with equal keys stay in their order. 8 bytes a row while it sorts, 4 after it, and none
 * for rows that ascend already.
 * @param isBelow whether the key of one row is below that of another
 * @returns undefined where the rows ascend as they are
 */
export function* sortedOrder(length: number, isBelow: (left: number, right: number) => boolean): Steps<Uint32Array | undefined> {
  let ascends = true;
  for (let row = 1; row < length && ascends; row += 1) {
    if (row % comparisonsInStep === 0) yield;
    ascends = !isBelow(row, row - 1);
  }
  if (ascends) return undefined;
  let from = new Uint32Array(length);
  let to = new Uint32Array(length);
  for (let row = 0; row < length; row += 1) from[row] = row;
  let turns = 0;
  for (let width = 1; width < length; width *= 2) {
    for (let start = 0; start < length; start += 2 * width) {
      const middle = Math.min(start + width, length);
      const end = Math.min(start + 2 * width, length);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at += 1) {
        if (++turns % comparisonsInStep === 0) yield;
        const takesRight = left >= middle || (right < end && isBelow(from[right] ?? 0, from[left] ?? 0));
        to[at] = (takesRight ? from[right++] : from[left++]) ?? 0;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}
