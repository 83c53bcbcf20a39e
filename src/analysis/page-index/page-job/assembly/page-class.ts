/** Class of a page that is not a fill; page-class.ts is the definition. */
import { countMembers, isAarch64, isS390x, isX86 } from './code-likeness';
import { atOne, atSpaces, atWhite, atWhiteEnd } from './constants';
import { looksRandom } from './entropy';
import { classCode, classData, classEntropy, classPointers, classText, constantsAt, setting, textLeastBytes, textShare } from './memory-map';
import { isPointers } from './pointers';
import { byteSum, sampled } from './page-vectors';

export function classOfSample(at: usize): i32 {
  const zero = i32x4.splat(0);
  const one = v128.load(constantsAt, atOne);
  const spaces = v128.load(constantsAt, atSpaces);
  const white = v128.load(constantsAt, atWhite);
  const whiteEnd = v128.load(constantsAt, atWhiteEnd);
  let text = zero;
  let empty = zero;
  let emptyUnits = zero;
  for (let vector: usize = 0; vector < 64; vector += 1) {
    const v = v128.load(sampled(at, vector));
    // 0x20 to 0x7e: one more is still a positive byte.
    const printable = i8x16.gt_s(i8x16.add(v, one), spaces);
    const blank = i8x16.lt_s(i8x16.add(v, white), whiteEnd);
    // Four equal bytes are not text unless they are spaces.
    const turned = v128.or(i32x4.shl(v, 8), i32x4.shr_u(v, 24));
    const equal = v128.andnot(i32x4.eq(v, turned), i32x4.eq(v, spaces));
    text = i8x16.sub(text, v128.andnot(v128.or(printable, blank), equal));
    empty = i8x16.sub(empty, i8x16.eq(v, zero));
    emptyUnits = i64x2.sub(emptyUnits, i64x2.eq(v, zero));
  }
  const textBytes = byteSum(text);
  const usedBytes = 1024 - byteSum(empty);
  if (usedBytes >= setting(textLeastBytes) && textBytes << 10 >= usedBytes * setting(textShare)) return classText;
  countMembers(at);
  if (isS390x(at) || isAarch64(at) || isX86(at)) return classCode;
  const usedUnits = 128 - <i32>(i64x2.extract_lane(emptyUnits, 0) + i64x2.extract_lane(emptyUnits, 1));
  if (isPointers(at, usedUnits)) return classPointers;
  return looksRandom(at) ? classEntropy : classData;
}
