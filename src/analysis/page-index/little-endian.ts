/** Numbers of the index are little-endian, in WebAssembly's memory and in blobs alike, whatever the host (s390x is big-endian). */
import { endianness } from 'node:os';

const hostIsBig = endianness() === 'BE';

/** The bytes as little-endian words: a view on little-endian hosts, a swapped copy on big-endian ones. */
export function littleEndianWords(bytes: Uint8Array): Int32Array {
  if (!hostIsBig) return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const swapped = Buffer.from(bytes);
  swapped.swap32();
  return new Int32Array(swapped.buffer, swapped.byteOffset, swapped.length >> 2);
}

/** Words as little-endian bytes, the order in which blobs keep them: a view on little-endian hosts. */
export function littleEndianBytes(words: Int32Array): Buffer {
  const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength);
  return hostIsBig ? Buffer.from(bytes).swap32() : bytes;
}
