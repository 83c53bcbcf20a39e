/**
 * Passes one member or frame through a decompressor of Node.js. Its streams drop what they hold when they fail, and say only in
 * `bytesWritten` how much of their input belongs to what they unpack.
 */
import type { Transform } from 'node:stream';
import type zlib from 'node:zlib';

export type Decompressor = Transform & zlib.Zlib;

/** Where packed bytes come from: `took` is how many of those that were given belong to the member. */
export interface PackedInput {
  /** Empty at the end of the input. */
  next(): Promise<Uint8Array>;
  took(bytes: number): void;
}

/** @returns whether the input ended first: with a decompressor that is lenient at its end, what came out before is all there is */
export async function* throughDecompressor(inner: Decompressor, input: PackedInput): AsyncGenerator<Uint8Array, boolean> {
  const end: { failure?: Error; reached: boolean } = { reached: false };
  let isWriting = false;
  let starved = false;
  let accounted = 0;
  let wake = (): void => undefined;
  const account = (): void => {
    // At its end a decompressor never calls back for the piece that it did not take whole.
    input.took(inner.bytesWritten - accounted);
    accounted = inner.bytesWritten;
  };
  inner.on('readable', () => {
    wake();
  });
  inner.on('error', (error) => {
    end.failure = error;
    wake();
  });
  inner.on('end', () => {
    end.reached = true;
    wake();
  });
  try {
    for (;;) {
      const piece = inner.read() as Buffer | null;
      if (piece !== null) {
        yield piece;
        continue;
      }
      if (end.failure !== undefined) throw end.failure;
      if (end.reached) break;
      if (!isWriting && !starved) {
        account();
        const next = await input.next();
        starved = next.length === 0;
        isWriting = !starved;
        if (starved) inner.end();
        else
          inner.write(next, () => {
            isWriting = false;
            wake();
          });
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    account();
    return starved;
  } finally {
    inner.destroy();
  }
}
