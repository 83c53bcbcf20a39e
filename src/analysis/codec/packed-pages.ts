/** Pages that are read together, and decoded where they lie: no call and no copy for each of them. */
import { plainZlib, plainZstd } from './inflate.ts';
import { plainLzo1x } from './lzo1x.ts';
import type { PageCodec, PageDecoder } from './page-codec.ts';
import { wasmRoom } from './page-codecs/wasm-decoders.ts';
import { plainSnappy } from './snappy.ts';

export interface PackedPages {
  /** Room for the data of pages as they are stored. What lies there lasts until anything else is decoded in this thread. */
  readonly bytes: Uint8Array;
  /**
   * Decodes `size` bytes of the room from `at` on to `count` bytes of `target` from `to` on.
   * @returns in words why that fails
   */
  decode(codec: PageCodec, at: number, size: number, target: Uint8Array, to: number, count: number): string | undefined;
}

const plain: Readonly<Record<PageCodec, PageDecoder>> = { zlib: plainZlib, lzo: plainLzo1x, snappy: plainSnappy, zstd: plainZstd };
const plainRoomBytes = 1 << 18;

export function packedPages(): PackedPages {
  const wasm = wasmRoom();
  const bytes = wasm?.bytes ?? new Uint8Array(plainRoomBytes);
  return {
    bytes,
    decode(codec, at, size, target, to, count) {
      if (wasm?.decode(codec, at, size, target, to, count) === true) return undefined;
      return plain[codec](bytes.subarray(at, at + size), target.subarray(to, to + count));
    },
  };
}
