import { deflateSync, zstdCompressSync } from 'node:zlib';

import { lzo1xCompress } from './lzo1x.ts';
import { snappyCompress } from './snappy.ts';

/** Page compressions of kdump-compressed files and their flag bits (kdump-compressed.md section 5). */
export const pageCodecs = {
  none: { flag: 0x00, compress: (page: Uint8Array): Uint8Array => page },
  zlib: { flag: 0x01, compress: (page: Uint8Array): Uint8Array => new Uint8Array(deflateSync(page, { level: 1 })) },
  lzo: { flag: 0x02, compress: lzo1xCompress },
  snappy: { flag: 0x04, compress: snappyCompress },
  zstd: { flag: 0x20, compress: (page: Uint8Array): Uint8Array => new Uint8Array(zstdCompressSync(page)) },
} as const;

export type PageCodec = keyof typeof pageCodecs;
export const pageCodecNames = Object.keys(pageCodecs) as readonly PageCodec[];

/** A page as it is stored: compressed, or raw with flag 0 when that would not be shorter. */
export function storedPage(page: Uint8Array, codec: PageCodec): { readonly flag: number; readonly bytes: Uint8Array } {
  const { flag, compress } = pageCodecs[codec];
  if (codec === 'none') return { flag: 0, bytes: page };
  const bytes = compress(page);
  return bytes.length < page.length ? { flag, bytes } : { flag: 0, bytes: page };
}
