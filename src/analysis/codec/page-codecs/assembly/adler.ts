/** Adler-32, a multiple of 16 bytes at a time. */
export function adler(from: usize, count: usize): u32 {
  let a: u64 = 1;
  let b: u64 = 0;
  let at = from;
  const end = from + count;
  while (at + 16 <= end) {
    const strip = end - at < 4096 ? (end - at) & ~15 : 4096;
    let sums = i32x4.splat(0);
    let before = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    for (const stop = at + strip; at < stop; at += 16) {
      const v = v128.load(at);
      before = i32x4.add(before, sums);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(v)));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(v), i16x8(16, 15, 14, 13, 12, 11, 10, 9)));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(v), i16x8(8, 7, 6, 5, 4, 3, 2, 1)));
    }
    b = (b + a * <u64>strip + 16 * lanes(before) + lanes(weighted)) % 65521;
    a = (a + lanes(sums)) % 65521;
  }
  for (; at < end; at += 1) {
    a = (a + <u64>load<u8>(at)) % 65521;
    b = (b + a) % 65521;
  }
  return <u32>((b << 16) | a);
}

function lanes(v: v128): u64 {
  return (
    <u64>(<u32>i32x4.extract_lane(v, 0)) + <u64>(<u32>i32x4.extract_lane(v, 1)) + <u64>(<u32>i32x4.extract_lane(v, 2)) + <u64>(<u32>i32x4.extract_lane(v, 3))
  );
}
