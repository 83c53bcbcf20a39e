/**
 * Decoders of compressed pages in AssemblyScript: zlib, LZO1X and Snappy. Each says 1 when it is sure of every byte, and 0
 * for anything else, damaged or unusual: then the plain decoder is asked, which also finds the words for what is wrong.
 * Every read and every copy stays within input and output, or within the room behind them.
 */

/** Bytes of input and of output at most; behind both there is room for copies of 16 bytes that go too far. */
export const mostBytes: i32 = 262144;
export const inputAt: usize = 65536;
export const outputAt: usize = 393216;

/** Copies forward in steps of 16 bytes, up to 15 bytes too many. */
function copyWide(to: usize, from: usize, count: usize): void {
  for (let i: usize = 0; i < count; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Copies what was put out before; source and target may overlap, then the bytes in between repeat. */
function copyMatch(to: usize, distance: usize, count: usize): void {
  const from = to - distance;
  if (distance >= 16) copyWide(to, from, count);
  else if (distance >= 8) for (let i: usize = 0; i < count; i += 8) store<u64>(to + i, load<u64>(from + i));
  else for (let i: usize = 0; i < count; i += 1) store<u8>(to + i, load<u8>(from + i));
}

// ---- LZO1X ----

let lzoIn: usize = 0;
let lzoEnd: usize = 0;
/** A length that goes on: each zero byte adds 255; 0 when the input ends. */
function lzoExtension(): usize {
  let sum: usize = 0;
  while (lzoIn < lzoEnd) {
    const value = <usize>load<u8>(lzoIn);
    lzoIn += 1;
    if (value != 0) return sum + value;
    sum += 255;
    if (sum > <usize>mostBytes) return 0;
  }
  return 0;
}

export function lzo(inputBytes: i32, outputBytes: i32): i32 {
  lzoIn = inputAt;
  lzoEnd = inputAt + <usize>inputBytes;
  const end = lzoEnd;
  const outEnd = outputAt + <usize>outputBytes;
  let op = outputAt;
  let state: usize = 0;
  if (lzoIn >= end) return 0;
  let instruction = <usize>load<u8>(lzoIn++);
  if (instruction >= 18) {
    const count = instruction - 17;
    if (lzoIn + count >= end || op + count > outEnd) return 0;
    copyWide(op, lzoIn, count);
    lzoIn += count;
    op += count;
    state = count < 4 ? count : 4;
    instruction = <usize>load<u8>(lzoIn++);
  }
  while (true) {
    let length: usize;
    let distance: usize;
    let following: usize;
    if (instruction >= 64) {
      if (lzoIn >= end) return 0;
      const high = <usize>load<u8>(lzoIn++);
      length = instruction >= 128 ? 5 + ((instruction >> 5) & 3) : 3 + ((instruction >> 5) & 1);
      distance = (high << 3) + ((instruction >> 2) & 7) + 1;
      following = instruction & 3;
    } else if (instruction >= 16) {
      const bits: usize = instruction >= 32 ? 31 : 7;
      length = instruction & bits;
      if (length == 0) {
        const more = lzoExtension();
        if (more == 0) return 0;
        length = bits + more;
      }
      length += 2;
      if (lzoIn + 2 > end) return 0;
      const word = <usize>load<u16>(lzoIn);
      lzoIn += 2;
      following = word & 3;
      if (instruction >= 32) distance = (word >> 2) + 1;
      else {
        const far = ((instruction & 8) << 11) + (word >> 2);
        if (far == 0) return instruction == 0x11 && word == 0 && op == outEnd && lzoIn == end ? 1 : 0;
        distance = far + 16384;
      }
    } else if (state == 0) {
      let count = instruction + 3;
      if (instruction == 0) {
        const more = lzoExtension();
        if (more == 0) return 0;
        count = 18 + more;
      }
      if (lzoIn + count >= end || op + count > outEnd) return 0;
      copyWide(op, lzoIn, count);
      lzoIn += count;
      op += count;
      state = 4;
      instruction = <usize>load<u8>(lzoIn++);
      continue;
    } else {
      if (lzoIn >= end) return 0;
      const high = <usize>load<u8>(lzoIn++);
      distance = (high << 2) + (instruction >> 2) + 1;
      length = 2;
      if (state == 4) {
        length = 3;
        distance += 2048;
      }
      following = instruction & 3;
    }
    if (distance > op - outputAt || op + length > outEnd) return 0;
    copyMatch(op, distance, length);
    op += length;
    if (lzoIn + following >= end || op + following > outEnd) return 0;
    if (following > 0) {
      store<u32>(op, load<u32>(lzoIn));
      lzoIn += following;
      op += following;
    }
    state = following;
    instruction = <usize>load<u8>(lzoIn++);
  }
  return 0;
}

// ---- Snappy ----

export function snappy(inputBytes: i32, outputBytes: i32): i32 {
  let ip = inputAt;
  const end = inputAt + <usize>inputBytes;
  let op = outputAt;
  const outEnd = outputAt + <usize>outputBytes;
  let stated: usize = 0;
  let shift: usize = 0;
  for (;;) {
    if (ip >= end || shift > 28) return 0;
    const byte = <usize>load<u8>(ip++);
    stated |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
    shift += 7;
  }
  if (stated != <usize>outputBytes) return 0;
  while (ip < end) {
    const tag = <usize>load<u8>(ip++);
    const kind = tag & 3;
    if (kind == 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const size = length - 60;
        if (size > 3 || ip + size > end) return 0;
        length = ((<usize>load<u32>(ip)) & ((1 << (size * 8)) - 1)) + 1;
        ip += size;
      }
      if (ip + length > end || op + length > outEnd) return 0;
      copyWide(op, ip, length);
      ip += length;
      op += length;
      continue;
    }
    let length: usize;
    let distance: usize;
    if (kind == 1) {
      if (ip >= end) return 0;
      length = 4 + ((tag >> 2) & 7);
      distance = ((tag >> 5) << 8) + <usize>load<u8>(ip);
      ip += 1;
    } else {
      const size: usize = kind == 2 ? 2 : 4;
      if (ip + size > end) return 0;
      length = (tag >> 2) + 1;
      distance = kind == 2 ? <usize>load<u16>(ip) : <usize>load<u32>(ip);
      ip += size;
    }
    if (distance == 0 || distance > op - outputAt || op + length > outEnd) return 0;
    copyMatch(op, distance, length);
    op += length;
  }
  return op == outEnd ? 1 : 0;
}

// ---- zlib (RFC 1950, 1951) ----

const tableBits: i32 = 9;
const tableMask: usize = (1 << tableBits) - 1;
const literalTable: usize = 1024; // 512 entries of 32 bits: code length, symbol << 8; 0 for longer codes
const distanceTable: usize = 5120; // the same
const literalCounts: usize = 9216; // 16 counts of 32 bits: codes of each length
const distanceCounts: usize = 9280;
const literalSymbols: usize = 9344; // 288 symbols of 16 bits in the order of their codes
const distanceSymbols: usize = 9920; // 32
const lengths: usize = 9984; // 320 code lengths of 8 bits
const places: usize = 10304; // 16 of 32 bits
const nextCodes: usize = 10368; // 16 of 32 bits
const lengthBases: usize = 10432; // 29 of 16 bits
const lengthExtras: usize = 10496; // 29 of 8 bits
const distanceBases: usize = 10528; // 30 of 16 bits
const distanceExtras: usize = 10592; // 30 of 8 bits
let prepared: bool = false;

function prepare(): void {
  let base: i32 = 3;
  for (let code: usize = 0; code < 28; code += 1) {
    const extra = code < 8 ? 0 : <i32>(code >> 2) - 1;
    store<u16>(lengthBases + code * 2, <u16>base);
    store<u8>(lengthExtras + code, <u8>extra);
    base += 1 << extra;
  }
  store<u16>(lengthBases + 56, 258);
  store<u8>(lengthExtras + 28, 0);
  base = 1;
  for (let code: usize = 0; code < 30; code += 1) {
    const extra = code < 4 ? 0 : <i32>(code >> 1) - 1;
    store<u16>(distanceBases + code * 2, <u16>base);
    store<u8>(distanceExtras + code, <u8>extra);
    base += 1 << extra;
  }
  prepared = true;
}

let bits: u64 = 0;
let bitCount: i32 = 0;
let ip: usize = 0;
let inEnd: usize = 0;
/** Zero bytes that were taken for input behind its end. */
let padding: i32 = 0;

/** At least 48 bits from now on. */
function refill(): void {
  if (bitCount >= 48) return;
  if (ip + 8 <= inEnd) {
    bits |= load<u64>(ip) << (<u64>bitCount);
    const taken = (63 - bitCount) >> 3;
    ip += <usize>taken;
    bitCount += taken << 3;
    return;
  }
  while (bitCount < 56) {
    if (ip < inEnd) bits |= (<u64>load<u8>(ip++)) << (<u64>bitCount);
    else padding += 1;
    bitCount += 8;
  }
}
function take(count: i32): i32 {
  const value = <i32>(bits & (((<u64>1) << (<u64>count)) - 1));
  bits >>= <u64>count;
  bitCount -= count;
  return value;
}

/** The bits of a code in the order in which they come. */
function reversed(code: i32, length: i32): i32 {
  let turned = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555);
  turned = ((turned & 0x3333) << 2) | ((turned >> 2) & 0x3333);
  turned = ((turned & 0x0f0f) << 4) | ((turned >> 4) & 0x0f0f);
  turned = ((turned & 0x00ff) << 8) | ((turned >> 8) & 0x00ff);
  return turned >> (16 - length);
}

