/** Overlapping pieces to disjoint runs, in O(n log n) and in steps: headers are hostile input, and may list millions. */
import { sortedOrder } from '../jobs/sorted-order.ts';
import { stepTurns, type Steps } from '../jobs/steps.ts';

/** Pieces by number: what the sweep asks of them. Positions are whole numbers that a double holds. */
export interface SweptPieces {
  readonly length: number;
  start(index: number): number;
  end(index: number): number;
}

/** Smallest-first queue of the ranks of pieces that cover the sweep position; entries are dropped when their end is passed. */
class ActivePieces {
  readonly #heap: number[] = [];
  readonly #endOf: (rank: number) => number;
  constructor(endOf: (rank: number) => number) {
    this.#endOf = endOf;
  }
  add(rank: number): void {
    const heap = this.#heap;
    const first = heap[0];
    // One that ends no later than a better one never wins.
    if (first !== undefined && first < rank && this.#endOf(first) >= this.#endOf(rank)) return;
    let at = heap.push(rank) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((heap[parent] ?? 0) <= rank) break;
      heap[at] = heap[parent] ?? 0;
      at = parent;
    }
    heap[at] = rank;
  }
  /** Rank of the winning piece at a position, or -1 where none covers it. */
  top(position: number): number {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return -1;
      if (this.#endOf(first) > position) return first;
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

export interface SweepPlan {
  readonly end: number;
  /** Which of the pieces that cover a place has it: the one listed first, or the one listed last. */
  readonly wins: 'first' | 'last';
}

/**
 * Disjoint runs that cover [0, end) in ascending order: at most twice as many as there are pieces, and one.
 * @param onRun hears where each begins and which piece wins there; -1: none covers it. No two in a row are of the same piece.
 */
export function* sweep(pieces: SweptPieces, { end, wins }: SweepPlan, onRun: (start: number, index: number) => void): Steps<void> {
  const order = yield* sortedOrder(pieces.length, (left, right) => pieces.start(left) < pieces.start(right));
  const count = pieces.length;
  /** The number of a piece from its rank, and the other way round. */
  const ranked = (number: number): number => (wins === 'first' ? number : count - 1 - number);
  const active = new ActivePieces((rank) => pieces.end(ranked(rank)));
  let next = 0;
  let turns = 0;
  let last: number | undefined;
  const upcoming = (): number => (order === undefined ? next : (order[next] ?? 0));
  for (let position = 0; position < end;) {
    if (++turns % stepTurns === 0) yield;
    for (; next < count && pieces.start(upcoming()) <= position; next += 1) {
      if (++turns % stepTurns === 0) yield;
      active.add(ranked(upcoming()));
    }
    const rank = active.top(position);
    const index = rank === -1 ? -1 : ranked(rank);
    let stop = index === -1 ? end : pieces.end(index);
    // Another piece may win from its start on.
    if (next < count) stop = Math.min(stop, pieces.start(upcoming()));
    if (index !== last) onRun(position, index);
    last = index;
    position = stop;
  }
}
