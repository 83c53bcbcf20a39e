/**
 * The page job in AssemblyScript: every page of one read in one call. Same numbers as page-class.ts, code-likeness.ts and
 * page-fingerprint.ts, which are the definition; tests hold both against each other. Tables and thresholds are written
 * into this memory by wasm-page-job.ts, so that each stands in one place only.
 *
 * Where the plain code looks at every byte, this one first takes an upper bound with SIMD, and only pages that the bound
 * lets through are looked at in the same way as there.
 */

const pageBytes: usize = 4096;

// Places in memory; wasm-page-job.ts reads them as exported globals. `bytesAt` on: the pages of a read.
export const settingsAt: usize = 1024;
export const s390xTableAt: usize = 2048;
export const aarch64TableAt: usize = 2304;
export const x86PairsAt: usize = 4096;
const nibblesAt: usize = 12288;
const x86FirstAt: usize = 12544;
/** Constants of the inner loops: as literals they would be put together again in each step. */
const constantsAt: usize = 12800;
/** Four histograms of 256 counters. */
const histogramAt: usize = 13312;
export const statesAt: usize = 16384;
export const metaAt: usize = 20480;
export const fingerprintsAt: usize = 24576;
export const sumsAt: usize = 57344;
export const bytesAt: usize = 131072;
/** Pages of one read at most: what the places above leave room for. */
export const mostPages: i32 = 4096;

// Settings: 32-bit numbers from settingsAt on, then one meta byte for each class and for each state.
function setting(index: i32): i32 {
  return load<i32>(settingsAt + ((<usize>index) << 2));
}
const metaOfClassAt: usize = settingsAt + 64;
const metaOfStateAt: usize = settingsAt + 80;
const textLeastBytes: i32 = 0;
const textShare: i32 = 1;
const s390xCode: i32 = 2;
const aarch64Code: i32 = 3;
const x86Code: i32 = 4;
const pointersLeast: i32 = 5;
const pointersShare: i32 = 6;
const entropyMostPairs: i32 = 7;

// Classes by their place in the list of meta bytes.
const classZero: i32 = 0;
const classFill: i32 = 1;
const classText: i32 = 2;
const classCode: i32 = 3;
const classPointers: i32 = 4;
const classEntropy: i32 = 5;
const classData: i32 = 6;

/**
 * Makes room for reads of so many pages and derives the tables for SIMD from the byte tables.
 * @returns 0 when there is no memory for it
 */
export function prepare(pages: i32): i32 {
  const needed: i32 = <i32>((bytesAt + <usize>pages * pageBytes + 65535) >> 16);
  const missing = needed - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) return 0;
  setConstants();
  nibbleTable(s390xTableAt, nibblesAt);
  nibbleTable(aarch64TableAt, nibblesAt + 32);
  for (let first: usize = 0; first < 256; first += 1) {
    let any: i32 = 0;
    for (let at: usize = 0; at < 32; at += 4) any |= load<i32>(x86PairsAt + first * 32 + at);
    store<u8>(x86FirstAt + first, any == 0 ? 0 : 1);
  }
  nibbleTable(x86FirstAt, nibblesAt + 64);
  return 1;
}

