/** zlib stream (RFC 1950, 1951) that fills the output exactly. */
import { adler } from './adler';
import { copyWide, matchRest, matchStart } from './copies';
import { buildTable, fillMeanings, further, never, special } from './inflate-tables';
import {
  codeLengths,
  distanceMeanings,
  distanceTable,
  fixedDistanceTable,
  fixedLiteralTable,
  lengthMeanings,
  lengthTable,
  literalMeanings,
  literalTable,
  outputAt,
} from './memory-map';

let prepared: bool = false;
function prepare(): void {
  fillMeanings();
  memory.fill(codeLengths, 8, 144);
  memory.fill(codeLengths + 144, 9, 112);
  memory.fill(codeLengths + 256, 7, 24);
  memory.fill(codeLengths + 280, 8, 8);
  buildTable(codeLengths, 288, literalMeanings, fixedLiteralTable, 9);
  memory.fill(codeLengths, 5, 32);
  buildTable(codeLengths, 32, distanceMeanings, fixedDistanceTable, 5);
  prepared = true;
}

/** Bits that were read ahead, the next one lowest; above `count` there is the input again or zero. */
let held: u64 = 0;
let count: u32 = 0;
let from: usize = 0;

/** At least 56 bits from now on. What lies after the input may be among them: positions are compared later. */
function refill(): void {
  held |= load<u64>(from) << (<u64>count);
  from += (63 - count) >> 3;
  count |= 56;
}
function take(bits: u32): u32 {
  const value = (<u32>held) & ((1 << bits) - 1);
  held >>= <u64>bits;
  count -= bits;
  return value;
}

/** Order in which the lengths of the codes of code lengths come. */
const order = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);
let literalBits: u32 = 0;
let distanceBits: u32 = 0;

function dynamicTables(): bool {
  refill();
  const literals = <usize>take(5) + 257;
  const symbols = literals + <usize>take(5) + 1;
  const given = <usize>take(4) + 4;
  if (literals > 286 || symbols - literals > 30) return false;
  v128.store(codeLengths, i32x4.splat(0));
  store<u32>(codeLengths, 0, 16);
  for (let index: usize = 0; index < given; index += 1) {
    if (count < 3) refill();
    store<u8>(codeLengths + <usize>load<u8>(order + index), <u8>take(3));
  }
  const bits = buildTable(codeLengths, 19, lengthMeanings, lengthTable, 7);
  if (bits == 0) return false;
  const mask: u32 = (1 << bits) - 1;
  let at: usize = 0;
  while (at < symbols) {
    if (count < 14) refill();
    const entry = load<u32>(lengthTable + (((<u32>held) & mask) << 2));
    take(entry & 255);
    const symbol = entry >> 16;
    if (symbol < 16) {
      store<u8>(codeLengths + at, <u8>symbol);
      at += 1;
      continue;
    }
    let length: u8 = 0;
    let times: usize;
    if (symbol == 16) {
      if (at == 0) return false;
      length = load<u8>(codeLengths + at - 1);
      times = <usize>take(2) + 3;
    } else if (symbol == 17) times = <usize>take(3) + 3;
    else times = <usize>take(7) + 11;
    if (at + times > symbols) return false;
    const same = i8x16.splat(length);
    for (let i: usize = 0; i < times; i += 16) v128.store(codeLengths + at + i, same);
    at += times;
  }
  if (load<u8>(codeLengths + 256) == 0) return false;
  literalBits = buildTable(codeLengths, literals, literalMeanings, literalTable, 10);
  if (literalBits == 0) return false;
  distanceBits = buildTable(codeLengths + literals, symbols - literals, distanceMeanings, distanceTable, 8);
  return distanceBits != 0;
}

