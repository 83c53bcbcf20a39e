/** Bytes of a file that its disk does not give: found once, not asked for again. */
import type { FileFault } from './byte-source.ts';

/** On a disk with more holes than this, what lies between two of them is given up as well. */
const mostRanges = 65_536;

interface BadRange {
  readonly start: number;
  end: number;
  readonly why: string;
}

export class BadRanges {
  readonly #file: string;
  /** Ascending and disjoint. */
  readonly #ranges: BadRange[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** Index of the first range that ends after `offset`. */
  #indexAt(offset: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle]?.end ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Bytes that were readable when they were asked for: the range lies in no other. */
  add(start: number, end: number, why: string): void {
    const index = this.#indexAt(start);
    const before = this.#ranges[index - 1];
    const joins = (before?.end === start && before.why === why) || this.#ranges.length >= mostRanges;
    if (before !== undefined && joins) before.end = end;
    else this.#ranges.splice(index, 0, { start, end, why });
  }

  /** The first byte of [start, end) that is known to be bad, or `end`. */
  firstIn(start: number, end: number): number {
    if (this.#ranges.length === 0) return end;
    const next = this.#ranges[this.#indexAt(start)];
    return next === undefined ? end : Math.min(end, Math.max(start, next.start));
  }

  /** The fault that begins at or continues at `offset`. */
  at(offset: number): FileFault | undefined {
    const range = this.#ranges[this.#indexAt(offset)];
    if (range === undefined || range.start > offset) return undefined;
    return { file: this.#file, offset, bytes: range.end - offset, why: range.why };
  }

  list(): FileFault[] {
    return this.#ranges.map(({ start, end, why }) => ({ file: this.#file, offset: start, bytes: end - start, why }));
  }
}
