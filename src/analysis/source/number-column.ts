/**
 * Growing list of numbers, 8 bytes a number (4 where all are below 2^32), where a dump may have millions of records. It grows by a chunk at a time: doubling an array
 * would need three times the room for a moment.
 */
const chunkBits = 14;
const chunkLength = 1 << chunkBits;

type Chunk = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

export class NumberColumn {
  readonly #chunks: Chunk[] = [];
  readonly #chunk: new (length: number) => Chunk;
  length = 0;

  constructor(chunk: new (length: number) => Chunk = Float64Array) {
    this.#chunk = chunk;
  }

  push(value: number): void {
    let chunk = this.#chunks[this.length >>> chunkBits];
    if (chunk === undefined) {
      chunk = new this.#chunk(chunkLength);
      this.#chunks.push(chunk);
    }
    chunk[this.length++ & (chunkLength - 1)] = value;
  }

  /** 0 where there is none. */
  at(index: number): number {
    return index < this.length ? (this.#chunks[index >>> chunkBits]?.[index & (chunkLength - 1)] ?? 0) : 0;
  }

  /** First index whose value is not below `value`, in an ascending column; the length when there is none. */
  firstFrom(value: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at(middle) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
