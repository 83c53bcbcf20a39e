/** Constants of the inner loops. */
import { constantsAt } from './memory-map';

/** Factor of each step of the fingerprint. */
export const stepFactor: i32 = 0x9e3779b1;

// Offsets from constantsAt.
export const atFactor: usize = 0;
export const atEvenBytes: usize = 16;
export const atSpaces: usize = 32;
export const atOne: usize = 48;
export const atWhite: usize = 64;
export const atWhiteEnd: usize = 80;
export const atLowNibble: usize = 96;
export const atTopBit: usize = 112;
export const atLowThreeBits: usize = 128;
export const atPowers: usize = 144;
export const atReversed: usize = 160;
export const atThree: usize = 176;
export const atSeven: usize = 192;
export const atFfff: usize = 208;
export const atLane: usize = 224;
export const atLastBytes: usize = 288;

export function setConstants(): void {
  v128.store(constantsAt, i32x4.splat(stepFactor), atFactor);
  v128.store(constantsAt, i16x8.splat(0x00ff), atEvenBytes);
  v128.store(constantsAt, i8x16.splat(0x20), atSpaces);
  v128.store(constantsAt, i8x16.splat(1), atOne);
  // White space is 9 to 13: shifted so that it is least among signed bytes.
  v128.store(constantsAt, i8x16.splat(119), atWhite);
  v128.store(constantsAt, i8x16.splat(-123), atWhiteEnd);
  v128.store(constantsAt, i8x16.splat(-113), atLowNibble);
  v128.store(constantsAt, i8x16.splat(-128), atTopBit);
  v128.store(constantsAt, i8x16.splat(7), atLowThreeBits);
  v128.store(constantsAt, i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0), atPowers);
  v128.store(constantsAt, i8x16(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8), atReversed);
  v128.store(constantsAt, i64x2.splat(3), atThree);
  v128.store(constantsAt, i64x2.splat(7), atSeven);
  v128.store(constantsAt, i64x2.splat(0xffff), atFfff);
  for (let byte = 0; byte < 4; byte += 1) v128.store(constantsAt + ((<usize>byte) << 4), i32x4.splat(0xff << (byte << 3)), atLane);
  v128.store(constantsAt, i32x4.splat(0xff000000), atLastBytes);
}
