/** Pages that a plan has and the source did not give: ascending ranges, in columns, because a damaged dump may have a million. */
import type { Pfn } from '../../shared/units.ts';
import { NumberColumn } from '../source/number-column.ts';
import type { WriterState } from './export-writer.ts';
import type { PageRange } from './planned-parts.ts';

export class LostPages {
  readonly #starts = new NumberColumn();
  readonly #ends = new NumberColumn();
  /** End of the last range, which may still grow. */
  #end = -1;
  #start = -1;

  /** What `state` gave. */
  static from(state: WriterState): LostPages {
    const lost = new LostPages();
    const numbers = Array.isArray(state) ? (state as readonly number[]) : [];
    for (let at = 0; at + 1 < numbers.length; at += 2) {
      lost.#close();
      lost.#start = numbers[at] ?? 0;
      lost.#end = numbers[at + 1] ?? 0;
    }
    return lost;
  }

  /** Pages come in ascending order. */
  add(pfn: Pfn): void {
    if (this.#start >= 0 && pfn === this.#end) {
      this.#end += 1;
      return;
    }
    this.#close();
    this.#start = pfn;
    this.#end = pfn + 1;
  }

  #close(): void {
    if (this.#start < 0) return;
    this.#starts.push(this.#start);
    this.#ends.push(this.#end);
    this.#start = -1;
  }

  get isEmpty(): boolean {
    return this.#start < 0 && this.#starts.length === 0;
  }

  /** Start and end of each range. */
  state(): WriterState {
    const open = this.#start < 0 ? [] : [this.#start, this.#end];
    return [...Array.from({ length: 2 * this.#starts.length }, (_, at) => (at % 2 === 0 ? this.#starts.at(at / 2) : this.#ends.at((at - 1) / 2))), ...open];
  }

  /** What is left of a stretch without them. */
  *without(startPfn: Pfn, endPfn: Pfn): Generator<PageRange, undefined> {
    this.#close();
    let from = startPfn;
    for (let at = this.#ends.firstFrom(startPfn + 1); at < this.#starts.length && this.#starts.at(at) < endPfn; at += 1) {
      if (this.#starts.at(at) > from) yield { startPfn: from, endPfn: this.#starts.at(at) };
      from = Math.max(from, this.#ends.at(at));
    }
    if (from < endPfn) yield { startPfn: from, endPfn };
    return undefined;
  }
}