/** Symbols up to the end of the block. @returns the end of the output, or 0 */
function symbols(literalsIn: usize, literalMask: u32, distancesIn: usize, distanceMask: u32, to: usize, outEnd: usize, inEnd: usize): usize {
  // Kept in locals: globals lie in memory, and every step depends on the one before.
  let bits = held;
  let have = count;
  let ip = from;
  let op = to;
  for (;;) {
    // Read bytes lie at most 8 behind those that are used. Up to three literals were put out unasked.
    if (ip > inEnd + 8 || op > outEnd) return 0;
    bits |= load<u64>(ip) << (<u64>have);
    ip += (63 - have) >> 3;
    have |= 56;
    let entry = load<u32>(literalsIn + (((<u32>bits) & literalMask) << 2));
    if (<i32>entry < 0) {
      bits >>= <u64>entry;
      have -= entry & 255;
      store<u8>(op, <u8>(entry >> 16));
      op += 1;
      entry = load<u32>(literalsIn + (((<u32>bits) & literalMask) << 2));
      if (<i32>entry < 0) {
        bits >>= <u64>entry;
        have -= entry & 255;
        store<u8>(op, <u8>(entry >> 16));
        op += 1;
        entry = load<u32>(literalsIn + (((<u32>bits) & literalMask) << 2));
        if (<i32>entry < 0) {
          bits >>= <u64>entry;
          have -= entry & 255;
          store<u8>(op, <u8>(entry >> 16));
          op += 1;
          continue;
        }
      }
    }
    if ((entry & special) != 0) {
      if ((entry & further) != 0) {
        bits >>= <u64>(entry & 63);
        have -= entry & 255;
        entry = load<u32>(literalsIn + (((entry >> 16) + ((<u32>bits) & ((1 << ((entry >> 8) & 15)) - 1))) << 2));
        if (<i32>entry < 0) {
          bits >>= <u64>entry;
          have -= entry & 255;
          store<u8>(op, <u8>(entry >> 16));
          op += 1;
          continue;
        }
      }
      if ((entry & special) != 0) {
        if ((entry & never) != 0) return 0;
        bits >>= <u64>(entry & 63);
        have -= entry & 255;
        break;
      }
    }
    const length = <usize>((entry >> 16) + (((<u32>bits) & ((1 << (entry & 255)) - 1)) >> ((entry >> 8) & 15)));
    bits >>= <u64>(entry & 63);
    have -= entry & 255;
    // Two literals and a length took 50 bits at most.
    if (have < 28) {
      bits |= load<u64>(ip) << (<u64>have);
      ip += (63 - have) >> 3;
      have |= 56;
    }
    entry = load<u32>(distancesIn + (((<u32>bits) & distanceMask) << 2));
    if ((entry & special) != 0) {
      if ((entry & further) != 0) {
        bits >>= <u64>(entry & 63);
        have -= entry & 255;
        entry = load<u32>(distancesIn + (((entry >> 16) + ((<u32>bits) & ((1 << ((entry >> 8) & 15)) - 1))) << 2));
      }
      if ((entry & special) != 0) return 0;
    }
    const distance = <usize>((entry >> 16) + (((<u32>bits) & ((1 << (entry & 255)) - 1)) >> ((entry >> 8) & 15)));
    bits >>= <u64>(entry & 63);
    have -= entry & 255;
    if (distance > op - outputAt || op + length > outEnd) return 0;
    matchStart(op, distance);
    if (length > 16) matchRest(op, distance, length);
    op += length;
  }
  held = bits;
  count = have;
  from = ip;
  return op;
}

export function zlib(start: usize, inputBytes: i32, outputBytes: i32): i32 {
  if (!prepared) prepare();
  if (inputBytes < 6) return 0;
  const head = ((<i32>load<u8>(start)) << 8) | (<i32>load<u8>(start, 1));
  if ((head & 0x0f00) != 0x0800 || head >> 12 > 7 || (head & 0x20) != 0 || head % 31 != 0) return 0;
  from = start + 2;
  const inEnd = start + <usize>inputBytes - 4;
  held = 0;
  count = 0;
  let op = outputAt;
  const outEnd = outputAt + <usize>outputBytes;
  let last: u32 = 0;
  while (last == 0) {
    refill();
    last = take(1);
    const kind = take(2);
    if (kind == 0) {
      from -= <usize>(count >> 3);
      held = 0;
      count = 0;
      if (from + 4 > inEnd) return 0;
      const length = <usize>load<u16>(from);
      if ((length ^ 0xffff) != <usize>load<u16>(from, 2)) return 0;
      from += 4;
      if (from + length > inEnd || op + length > outEnd) return 0;
      copyWide(op, from, length);
      from += length;
      op += length;
      continue;
    }
    if (kind == 1) op = symbols(fixedLiteralTable, 511, fixedDistanceTable, 31, op, outEnd, inEnd);
    else if (kind == 2 && dynamicTables()) op = symbols(literalTable, (1 << literalBits) - 1, distanceTable, (1 << distanceBits) - 1, op, outEnd, inEnd);
    else return 0;
    if (op == 0 || from - <usize>(count >> 3) > inEnd) return 0;
  }
  // All of the input has to be used, and the sum after it has to be right.
  if (op != outEnd || from - <usize>(count >> 3) != inEnd) return 0;
  return adler(outputAt, <usize>outputBytes) == bswap<u32>(load<u32>(inEnd)) ? 1 : 0;
}
