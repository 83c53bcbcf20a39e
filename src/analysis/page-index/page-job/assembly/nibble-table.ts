/** Tables of 256 yes or no, asked for 16 bytes at once. */
import { high, low } from './fingerprint';

/** A table of 256 yes or no as two rows of 16 bytes: by the low nibble, one bit for each high nibble up to 7 and from 8 on. */
export function nibbleTable(table: usize, target: usize): void {
  for (let low: usize = 0; low < 16; low += 1) {
    let below: i32 = 0;
    let above: i32 = 0;
    for (let high: usize = 0; high < 8; high += 1) {
      below |= (<i32>load<u8>(table + high * 16 + low)) << (<i32>high);
      above |= (<i32>load<u8>(table + 128 + high * 16 + low)) << (<i32>high);
    }
    store<u8>(target + low, <u8>below);
    store<u8>(target + 16 + low, <u8>above);
  }
}

/** Mask of the bytes that a nibble table holds. `below` and `above` are its rows for bytes up to 0x7f and from 0x80 on. */
export function members(low: v128, lowAbove: v128, bit: v128, below: v128, above: v128): v128 {
  // A swizzle gives 0 for places from 16 on, so that one of the two rows counts.
  const row = v128.or(i8x16.swizzle(below, low), i8x16.swizzle(above, lowAbove));
  return i8x16.eq(v128.and(row, bit), bit);
}
