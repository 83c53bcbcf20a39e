/**
 * csum_partial as the CHECKSUM instruction computes it: the 32-bit one's-complement sum of big-endian words, not folded,
 * not inverted (meminfo.md section 5; arch/s390/include/asm/checksum.h).
 */
export function csumPartial(data: Uint8Array, seed = 0): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const whole = data.length & ~3;
  // A double holds the plain sum of 2^21 words exactly; fold before that.
  let sum = seed;
  for (let at = 0; at < whole; at += 4) {
    sum += view.getUint32(at);
    if (sum > 0xffff_ffff) sum -= 0xffff_ffff;
  }
  if (whole < data.length) {
    let last = 0;
    for (let at = 0; at < 4; at += 1) last = last * 256 + (data[whole + at] ?? 0);
    sum += last;
    if (sum > 0xffff_ffff) sum -= 0xffff_ffff;
  }
  return sum;
}

/**
 * Sum over two pieces that begin at multiples of 4 bytes, from the sums of each (csum_add of the kernel).
 * @param more may be given as a signed 32-bit number
 */
export function csumAdd(sum: number, more: number): number {
  const both = sum + (more >>> 0);
  return both > 0xffff_ffff ? both - 0xffff_ffff : both;
}
