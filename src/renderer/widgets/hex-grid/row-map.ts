/**
 * Maps rows on screen to rows of the address space: a long gap is one row. Both are counted from 0; a fold is [start, end) in rows of the space.
 */
import { rowBytes as usualBytes } from './hex-row.ts';

export interface Fold {
  readonly start: bigint;
  readonly end: bigint;
  /** Why it has no bytes. */
  readonly reason: string;
}

/** A range of addresses without bytes. */
export interface Gap {
  readonly start: bigint;
  readonly end: bigint;
  readonly reason: string;
}

/** Shorter gaps are shown row by row: their shape is informative. */
const minRows = 256n;

/** Whole rows of the gaps that are long enough to fold. @param gaps in ascending order, not overlapping */
export function foldsOf(gaps: readonly Gap[], rowBytes = usualBytes): readonly Fold[] {
  const row64 = BigInt(rowBytes);
  return gaps.flatMap(({ start, end, reason }) => {
    const first = (start + row64 - 1n) / row64;
    const last = end / row64;
    return last - first < minRows ? [] : [{ start: first, end: last, reason }];
  });
}

export interface RowAt {
  /** Row of the space; the first one of a fold. */
  readonly row: bigint;
  readonly fold: Fold | undefined;
}

export class RowMap {
  /** Total number of displayed rows. */
  readonly count: bigint;
  readonly #folds: readonly Fold[];
  /** Rows hidden before each fold. */
  readonly #hidden: readonly bigint[];

  /** @param rows number of rows of the space */
  constructor(rows: bigint, folds: readonly Fold[]) {
    this.#folds = folds.filter(({ start, end }) => end <= rows && end - start > 1n);
    let hidden = 0n;
    this.#hidden = this.#folds.map(({ start, end }) => {
      const before = hidden;
      hidden += end - start - 1n;
      return before;
    });
    this.count = rows - hidden;
  }

  /** Index of the last fold for which `holds` is true, which must also be true for all before it; -1 for none. */
  #last(holds: (at: number) => boolean): number {
    let low = 0;
    let high = this.#folds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(middle)) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The fold that contains a row of the space. */
  foldAt(row: bigint): Fold | undefined {
    const fold = this.#folds[this.#last((at) => (this.#folds[at]?.start ?? 0n) <= row)];
    return fold !== undefined && row < fold.end ? fold : undefined;
  }

  /** The contents of a row on screen. */
  rowAt(shown: bigint): RowAt {
    const at = this.#last((one) => (this.#folds[one]?.start ?? 0n) - (this.#hidden[one] ?? 0n) <= shown);
    const fold = this.#folds[at];
    if (fold === undefined) return { row: shown, fold: undefined };
    const row = shown + (this.#hidden[at] ?? 0n);
    if (row === fold.start) return { row, fold };
    return { row: row + (fold.end - fold.start - 1n), fold: undefined };
  }

  /** Where a row of the space is on screen. */
  shownAt(row: bigint): bigint {
    const at = this.#last((one) => (this.#folds[one]?.start ?? 0n) <= row);
    const fold = this.#folds[at];
    if (fold === undefined) return row;
    const before = this.#hidden[at] ?? 0n;
    return row < fold.end ? fold.start - before : row - before - (fold.end - fold.start - 1n);
  }
}
