/** Ascending ranges that neither touch nor overlap, in columns: 16 bytes a range and no object, because a dump may have a million. */
import type { AddressRange } from '../../shared/units.ts';
import { sortedOrder } from '../jobs/sorted-order.ts';
import { finish, stepTurns, type Steps } from '../jobs/steps.ts';
import type { AddressRanges } from './dump-format.ts';
import { doubled, roomFor } from './growing-column.ts';

export class RangeColumns implements AddressRanges {
  length = 0;
  #starts: BigUint64Array<ArrayBuffer>;
  #ends: BigUint64Array<ArrayBuffer>;

  private constructor(expected: number) {
    const room = roomFor(expected);
    this.#starts = new BigUint64Array(room);
    this.#ends = new BigUint64Array(room);
  }

  /**
   * Merges overlapping and touching ranges, whatever their order; empty ones are left out. At once: for a few.
   * @param expected ranges to make room for at once
   */
  static merged(ranges: Iterable<AddressRange>, expected = 0): RangeColumns {
    return finish(RangeColumns.mergedInSteps(ranges, expected));
  }

  /** The same in steps, for ranges of which headers may list a million. */
  static *mergedInSteps(ranges: Iterable<AddressRange>, expected = 0): Steps<RangeColumns> {
    const columns = new RangeColumns(expected);
    /** Those that do not follow the ones before, which is rare. */
    let unordered: RangeColumns | undefined;
    let turns = 0;
    for (const range of ranges) {
      if (++turns % stepTurns === 0) yield;
      if (range.start >= range.end) continue;
      if (unordered === undefined && !columns.#append(range)) unordered = new RangeColumns(expected);
      if (unordered !== undefined) unordered.#push(range);
    }
    if (unordered === undefined) return columns;
    for (const range of columns) unordered.#push(range);
    return yield* unordered.#sorted();
  }

  *#sorted(): Steps<RangeColumns> {
    // Comparing numbers of 64 bits makes objects: it is done where doubles are equal alone.
    const keys = Float64Array.from({ length: this.length }, (_, index) => Number(this.#starts[index] ?? 0n));
    const order = yield* sortedOrder(this.length, (left, right) => {
      const [one, other] = [keys[left] ?? 0, keys[right] ?? 0];
      return one === other ? (this.#starts[left] ?? 0n) < (this.#starts[right] ?? 0n) : one < other;
    });
    const sorted = new RangeColumns(this.length);
    for (let index = 0; index < this.length; index += 1) {
      if (index % stepTurns === 0) yield;
      const range = this.at(order?.[index] ?? index);
      if (range !== undefined) sorted.#append(range);
    }
    return sorted;
  }

  at(index: number): AddressRange | undefined {
    return index < 0 || index >= this.length ? undefined : { start: this.#starts[index] ?? 0n, end: this.#ends[index] ?? 0n };
  }

  /** Place of the first range that ends above an address. */
  #endingAbove(address: bigint): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? 0n) <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  holds(address: bigint): boolean {
    const at = this.#endingAbove(address);
    return at < this.length && (this.#starts[at] ?? 0n) <= address;
  }

  holdsAll(start: bigint, end: bigint): boolean {
    const at = this.#endingAbove(start);
    return at < this.length && (this.#starts[at] ?? 0n) <= start && end <= (this.#ends[at] ?? 0n);
  }

  overlaps(start: bigint, end: bigint): boolean {
    const at = this.#endingAbove(start);
    return at < this.length && (this.#starts[at] ?? 0n) < end;
  }

  get bytes(): bigint {
    let sum = 0n;
    for (let index = 0; index < this.length; index += 1) sum += (this.#ends[index] ?? 0n) - (this.#starts[index] ?? 0n);
    return sum;
  }

  *[Symbol.iterator](): Generator<AddressRange, undefined> {
    for (let index = 0; index < this.length; index += 1) {
      const range = this.at(index);
      if (range !== undefined) yield range;
    }
    return undefined;
  }

  /** False when the range begins before the last one does: then nothing is added. */
  #append({ start, end }: AddressRange): boolean {
    const last = this.length - 1;
    if (last >= 0) {
      if (start < (this.#starts[last] ?? 0n)) return false;
      const lastEnd = this.#ends[last] ?? 0n;
      if (start <= lastEnd) {
        if (end > lastEnd) this.#ends[last] = end;
        return true;
      }
    }
    this.#push({ start, end });
    return true;
  }

  #push({ start, end }: AddressRange): void {
    if (this.length === this.#starts.length) {
      this.#starts = doubled(this.#starts);
      this.#ends = doubled(this.#ends);
    }
    this.#starts[this.length] = start;
    this.#ends[this.length++] = end;
  }
}
