/**
 * The z/Architecture CHECKSUM sum: big-endian 32-bit words added with end-around carry, a short last word padded with
 * zero bytes on the right; not folded, not complemented (meminfo.md section 5).
 * @returns 0 … 2^32 − 1; the seed itself for no bytes
 */
export function cksm(bytes: Uint8Array, seed = 0): number {
  let sum = seed;
  for (let offset = 0; offset < bytes.length; offset += 4) {
    const at = (index: number): number => bytes[offset + index] ?? 0;
    sum += at(0) * 0x1000000 + at(1) * 0x10000 + at(2) * 0x100 + at(3);
    if (sum > 0xffffffff) sum = sum - 0x100000000 + 1;
  }
  return sum;
}
