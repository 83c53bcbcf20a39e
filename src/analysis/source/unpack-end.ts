/** Which layer of a file that is packed several times a position is in: "tar", "gzip"; none: the only one. `isFile`: the outermost, so that it is one of the file. */
export interface PackedLayer {
  readonly name: string;
  readonly isFile: boolean;
}

/** How the data of a packed file end. */
export type UnpackEnd =
  | { readonly kind: 'whole' }
  /** The file ends within a member or frame, which begins at `at`. */
  | { readonly kind: 'cut'; readonly at: number; readonly layer?: PackedLayer | undefined }
  /**
   * The member or frame at `at` is damaged (`what` says how). `contents`: it unpacked to its end, but not to what its checksum says, and what follows it
   * was unpacked too; else nothing was unpacked from there on. `ofIndex`: what is damaged is the list of what came before (xz), not the data themselves.
   */
  | {
      readonly kind: 'damaged';
      readonly at: number;
      readonly what: string;
      readonly contents: boolean;
      readonly ofIndex?: boolean | undefined;
      readonly layer?: PackedLayer | undefined;
    }
  /** The disk does not give the file from `at` on. */
  | { readonly kind: 'unread'; readonly at: number; readonly why: string }
  /** From `at` on, after the last member or frame, lie bytes that are none. */
  | { readonly kind: 'followed'; readonly at: number; readonly bytes: number };

export type Damage = Extract<UnpackEnd, { readonly kind: 'damaged' }>;

/** Each part takes a decompressor of its own, a tenth of a millisecond or more: a file of nothing else would keep one busy for minutes. */
const manyParts = 1 << 14;
const leastBytesOfMany = 4096;

/** Counts the members, frames or blocks of a file, and what came out of them. */
export class PartCount {
  #parts = 0;
  #bytes = 0;

  /** @param at position of the part @returns damage once there are more of them than any packer makes of so little */
  add(bytes: number, at: number): Damage | undefined {
    this.#parts += 1;
    this.#bytes += bytes;
    if (this.#parts <= manyParts || this.#bytes >= this.#parts * leastBytesOfMany) return undefined;
    return {
      kind: 'damaged',
      at,
      what: `there are more than ${manyParts} members, frames or blocks, with less than ${leastBytesOfMany} bytes each on average`,
      contents: false,
    };
  }
}

/** What a decompressor of Node.js finds is of the data; all else is of what they are read from. @throws error that is none of the data */
export function damageOf(error: unknown, at: number): Damage {
  if (!(error instanceof Error) || !('code' in error) || !/^Z(STD)?_/.test(String(error.code))) throw error;
  const code = String(error.code);
  return code === 'ZSTD_error_checksum_wrong'
    ? { kind: 'damaged', at, what: 'their checksum does not match', contents: true }
    : { kind: 'damaged', at, what: code, contents: false };
}

/** Gives what is unpacked, and returns how it ended. */
export type Unpacked = AsyncGenerator<Uint8Array, UnpackEnd>;
