import zlib from 'node:zlib';
import type { PageDecoder } from './page-codec.ts';
import { withWasm } from './page-codecs/wasm-decoders.ts';

/** Runs a decompressor of node:zlib that stops at the size of the page. */
function bounded(name: string, decompress: (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array): PageDecoder {
  return (input, output) => {
    let bytes: Uint8Array;
    try {
      bytes = decompress(input, { maxOutputLength: output.length });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      return code === 'ERR_BUFFER_TOO_LARGE' ? `the ${name} data unpack to more than ${output.length} bytes` : `the ${name} data are damaged (${code})`;
    }
    if (bytes.length !== output.length) return `the ${name} data unpack to ${bytes.length} bytes instead of ${output.length}`;
    output.set(bytes);
    return undefined;
  };
}

/** zlib stream (RFC 1950) with its Adler-32. */
export const plainZlib: PageDecoder = bounded('zlib', zlib.inflateSync);
export const decodeZlib: PageDecoder = withWasm('zlib', plainZlib);
/** Absent before Node 22.15, which an engine host may still be: then pages that are out of the ordinary cannot be read. */
const zstd = (zlib as Partial<typeof zlib>).zstdDecompressSync;

/** One zstd frame. */
export const plainZstd: PageDecoder = zstd === undefined ? () => `this Node.js ${process.versions.node} has no zstd` : bounded('zstd', zstd);
export const decodeZstd: PageDecoder = withWasm('zstd', plainZstd);
