/** How the data of a packed file end. */
export type UnpackEnd =
  | { readonly kind: 'whole' }
  /** The file ends within a member or frame, which begins at `at`. */
  | { readonly kind: 'cut'; readonly at: number }
  /** From `at` on, after the last member or frame, lie bytes that are none. */
  | { readonly kind: 'followed'; readonly at: number; readonly bytes: number };

/** How data that are damaged end: not all that was stored came out, or other bytes did. */
export class DamagedData extends Error {
  readonly at: number;

  /** @param at position of the member or frame in the packed file */
  constructor(what: string, at: number) {
    super(what);
    this.at = at;
  }
}

/** What a decompressor of Node.js finds is of the data; all else is of what they are read from. */
export function damageOf(error: unknown, at: number): unknown {
  return error instanceof Error && 'code' in error && /^Z(STD)?_/.test(String(error.code)) ? new DamagedData(String(error.code), at) : error;
}

/** Gives what is unpacked, and returns how it ended. Fails with DamagedData. */
export type Unpacked = AsyncGenerator<Uint8Array, UnpackEnd>;
