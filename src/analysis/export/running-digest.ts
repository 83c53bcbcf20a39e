/** SHA-256 of a file while it is written: what comes in order is taken at once, the rest is read when the file is whole. */
import { createHash, type Hash } from 'node:crypto';
import type { Steps } from '../jobs/steps.ts';

/** Zeros that are taken at once where nothing was written, in some 50 ms; a larger hole is read later, in steps. */
const mostZeros = 64 << 20;
const readAtOnce = 4 << 20;
const zeros = Buffer.alloc(1 << 20);

/** Plain JSON. */
export interface DigestState {
  /** Bytes from the beginning of the file that the digest is of. */
  readonly position: number;
  readonly sha256: string;
  /** Whether more was written than that. */
  readonly isBehind: boolean;
}

/** How a finished file is read. @returns bytes that came: fewer at its end alone */
export type ReadBack = (position: number, target: Uint8Array) => number;

export class RunningDigest {
  #hash: Hash = createHash('sha256');
  /** Once something was passed over, all that follows is read later. */
  #isBehind = false;
  /** Bytes from the beginning of the file that it has. */
  position = 0;

  /** What was written at a position. */
  wrote(position: number, bytes: Uint8Array): void {
    if (position < this.position) {
      // A header that is only known now: the file is read again.
      this.#hash = createHash('sha256');
      this.position = 0;
      this.#isBehind = true;
    }
    if (this.#isBehind || position - this.position > mostZeros) {
      this.#isBehind = true;
      return;
    }
    for (; this.position < position; this.position += zeros.length) this.#hash.update(zeros.subarray(0, position - this.position));
    this.#hash.update(bytes);
    this.position = position + bytes.length;
  }

  state(): DigestState {
    return { position: this.position, sha256: this.#hash.copy().digest('hex'), isBehind: this.#isBehind };
  }

  /** @returns 64 hex digits */
  get sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  /** Takes what an earlier run had written. @returns false where the file has other bytes now */
  *goOn({ position, sha256, isBehind }: DigestState, read: ReadBack, onBytes: (done: number) => void): Steps<boolean> {
    yield* this.catchUp(read, position, onBytes);
    this.#isBehind = isBehind;
    return this.position === position && this.sha256 === sha256;
  }

  /** Takes what is missing up to `size`. @param onBytes hears how far it is */
  *catchUp(read: ReadBack, size: number, onBytes: (done: number) => void): Steps<void> {
    const piece = Buffer.allocUnsafe(readAtOnce);
    while (this.position < size) {
      const got = read(this.position, piece.subarray(0, Math.min(piece.length, size - this.position)));
      if (got === 0) break;
      this.#hash.update(piece.subarray(0, got));
      this.position += got;
      onBytes(this.position);
      yield;
    }
    this.#isBehind = false;
  }
}
