/** Overlapping pieces of memory to disjoint runs, in O(n log n): headers are hostile input. */
import type { AddressRange } from '../../shared/units.ts';

/** Pieces of memory by number: what the sweep asks of them. */
export interface SweptPieces {
  readonly length: number;
  start(index: number): bigint;
  end(index: number): bigint;
}

/** Smallest-number-first queue of the pieces that cover the sweep position; entries are dropped when their end is passed. */
class ActivePieces {
  readonly #heap: number[] = [];
  readonly #pieces: SweptPieces;
  constructor(pieces: SweptPieces) {
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
  /** Number of the winning piece at `address`, or -1 where none covers it. */
  top(address: bigint): number {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return -1;
      if (this.#pieces.end(first) > address) return first;
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

/** Part of [0, end) and the piece that wins there: the one listed first. Number -1: no piece covers it. */
export interface SweepRun extends AddressRange {
  readonly index: number;
}

/** Pieces in ascending order of their starts; most lists ascend already. */
function startOrder(pieces: SweptPieces): Uint32Array {
  const order = Uint32Array.from({ length: pieces.length }, (_, index) => index);
  let ascends = true;
  for (let index = 1; index < pieces.length && ascends; index += 1) ascends = pieces.start(index - 1) <= pieces.start(index);
  if (ascends) return order;
  return order.sort((a, b) => {
    const [left, right] = [pieces.start(a), pieces.start(b)];
    return left < right ? -1 : left > right ? 1 : a - b;
  });
}

/** Disjoint runs that cover [0, end) in ascending order, one at a time: at most twice as many as there are pieces, and one. */
export function* sweep(pieces: SweptPieces, end: bigint): Generator<SweepRun, undefined> {
  const order = startOrder(pieces);
  const active = new ActivePieces(pieces);
  let next = 0;
  let last: SweepRun | undefined;
  for (let position = 0n; position < end;) {
    while (next < order.length && pieces.start(order[next] ?? 0) <= position) active.add(order[next++] ?? 0);
    const index = active.top(position);
    let stop = index === -1 ? end : pieces.end(index);
    // Another piece may win from its start on.
    if (next < order.length && pieces.start(order[next] ?? 0) < stop) stop = pieces.start(order[next] ?? 0);
    if (stop > end) stop = end;
    if (last?.index === index) last = { start: last.start, end: stop, index };
    else {
      if (last !== undefined) yield last;
      last = { start: position, end: stop, index };
    }
    position = stop;
  }
  if (last !== undefined) yield last;
  return undefined;
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
