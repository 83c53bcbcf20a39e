/** Overlapping pieces of memory to disjoint runs, in O(n log n): headers are hostile input. */
import type { AddressRange } from '../../shared/units.ts';

const byStart = (a: AddressRange, b: AddressRange): number => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0);

/** Merges overlapping and touching ranges; the result ascends. */
export function mergeRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const merged: { start: bigint; end: bigint }[] = [];
  for (const range of ranges.filter((one) => one.start < one.end).sort(byStart)) {
    const last = merged.at(-1);
    if (last !== undefined && range.start <= last.end) {
      if (range.end > last.end) last.end = range.end;
    } else merged.push({ start: range.start, end: range.end });
  }
  return merged;
}

/** Smallest-index-first queue of the pieces that cover the sweep position; entries are dropped when their end is passed. */
class ActivePieces {
  readonly #heap: number[] = [];
  readonly #pieces: readonly AddressRange[];
  constructor(pieces: readonly AddressRange[]) {
    this.#pieces = pieces;
  }
  add(index: number): void {
    const heap = this.#heap;
    let at = heap.push(index) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] ?? 0) <= index) break;
      heap[at] = heap[parent] ?? 0;
      at = parent;
    }
    heap[at] = index;
  }
  /** Index of the winning piece at `address`, or undefined where none covers it. */
  top(address: bigint): number | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return undefined;
      const piece = this.#pieces[first];
      if (piece !== undefined && piece.end > address) return first;
      this.#removeTop();
    }
  }
  #removeTop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && (heap[right] ?? 0) < (heap[left] ?? 0) ? right : left;
      if ((heap[child] ?? 0) >= last) break;
      heap[at] = heap[child] ?? 0;
      at = child;
    }
    heap[at] = last;
  }
}

/** Part of [0, end) and the piece that wins there: the one listed first. No index: no piece covers it. */
export interface SweepRun extends AddressRange {
  readonly index?: number;
}

/** Disjoint runs that cover [0, end) in ascending order. */
export function sweep(pieces: readonly AddressRange[], end: bigint): SweepRun[] {
  const order = pieces.map((piece, index) => ({ start: piece.start, end: piece.end, index })).sort((a, b) => byStart(a, b) || a.index - b.index);
  const marks = [...new Set(pieces.flatMap((piece) => [piece.start, piece.end]).concat([0n, end]))].sort((a, b) => (a < b ? -1 : 1));
  const active = new ActivePieces(pieces);
  const runs: SweepRun[] = [];
  let next = 0;
  for (let mark = 0; mark + 1 < marks.length; mark += 1) {
    const start = marks[mark] ?? 0n;
    const stop = marks[mark + 1] ?? 0n;
    for (let piece = order[next]; piece !== undefined && piece.start <= start; piece = order[next]) {
      active.add(piece.index);
      next += 1;
    }
    const index = active.top(start);
    const last = runs.at(-1);
    if (last?.end === start && last.index === index) runs[runs.length - 1] = { ...last, end: stop };
    else runs.push({ start, end: stop, ...(index === undefined ? {} : { index }) });
  }
  return runs;
}

/** Index of the range that holds `address`, for ranges that cover the space without gaps; their number when none does. */
export function indexAt(ranges: readonly AddressRange[], address: bigint): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.end ?? 0n) <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}
