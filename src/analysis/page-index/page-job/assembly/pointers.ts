/** Pages of pointers. */
import { atFfff, atReversed, atSeven, atThree } from './constants';
import { constantsAt, pointersLeast, pointersShare, setting } from './memory-map';
import { sampled } from './page-vectors';

/** Mask of 64-bit units that look like an address; see isLittleAddress of page-class.ts. */
function addresses(unit: v128, zero: v128, three: v128, seven: v128, ffff: v128): v128 {
  const top = i64x2.shr_u(unit, 48);
  const aligned4 = i64x2.eq(v128.and(unit, three), zero);
  const aligned8 = i64x2.eq(v128.and(unit, seven), zero);
  const kernel = i64x2.eq(top, ffff);
  const below1TiB = i64x2.eq(i64x2.shr_u(unit, 40), zero);
  const below4GiB = v128.andnot(i64x2.eq(i64x2.shr_u(unit, 32), zero), i64x2.eq(i64x2.shr_u(unit, 20), zero));
  // Addresses from 1 TiB on, or below 4 GiB and well aligned.
  const far = v128.andnot(i64x2.eq(top, zero), below1TiB);
  return v128.and(aligned4, v128.or(v128.or(kernel, far), v128.and(below4GiB, aligned8)));
}

export function isPointers(at: usize, usedUnits: i32): bool {
  const least = setting(pointersLeast);
  const share = usedUnits * setting(pointersShare);
  const zero = i64x2.splat(0);
  const reversed = v128.load(constantsAt, atReversed);
  const three = v128.load(constantsAt, atThree);
  const seven = v128.load(constantsAt, atSeven);
  const ffff = v128.load(constantsAt, atFfff);
  let little = zero;
  let big = zero;
  for (let vector: usize = 0; vector < 64; vector += 1) {
    const v = v128.load(sampled(at, vector));
    little = i64x2.sub(little, addresses(v, zero, three, seven, ffff));
    big = i64x2.sub(big, addresses(i8x16.swizzle(v, reversed), zero, three, seven, ffff));
  }
  const found = <i32>max<i64>(i64x2.extract_lane(little, 0) + i64x2.extract_lane(little, 1), i64x2.extract_lane(big, 0) + i64x2.extract_lane(big, 1));
  return found >= least && found << 10 >= share;
}