/** A table of 256 yes or no as two rows of 16 bytes: by the low nibble, one bit for each high nibble up to 7 and from 8 on. */
function nibbleTable(table: usize, target: usize): void {
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

// Offsets from constantsAt.
const atFactor: usize = 0;
const atEvenBytes: usize = 16;
const atSpaces: usize = 32;
const atOne: usize = 48;
const atWhite: usize = 64;
const atWhiteEnd: usize = 80;
const atLowNibble: usize = 96;
const atTopBit: usize = 112;
const atLowThreeBits: usize = 128;
const atPowers: usize = 144;
const atReversed: usize = 160;
const atThree: usize = 176;
const atSeven: usize = 192;
const atFfff: usize = 208;
const atLane: usize = 224;
const atLastBytes: usize = 288;

function setConstants(): void {
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

/** Mask of the bytes that a nibble table holds. `below` and `above` are its rows for bytes up to 0x7f and from 0x80 on. */
function members(low: v128, lowAbove: v128, bit: v128, below: v128, above: v128): v128 {
  // A swizzle gives 0 for places from 16 on, so that one of the two rows counts.
  const row = v128.or(i8x16.swizzle(below, low), i8x16.swizzle(above, lowAbove));
  return i8x16.eq(v128.and(row, bit), bit);
}

/**
 * States at statesAt, bytes at bytesAt; fills meta, fingerprints and sums.
 * @returns how many of the pages were stored
 */
export function run(pages: i32): i32 {
  let stored: i32 = 0;
  for (let page: usize = 0; page < <usize>pages; page += 1) {
    const state = load<u8>(statesAt + page);
    const at = bytesAt + page * pageBytes;
    store<u64>(fingerprintsAt + page * 8, 0);
    store<u32>(sumsAt + page * 4, 0);
    if (state != 0) {
      store<u8>(metaAt + page, load<u8>(metaOfStateAt + <usize>state));
      continue;
    }
    stored += 1;
    const first = load<u64>(at);
    const repeats = isFilled(at, first);
    if (repeats && first == 0) {
      store<u8>(metaAt + page, load<u8>(metaOfClassAt + <usize>classZero));
      continue;
    }
    fingerprint(at, page);
    const found = repeats ? classFill : classOfSample(at);
    store<u8>(metaAt + page, load<u8>(metaOfClassAt + <usize>found));
  }
  return stored;
}

/** True when one 8-byte unit repeats through the whole page. */
function isFilled(at: usize, unit: u64): bool {
  const same = i64x2.splat(unit);
  const end = at + pageBytes;
  for (let p = at; p < end; p += 64) {
    const difference = v128.or(
      v128.or(v128.xor(v128.load(p), same), v128.xor(v128.load(p, 16), same)),
      v128.or(v128.xor(v128.load(p, 32), same), v128.xor(v128.load(p, 48), same)),
    );
    if (v128.any_true(difference)) return false;
  }
  return true;
}

const stepFactor: i32 = 0x9e3779b1;
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

let low: i32 = 0;
let high: i32 = 0;
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
function fingerprint(at: usize, page: usize): void {
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

/** Sum of four unsigned lanes. */
function lanes(v: v128): u64 {
  return (
    <u64>(<u32>i32x4.extract_lane(v, 0)) + <u64>(<u32>i32x4.extract_lane(v, 1)) + <u64>(<u32>i32x4.extract_lane(v, 2)) + <u64>(<u32>i32x4.extract_lane(v, 3))
  );
}

/** Sum of sixteen unsigned bytes. */
function byteSum(v: v128): i32 {
  return <i32>lanes(i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(v)));
}

/** Address of sampled vector k: every column of 64-byte structures is seen. */
function sampled(at: usize, vector: usize): usize {
  return at + (vector << 6) + ((vector & 3) << 4);
}

function classOfSample(at: usize): i32 {
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
    // Four equal bytes are no text unless they are spaces.
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

function isPointers(at: usize, usedUnits: i32): bool {
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

// Where code is sampled: four windows of 128 bytes; windows of code-likeness.ts.
const firstWindow: usize = 256;
const nextWindow: usize = 1024;
const windowBytes: usize = 128;

let s390xMembers: i32 = 0;
let aarch64Members: i32 = 0;
let x86Members: i32 = 0;

/** Bytes of the four windows that are in each table and at its places: an upper bound of what a closer look finds. */
function countMembers(at: usize): void {
  const lowNibble = v128.load(constantsAt, atLowNibble);
  const topBit = v128.load(constantsAt, atTopBit);
  const lowThreeBits = v128.load(constantsAt, atLowThreeBits);
  const powers = v128.load(constantsAt, atPowers);
  const evenBytes = v128.load(constantsAt, atEvenBytes);
  const lastBytes = v128.load(constantsAt, atLastBytes);
  const s390xBelow = v128.load(nibblesAt);
  const s390xAbove = v128.load(nibblesAt, 16);
  const aarch64Below = v128.load(nibblesAt, 32);
  const aarch64Above = v128.load(nibblesAt, 48);
  const x86Below = v128.load(nibblesAt, 64);
  const x86Above = v128.load(nibblesAt, 80);
  let s390x = i32x4.splat(0);
  let aarch64 = i32x4.splat(0);
  let x86 = i32x4.splat(0);
  for (let window: usize = 0; window < 4; window += 1) {
    const start = at + firstWindow + window * nextWindow;
    for (let p: usize = 0; p < windowBytes; p += 16) {
      const v = v128.load(start + p);
      const low = v128.and(v, lowNibble);
      const lowAbove = v128.xor(low, topBit);
      const bit = i8x16.swizzle(powers, v128.and(i16x8.shr_u(v, 4), lowThreeBits));
      // Instructions of s390x start at even places; the last byte of a little-endian A64 word says most.
      s390x = i8x16.sub(s390x, v128.and(members(low, lowAbove, bit, s390xBelow, s390xAbove), evenBytes));
      aarch64 = i8x16.sub(aarch64, v128.and(members(low, lowAbove, bit, aarch64Below, aarch64Above), lastBytes));
      x86 = i8x16.sub(x86, members(low, lowAbove, bit, x86Below, x86Above));
    }
  }
  s390xMembers = byteSum(s390x);
  aarch64Members = byteSum(aarch64);
  x86Members = byteSum(x86);
}

function isS390x(at: usize): bool {
  const share = setting(s390xCode);
  // Four windows hold 88 instructions at least.
  if (s390xMembers << 10 < share * 88) return false;
  let usual: i32 = 0;
  let walked: i32 = 0;
  for (let window: usize = 0; window < 4; window += 1) {
    let p = at + firstWindow + window * nextWindow;
    const end = p + windowBytes;
    let hit: i32 = -1;
    while (p < end) {
      const opcode = <i32>load<u8>(p);
      const known = <i32>load<u8>(s390xTableAt + <usize>opcode);
      usual += known & (<i32>(opcode != hit));
      hit = known != 0 ? opcode : hit;
      walked += 1;
      p += 2 + ((<usize>(opcode >= 0x40)) << 1) + ((<usize>(opcode >= 0xc0)) << 1);
    }
  }
  return usual << 10 >= share * walked;
}

function isAarch64(at: usize): bool {
  const share = setting(aarch64Code);
  if (aarch64Members << 10 < share * 128) return false;
  let usual: i32 = 0;
  for (let window: usize = 0; window < 4; window += 1) {
    const start = at + firstWindow + window * nextWindow;
    let hit: i32 = -1;
    for (let p = start + 3; p < start + windowBytes; p += 4) {
      const opcode = <i32>load<u8>(p);
      if (load<u8>(aarch64TableAt + <usize>opcode) == 0) continue;
      if (opcode != hit) usual += 1;
      hit = opcode;
    }
  }
  return usual << 10 >= share * 128;
}

function isX86(at: usize): bool {
  const needed = setting(x86Code) * 508;
  if (x86Members << 10 < needed) return false;
  const lowNibble = v128.load(constantsAt, atLowNibble);
  const topBit = v128.load(constantsAt, atTopBit);
  const lowThreeBits = v128.load(constantsAt, atLowThreeBits);
  const powers = v128.load(constantsAt, atPowers);
  const below = v128.load(nibblesAt, 64);
  const above = v128.load(nibblesAt, 80);
  let common: i32 = 0;
  for (let window: usize = 0; window < 4; window += 1) {
    const start = at + firstWindow + window * nextWindow;
    let hit: i32 = -1;
    for (let p: usize = 0; p < windowBytes; p += 16) {
      const v = v128.load(start + p);
      const low = v128.and(v, lowNibble);
      const bit = i8x16.swizzle(powers, v128.and(i16x8.shr_u(v, 4), lowThreeBits));
      let candidates = i8x16.bitmask(members(low, v128.xor(low, topBit), bit, below, above));
      // The last byte of a window starts no pair.
      if (p == windowBytes - 16) candidates &= 0x7fff;
      while (candidates != 0) {
        const place = start + p + <usize>ctz<i32>(candidates);
        candidates &= candidates - 1;
        const pair = ((<i32>load<u8>(place)) << 8) | (<i32>load<u8>(place, 1));
        if (((load<i32>(x86PairsAt + ((<usize>(pair >> 5)) << 2)) >>> (pair & 31)) & 1) == 0) continue;
        if (pair != hit) common += 1;
        hit = pair;
      }
    }
  }
  return common << 10 >= needed;
}

/** One byte of each word, the place in the word moving on every 16 bytes; ends when too many are alike. */
function looksRandom(at: usize): bool {
  const most = setting(entropyMostPairs);
  if (!fewZeros(at, most)) return false;
  memory.fill(histogramAt, 0, 2048);
  for (let half: usize = 0; half < 2; half += 1) {
    const first = at + half * 2048;
    // Four histograms: the same byte twice in a row does not wait for itself.
    for (let start = first; start < first + 2048; start += 64) {
      count(start);
      count(start + 17);
      count(start + 34);
      count(start + 51);
    }
    if (equalPairs() > most) return false;
  }
  return true;
}

/** Counts the bytes at 0, 4, 8, and 12, one in each histogram. */
function count(place: usize): void {
  const p0 = histogramAt + ((<usize>load<u8>(place)) << 1);
  store<u16>(p0, load<u16>(p0) + 1);
  const p1 = histogramAt + ((<usize>load<u8>(place, 4)) << 1);
  store<u16>(p1, load<u16>(p1, 512) + 1, 512);
  const p2 = histogramAt + ((<usize>load<u8>(place, 8)) << 1);
  store<u16>(p2, load<u16>(p2, 1024) + 1, 1024);
  const p3 = histogramAt + ((<usize>load<u8>(place, 12)) << 1);
  store<u16>(p3, load<u16>(p3, 1536) + 1, 1536);
}

/** Pairs of equal bytes among those counted: n * (n - 1) / 2 for each byte that came n times. */
function equalPairs(): i32 {
  let squares = i32x4.splat(0);
  let counted = i32x4.splat(0);
  for (let p = histogramAt; p < histogramAt + 512; p += 16) {
    const n = i16x8.add(i16x8.add(v128.load(p), v128.load(p, 512)), i16x8.add(v128.load(p, 1024), v128.load(p, 1536)));
    squares = i32x4.add(squares, i32x4.dot_i16x8_s(n, n));
    counted = i32x4.add(counted, i32x4.extadd_pairwise_i16x8_u(n));
  }
  return <i32>((lanes(squares) - lanes(counted)) >> 1);
}

/** False when zeros alone make too many pairs among the bytes that looksRandom counts: most tables end here. */
function fewZeros(at: usize, most: i32): bool {
  const zero = i32x4.splat(0);
  const lane0 = v128.load(constantsAt, atLane);
  const lane1 = v128.load(constantsAt, atLane + 16);
  const lane2 = v128.load(constantsAt, atLane + 32);
  const lane3 = v128.load(constantsAt, atLane + 48);
  let zeros = zero;
  for (let p = at; p < at + pageBytes; p += 64) {
    const taken = v128.or(
      v128.or(v128.and(v128.load(p), lane0), v128.and(v128.load(p, 16), lane1)),
      v128.or(v128.and(v128.load(p, 32), lane2), v128.and(v128.load(p, 48), lane3)),
    );
    zeros = i8x16.sub(zeros, i8x16.eq(taken, zero));
  }
  const found = byteSum(zeros);
  return (found * (found - 1)) >> 1 <= most;
}