/** @returns false for a set of codes that is not complete */
function build(from: usize, count: i32, table: usize, counts: usize, symbols: usize): bool {
  memory.fill(counts, 0, 64);
  for (let symbol: i32 = 0; symbol < count; symbol += 1) {
    const at = counts + ((<usize>load<u8>(from + <usize>symbol)) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
  store<i32>(counts, 0);
  let left: i32 = 1;
  let code: i32 = 0;
  let place: i32 = 0;
  for (let length: usize = 1; length < 16; length += 1) {
    const here = load<i32>(counts + (length << 2));
    left = (left << 1) - here;
    if (left < 0) return false;
    code = (code + (length > 1 ? load<i32>(counts + ((length - 1) << 2)) : 0)) << 1;
    store<i32>(nextCodes + (length << 2), code);
    store<i32>(places + (length << 2), place);
    place += here;
  }
  if (left != 0) return false;
  memory.fill(table, 0, 4 << tableBits);
  for (let symbol: i32 = 0; symbol < count; symbol += 1) {
    const length = <i32>load<u8>(from + <usize>symbol);
    if (length == 0) continue;
    const slot = (<usize>length) << 2;
    store<u16>(symbols + ((<usize>load<i32>(places + slot)) << 1), <u16>symbol);
    store<i32>(places + slot, load<i32>(places + slot) + 1);
    const next = load<i32>(nextCodes + slot);
    store<i32>(nextCodes + slot, next + 1);
    if (length > tableBits) continue;
    const entry = length | (symbol << 8);
    for (let at = reversed(next, length); at < 1 << tableBits; at += 1 << length) store<i32>(table + ((<usize>at) << 2), entry);
  }
  return true;
}

/** The next symbol, or -1; at least 15 bits must be there. */
function symbolOf(table: usize, counts: usize, symbols: usize): i32 {
  const entry = load<i32>(table + (((<usize>bits) & tableMask) << 2));
  if (entry != 0) {
    bits >>= <u64>(entry & 255);
    bitCount -= entry & 255;
    return entry >> 8;
  }
  let code: i32 = 0;
  let first: i32 = 0;
  let index: i32 = 0;
  for (let length: i32 = 1; length < 16; length += 1) {
    code |= (<i32>(bits >> (<u64>(length - 1)))) & 1;
    const count = load<i32>(counts + ((<usize>length) << 2));
    if (code - count < first) {
      bits >>= <u64>length;
      bitCount -= length;
      return <i32>load<u16>(symbols + ((<usize>(index + code - first)) << 1));
    }
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return -1;
}

function fixedTables(): bool {
  memory.fill(lengths, 8, 144);
  memory.fill(lengths + 144, 9, 112);
  memory.fill(lengths + 256, 7, 24);
  memory.fill(lengths + 280, 8, 8);
  if (!build(lengths, 288, literalTable, literalCounts, literalSymbols)) return false;
  memory.fill(lengths, 5, 32);
  return build(lengths, 32, distanceTable, distanceCounts, distanceSymbols);
}

/** Order in which the lengths of the code length code come. */
function orderOf(index: i32): usize {
  if (index < 3) return <usize>(16 + index);
  if (index == 3) return 0;
  const step = (index - 4) >> 1;
  return <usize>((index & 1) == 0 ? 8 + step : 7 - step);
}

function dynamicTables(): bool {
  refill();
  const literals = take(5) + 257;
  const distances = take(5) + 1;
  const count = take(4) + 4;
  if (literals > 286 || distances > 30) return false;
  memory.fill(lengths, 0, 19);
  for (let index: i32 = 0; index < count; index += 1) {
    refill();
    store<u8>(lengths + orderOf(index), <u8>take(3));
  }
  if (!build(lengths, 19, literalTable, literalCounts, literalSymbols)) return false;
  let at: i32 = 0;
  while (at < literals + distances) {
    refill();
    const symbol = symbolOf(literalTable, literalCounts, literalSymbols);
    if (symbol < 0) return false;
    if (symbol < 16) {
      store<u8>(lengths + <usize>at, <u8>symbol);
      at += 1;
      continue;
    }
    let value: u8 = 0;
    let repeat: i32;
    if (symbol == 16) {
      if (at == 0) return false;
      value = load<u8>(lengths + <usize>(at - 1));
      repeat = 3 + take(2);
    } else repeat = symbol == 17 ? 3 + take(3) : 11 + take(7);
    if (at + repeat > literals + distances) return false;
    memory.fill(lengths + <usize>at, value, <usize>repeat);
    at += repeat;
  }
  // One code for end of block must be there; sets that are not complete are left to the plain decoder.
  if (load<u8>(lengths, 256) == 0) return false;
  return (
    build(lengths, literals, literalTable, literalCounts, literalSymbols) &&
    build(lengths + <usize>literals, distances, distanceTable, distanceCounts, distanceSymbols)
  );
}

export function zlib(inputBytes: i32, outputBytes: i32): i32 {
  if (!prepared) prepare();
  const start = inputAt;
  if (inputBytes < 6) return 0;
  const head = ((<i32>load<u8>(start)) << 8) | (<i32>load<u8>(start, 1));
  if ((head & 0x0f00) != 0x0800 || head >> 12 > 7 || (head & 0x20) != 0 || head % 31 != 0) return 0;
  ip = start + 2;
  inEnd = start + <usize>inputBytes - 4;
  bits = 0;
  bitCount = 0;
  padding = 0;
  let op = outputAt;
  const outEnd = outputAt + <usize>outputBytes;
  let last: i32 = 0;
  while (last == 0) {
    refill();
    last = take(1);
    const kind = take(2);
    if (kind == 0) {
      take(bitCount & 7);
      refill();
      const length = take(16);
      if ((length ^ 0xffff) != take(16)) return 0;
      // What was read ahead is given back.
      if (padding != 0) return 0;
      ip -= <usize>(bitCount >> 3);
      bits = 0;
      bitCount = 0;
      if (ip + <usize>length > inEnd || op + <usize>length > outEnd) return 0;
      copyWide(op, ip, <usize>length);
      ip += <usize>length;
      op += <usize>length;
      continue;
    }
    if (kind == 3 || !(kind == 1 ? fixedTables() : dynamicTables())) return 0;
    // Kept in locals: globals lie in memory, and every step depends on the one before.
    let held = bits;
    let count = bitCount;
    let from = ip;
    for (;;) {
      if (count < 48) {
        if (from + 8 <= inEnd) {
          held |= load<u64>(from) << (<u64>count);
          const taken = (63 - count) >> 3;
          from += <usize>taken;
          count += taken << 3;
        } else {
          bits = held;
          bitCount = count;
          ip = from;
          refill();
          held = bits;
          count = bitCount;
          from = ip;
        }
      }
      let entry = load<i32>(literalTable + (((<usize>held) & tableMask) << 2));
      let symbol: i32;
      if (entry != 0) {
        symbol = entry >> 8;
        held >>= <u64>(entry & 255);
        count -= entry & 255;
      } else {
        bits = held;
        bitCount = count;
        symbol = symbolOf(literalTable, literalCounts, literalSymbols);
        held = bits;
        count = bitCount;
      }
      if (symbol < 256) {
        if (symbol < 0 || op >= outEnd) return 0;
        store<u8>(op, <u8>symbol);
        op += 1;
        continue;
      }
      if (symbol == 256) break;
      symbol -= 257;
      if (symbol > 28) return 0;
      const lengthExtra = <i32>load<u8>(lengthExtras + <usize>symbol);
      const length = <usize>load<u16>(lengthBases + ((<usize>symbol) << 1)) + ((<usize>held) & ((1 << lengthExtra) - 1));
      held >>= <u64>lengthExtra;
      count -= lengthExtra;
      // A length and its extra bits took 20 bits at most: 28 are left for the distance, which takes up to 28.
      entry = load<i32>(distanceTable + (((<usize>held) & tableMask) << 2));
      let far: i32;
      if (entry != 0) {
        far = entry >> 8;
        held >>= <u64>(entry & 255);
        count -= entry & 255;
      } else {
        bits = held;
        bitCount = count;
        far = symbolOf(distanceTable, distanceCounts, distanceSymbols);
        held = bits;
        count = bitCount;
      }
      if (far < 0 || far > 29) return 0;
      const farExtra = <i32>load<u8>(distanceExtras + <usize>far);
      const distance = <usize>load<u16>(distanceBases + ((<usize>far) << 1)) + ((<usize>held) & ((1 << farExtra) - 1));
      held >>= <u64>farExtra;
      count -= farExtra;
      if (distance > op - outputAt || op + length > outEnd) return 0;
      copyMatch(op, distance, length);
      op += length;
    }
    bits = held;
    bitCount = count;
    ip = from;
    if (padding * 8 > bitCount) return 0;
  }
  // All of the input has to be used, and the sum behind it has to be right.
  if (op != outEnd || ip - <usize>((bitCount >> 3) - padding) != inEnd) return 0;
  const recorded = bswap<u32>(load<u32>(inEnd));
  return adler(<usize>outputBytes) == recorded ? 1 : 0;
}

/** Adler-32 of the output, a multiple of 16 bytes at a time. */
function adler(count: usize): u32 {
  let a: u64 = 1;
  let b: u64 = 0;
  let at = outputAt;
  const end = outputAt + count;
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
