/** Vectors of a page: which are sampled, and sums over their lanes. */

/** Sum of four unsigned lanes. */
export function lanes(v: v128): u64 {
  return (
    <u64>(<u32>i32x4.extract_lane(v, 0)) + <u64>(<u32>i32x4.extract_lane(v, 1)) + <u64>(<u32>i32x4.extract_lane(v, 2)) + <u64>(<u32>i32x4.extract_lane(v, 3))
  );
}

/** Sum of sixteen unsigned bytes. */
export function byteSum(v: v128): i32 {
  return <i32>lanes(i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(v)));
}

/** Address of sampled vector k: every column of 64-byte structures is seen. */
export function sampled(at: usize, vector: usize): usize {
  return at + (vector << 6) + ((vector & 3) << 4);
}
