/** Pages that look like code; code-likeness.ts is the definition. */
import { atEvenBytes, atLastBytes, atLowNibble, atLowThreeBits, atPowers, atTopBit } from './constants';
import { low } from './fingerprint';
import { aarch64Code, aarch64TableAt, constantsAt, nibblesAt, s390xCode, s390xTableAt, setting, x86Code, x86PairsAt } from './memory-map';
import { members } from './nibble-table';
import { byteSum } from './page-vectors';

// Where code is sampled: four windows of 128 bytes; windows of code-likeness.ts.
const firstWindow: usize = 256;
const nextWindow: usize = 1024;
const windowBytes: usize = 128;

let s390xMembers: i32 = 0;
let aarch64Members: i32 = 0;
let x86Members: i32 = 0;

/** Bytes of the four windows that are in each table and at its places: an upper bound of what a closer look finds. */
export function countMembers(at: usize): void {
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

export function isS390x(at: usize): bool {
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

export function isAarch64(at: usize): bool {
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

export function isX86(at: usize): bool {
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
