/** The memory that a kdump-compressed dump describes, by bitmap 1 (or 2 where there is only one). */
import { stepTurns, type Steps } from '../jobs/steps.ts';
import type { AddressRange } from '../../shared/units.ts';
import type { AddressRanges } from './dump-format.ts';
import type { PageBitmap } from './page-bitmap.ts';
import { RangeColumns } from './range-columns.ts';

/** Ranges that are worth columns: real machines have some dozens. A damaged bitmap has one for every other page. */
const mostListed = 2 ** 18;

/** Half-open ranges of addresses of the blocks whose bits are set. */
function* rangesOf(bitmap: PageBitmap, blockSize: bigint): Generator<AddressRange, undefined> {
  for (const run of bitmap.runs()) if (run.set) yield { start: BigInt(run.start) * blockSize, end: BigInt(run.end) * blockSize };
  return undefined;
}

/** In steps: bits may change from page to page. */
export function* kdumpRanges(bitmap: PageBitmap, blockSize: number): Steps<AddressRanges> {
  const size = BigInt(blockSize);
  const first: AddressRange[] = [];
  for (const range of rangesOf(bitmap, size)) {
    first.push(range);
    if (first.length % stepTurns === 0) yield;
    if (first.length > mostListed) return new BitmapRanges(bitmap, size, { count: yield* bitmap.countRuns(), set: yield* bitmap.counted() });
  }
  return RangeColumns.merged(first, first.length);
}

/** Ranges that are asked of the bitmap, as a list of them would be many times as large. */
class BitmapRanges implements AddressRanges {
  readonly length: number;
  readonly bytes: bigint;
  readonly #bitmap: PageBitmap;
  readonly #blockSize: bigint;

  constructor(bitmap: PageBitmap, blockSize: bigint, { count, set }: { readonly count: number; readonly set: number }) {
    this.#bitmap = bitmap;
    this.#blockSize = blockSize;
    this.length = count;
    this.bytes = BigInt(set) * blockSize;
  }

  at(index: number): AddressRange | undefined {
    let place = 0;
    for (const range of this) if (place++ === index) return range;
    return undefined;
  }

  holds(address: bigint): boolean {
    return this.#bitmap.has(Number(address / this.#blockSize));
  }

  holdsAll(start: bigint, end: bigint): boolean {
    return this.#set(start, end) === Number((end + this.#blockSize - 1n) / this.#blockSize - start / this.#blockSize);
  }

  overlaps(start: bigint, end: bigint): boolean {
    return start < end && this.#set(start, end) > 0;
  }

  [Symbol.iterator](): Generator<AddressRange, undefined> {
    return rangesOf(this.#bitmap, this.#blockSize);
  }

  /** Blocks of [start, end), whole or not, whose bits are set. */
  #set(start: bigint, end: bigint): number {
    return this.#bitmap.rank(Number((end + this.#blockSize - 1n) / this.#blockSize)) - this.#bitmap.rank(Number(start / this.#blockSize));
  }
}
