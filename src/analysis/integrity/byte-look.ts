/** What foreign bytes look like: a hint at who wrote them, determined from the bytes alone and never certain. */

/** Sectors of disks, the unit in which a stray transfer lands. */
const sectorBytes = 512;
const pageBytes = 4096;

const isText = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** The shortest word of 1, 2, 4 or 8 bytes that the bytes repeat. */
function repeated(bytes: Uint8Array): Uint8Array | undefined {
  for (const period of [1, 2, 4, 8]) {
    if (bytes.length >= period * 4 && bytes.every((byte, index) => byte === bytes[index % period])) return bytes.subarray(0, period);
  }
  return undefined;
}

/** Zeros, a fill pattern, a text, or "other data". */
export function patternOf(bytes: Uint8Array): string {
  const pattern = repeated(bytes);
  if (pattern !== undefined) {
    if (pattern.every((byte) => byte === 0)) return 'zeros';
    return `a fill pattern 0x${Buffer.from(pattern).toString('hex')}`;
  }
  if (bytes.length >= 8 && bytes.every(isText))
    return `text "${Buffer.from(bytes.subarray(0, 40)).toString('latin1').trimEnd()}${bytes.length > 40 ? '...' : ''}"`;
  return 'other data';
}

function contentWords(bytes: Uint8Array, at: bigint, memoryEnd: bigint): string {
  const pattern = patternOf(bytes);
  if (pattern !== 'other data') return pattern;
  // Big-endian doublewords that lie in memory, most of them not zero.
  const first = Number((8n - (at % 8n)) % 8n);
  const words: bigint[] = [];
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let offset = first; offset + 8 <= view.length; offset += 8) words.push(view.readBigUInt64BE(offset));
  const pointers = words.filter((word) => word >= 0x1000n && word < memoryEnd).length;
  if (words.length >= 2 && pointers * 2 > words.length) return `pointers (${pointers} of ${words.length} doublewords are addresses in memory)`;
  return 'other data';
}

/** One bit alone is a sign of a memory fault, not of a writer. */
function flippedBit(found: Uint8Array, original: Uint8Array): number | undefined {
  if (found.length !== 1) return undefined;
  const difference = (found[0] ?? 0) ^ (original[0] ?? 0);
  return difference !== 0 && (difference & (difference - 1)) === 0 ? Math.log2(difference) : undefined;
}

/**
 * @param found the bytes that should not be there
 * @param original what was there
 * @param at absolute address of the first
 * @param memoryEnd one past the last absolute address of the machine
 */
export function lookOf(found: Uint8Array, original: Uint8Array, at: bigint, memoryEnd: bigint): string {
  const bit = flippedBit(found, original);
  if (bit !== undefined) return `one flipped bit (bit ${bit}, counted from the least significant)`;
  const words = contentWords(found, at, memoryEnd);
  if (found.length % pageBytes === 0 && at % BigInt(pageBytes) === 0n)
    return `${found.length / pageBytes === 1 ? 'a page' : `${found.length / pageBytes} pages`} of foreign data: ${words}`;
  if (found.length % sectorBytes === 0 && at % BigInt(sectorBytes) === 0n) {
    const sectors = found.length / sectorBytes;
    return `an I/O buffer of ${sectors === 1 ? 'one sector' : `${sectors} sectors`} of 512 bytes at a sector boundary: ${words}`;
  }
  return words;
}
