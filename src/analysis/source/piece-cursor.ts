/** Pieces of a stream as one row of bytes that can be looked at before they are taken. */
export type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const empty = Buffer.alloc(0);
const bufferOf = (piece: Uint8Array): Buffer => Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);

export class PieceCursor {
  readonly #pieces: AsyncIterator<Uint8Array, undefined>;
  #held: Buffer = empty;
  readonly #seek: ((bytes: number) => number) | undefined;
  /** Bytes that were taken. */
  position = 0;

  /** @param seek passes over bytes that come next without reading them, and returns over how many */
  constructor(pieces: Pieces, seek?: (bytes: number) => number) {
    this.#seek = seek;
    this.#pieces = (async function* (): AsyncGenerator<Uint8Array, undefined> {
      yield* pieces;
      return undefined;
    })();
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#pieces.next();
    if (done === true) return false;
    this.#held = this.#held.length === 0 ? bufferOf(value) : Buffer.concat([this.#held, value]);
    return true;
  }

  /** The next bytes, fewer at the end of the stream. */
  async look(bytes: number): Promise<Buffer> {
    while (this.#held.length < bytes && (await this.#more()));
    return this.#held.subarray(0, bytes);
  }

  /** What is at hand of the next bytes; empty at the end of the stream. */
  async next(): Promise<Buffer> {
    while (this.#held.length === 0) if (!(await this.#more())) return empty;
    return this.#held;
  }

  /** Takes bytes that were looked at. */
  took(bytes: number): void {
    this.#held = this.#held.subarray(bytes);
    this.position += bytes;
  }

  /** Takes bytes in pieces as they come, fewer at the end of the stream. */
  async *take(bytes: number): AsyncGenerator<Buffer, undefined> {
    for (let left = bytes; left > 0;) {
      const piece = (await this.next()).subarray(0, left);
      if (piece.length === 0) return undefined;
      this.took(piece.length);
      left -= piece.length;
      yield piece;
    }
    return undefined;
  }

  /** Takes bytes and drops them. @returns how many there were */
  async skip(bytes: number): Promise<number> {
    const before = this.position;
    if (this.#seek !== undefined && bytes > this.#held.length && bytes < Infinity) {
      const held = this.#held.length;
      this.took(held);
      this.position += this.#seek(bytes - held);
    } else for await (const _ of this.take(bytes));
    return this.position - before;
  }

  /** Ends what the pieces come from, where it is not at its end. */
  async close(): Promise<void> {
    await this.#pieces.return?.(undefined);
  }

  /** Takes zeros. */
  async skipZeros(): Promise<void> {
    for (let piece = await this.next(); piece.length > 0; piece = await this.next()) {
      const other = piece.findIndex((byte) => byte !== 0);
      this.took(other === -1 ? piece.length : other);
      if (other !== -1) return;
    }
  }
}
