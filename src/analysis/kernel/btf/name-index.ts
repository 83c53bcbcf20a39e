/**
 * Which types have a name, without a copy of any name: rows of a table by the hash of their names, in typed arrays. A blob from a
 * damaged dump can name millions of types by overlapping pieces of one string.
 */
import { nameHash, slotOf } from '../symbols/symbol-names.ts';

/** Rows of one bucket that are looked at. Sound tables have a few; names can be made to share one. */
const mostLooks = 1024;

export class NameIndex {
  readonly #nameOf: (row: number) => string;
  /** First row of each bucket, counted from 1; 0 for none. */
  readonly #heads: Int32Array;
  /** The row before in the same bucket, counted from 1; 0 for none, -1 for rows that were not added. */
  readonly #links: Int32Array;
  readonly #rows: number;

  /** @param rows how many there are at most */
  constructor(rows: number, nameOf: (row: number) => string) {
    this.#nameOf = nameOf;
    this.#rows = rows;
    this.#heads = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(16, rows))));
    this.#links = new Int32Array(rows).fill(-1);
  }

  add(row: number): void {
    const bucket = this.#bucketOf(this.#nameOf(row));
    this.#links[row] = this.#heads[bucket] ?? 0;
    this.#heads[bucket] = row + 1;
  }

  #bucketOf(name: string): number {
    return slotOf(nameHash(name), this.#heads.length);
  }

  /** Rows of a name, ascending. */
  rows(name: string): number[] {
    const found: number[] = [];
    for (let at = this.#heads[this.#bucketOf(name)] ?? 0, looks = 0; at > 0 && looks < mostLooks; at = this.#links[at - 1] ?? 0, looks += 1)
      if (this.#nameOf(at - 1) === name) found.push(at - 1);
    return found.reverse();
  }

  /** Each name once, in the order of its first row. */
  *names(): Generator<string> {
    for (let row = 0; row < this.#rows; row += 1) {
      if (this.#links[row] === -1) continue;
      const name = this.#nameOf(row);
      if (this.#isFirst(row, name)) yield name;
    }
  }

  /** Whether no row before it has the same name. */
  #isFirst(row: number, name: string): boolean {
    for (let at = this.#links[row] ?? 0, looks = 0; at > 0 && looks < mostLooks; at = this.#links[at - 1] ?? 0, looks += 1)
      if (this.#nameOf(at - 1) === name) return false;
    return true;
  }
}
