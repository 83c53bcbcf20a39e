/** Fingerprint and csum_partial; page-fingerprint.ts is the definition. */
import { atEvenBytes, atFactor, stepFactor } from './constants';
import { constantsAt, fingerprintsAt, pageBytes, sumsAt } from './memory-map';
import { lanes } from './page-vectors';

const foldFactorA: i32 = 0x85ebca77;
const foldFactorB: i32 = 0xc2b2ae3d;
const columnSeed: i32 = 0x27d4eb2f;

function rotated13(a: v128): v128 {
  return v128.or(i32x4.shl(a, 13), i32x4.shr_u(a, 19));
}
function rotated7(b: v128): v128 {
  return v128.or(i32x4.shl(b, 7), i32x4.shr_u(b, 25));
}
function seeds(column: i32): v128 {
  return i32x4.mul(i32x4.add(i32x4.splat(column), i32x4(1, 2, 3, 4)), i32x4.splat(columnSeed));
}

export let low: i32 = 0;
export let high: i32 = 0;
function foldLow(state: i32): void {
  low = rotl<i32>((low ^ state) * foldFactorA, 15);
}
function foldHigh(state: i32): void {
  high = rotl<i32>((high ^ state) * foldFactorB, 17);
}
function foldFour(a: v128, b: v128): void {
  foldLow(i32x4.extract_lane(a, 0));
  foldLow(i32x4.extract_lane(a, 1));
  foldLow(i32x4.extract_lane(a, 2));
  foldLow(i32x4.extract_lane(a, 3));
  foldHigh(i32x4.extract_lane(b, 0));
  foldHigh(i32x4.extract_lane(b, 1));
  foldHigh(i32x4.extract_lane(b, 2));
  foldHigh(i32x4.extract_lane(b, 3));
}
function mix(value: i32): i32 {
  let mixed: i32 = value ^ (value >>> 16);
  mixed *= 0x85ebca6b;
  mixed ^= mixed >>> 13;
  mixed *= 0xc2b2ae35;
  return mixed ^ (mixed >>> 16);
}

/** Folded halves of the page of zeros, found at the first page. */
let zeroLow: i32 = 0;
let zeroHigh: i32 = 0;
let zeroKnown: bool = false;

/** Fingerprint of the page of zeros before its own value is taken out: the states of a column depend on nothing else then. */
function learnZero(): void {
  low = 0;
  high = 0;
  for (let column: i32 = 0; column < 16; column += 4) {
    let a = seeds(column);
    let b = i32x4.splat(0);
    for (let step: i32 = 0; step < 64; step += 1) {
      a = rotated13(i32x4.mul(a, i32x4.splat(stepFactor)));
      b = i32x4.add(rotated7(b), a);
    }
    foldFour(a, b);
  }
  finish();
  zeroLow = low;
  zeroHigh = high;
  zeroKnown = true;
}

function finish(): void {
  low ^= mix(high);
  high ^= mix(low);
  low ^= mix(high ^ columnSeed);
  high ^= mix(low ^ columnSeed);
}

/** Fingerprint and csum_partial in one pass. */
export function fingerprint(at: usize, page: usize): void {
  if (!zeroKnown) learnZero();
  const factor = v128.load(constantsAt, atFactor);
  const evenBytes = v128.load(constantsAt, atEvenBytes);
  let a0 = seeds(0);
  let a1 = seeds(4);
  let a2 = seeds(8);
  let a3 = seeds(12);
  let b0 = i32x4.splat(0);
  let b1 = i32x4.splat(0);
  let b2 = i32x4.splat(0);
  let b3 = i32x4.splat(0);
  // Sums of the bytes at even and at odd places: 256 of them at most in a lane of 16 bits.
  let even = i32x4.splat(0);
  let odd = i32x4.splat(0);
  const end = at + pageBytes;
  for (let p = at; p < end; p += 64) {
    const v0 = v128.load(p);
    const v1 = v128.load(p, 16);
    const v2 = v128.load(p, 32);
    const v3 = v128.load(p, 48);
    a0 = rotated13(i32x4.mul(v128.xor(a0, v0), factor));
    a1 = rotated13(i32x4.mul(v128.xor(a1, v1), factor));
    a2 = rotated13(i32x4.mul(v128.xor(a2, v2), factor));
    a3 = rotated13(i32x4.mul(v128.xor(a3, v3), factor));
    b0 = i32x4.add(rotated7(b0), a0);
    b1 = i32x4.add(rotated7(b1), a1);
    b2 = i32x4.add(rotated7(b2), a2);
    b3 = i32x4.add(rotated7(b3), a3);
    even = i16x8.add(even, i16x8.add(v128.and(v0, evenBytes), v128.and(v1, evenBytes)));
    even = i16x8.add(even, i16x8.add(v128.and(v2, evenBytes), v128.and(v3, evenBytes)));
    odd = i16x8.add(odd, i16x8.add(i16x8.shr_u(v0, 8), i16x8.shr_u(v1, 8)));
    odd = i16x8.add(odd, i16x8.add(i16x8.shr_u(v2, 8), i16x8.shr_u(v3, 8)));
  }
  low = 0;
  high = 0;
  foldFour(a0, b0);
  foldFour(a1, b1);
  foldFour(a2, b2);
  foldFour(a3, b3);
  finish();
  store<i32>(fingerprintsAt + page * 8, low ^ zeroLow);
  store<i32>(fingerprintsAt + page * 8, high ^ zeroHigh, 4);

  // Big-endian words: byte 0 counts most. Lanes of 16 bits hold bytes 0 and 2 (even) and bytes 1 and 3 (odd) in turn.
  const low16 = i32x4.splat(0xffff);
  const byte0 = lanes(v128.and(even, low16));
  const byte2 = lanes(i32x4.shr_u(even, 16));
  const byte1 = lanes(v128.and(odd, low16));
  const byte3 = lanes(i32x4.shr_u(odd, 16));
  let sum: u64 = (byte0 << 24) + (byte1 << 16) + (byte2 << 8) + byte3;
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffffffff) + (sum >> 32);
  store<u32>(sumsAt + page * 4, <u32>sum);
}
