/** Bits of a row of bytes, the highest of each byte first. */
export class BitRow {
  readonly #bytes: Uint8Array;
  /** Of the next bit. */
  #at: number;
  #beyond = false;

  /** @param at position of the first bit */
  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** In bits. */
  get position(): number {
    return this.#at;
  }

  /** True once more bits were taken than there are; those were zeros. */
  isBeyond(): boolean {
    return this.#beyond;
  }

  /** The next 20 bits, without taking them. */
  peek20(): number {
    const at = this.#at >>> 3;
    const bytes = this.#bytes;
    const word = (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) << (this.#at & 7);
    return word >>> 12;
  }

  drop(bits: number): void {
    this.#at += bits;
    if (this.#at > this.#bytes.length * 8) this.#beyond = true;
  }

  /** The next bits, 24 at most. */
  take(bits: number): number {
    const high = Math.min(bits, 16);
    let value = this.peek20() >>> (20 - high);
    this.drop(high);
    if (bits > high) {
      value = (value << (bits - high)) | (this.peek20() >>> (20 - (bits - high)));
      this.drop(bits - high);
    }
    return value;
  }
}
