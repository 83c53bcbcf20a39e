/** Sequences of a zstd block: literals to copy, then a match (RFC 8878 sections 3.1.1.3.2 to 3.1.1.5). */
import { copyWide, matchRest, matchStart } from './copies';
import { buildStates, readShares, shareLog, shareSymbols } from './fse';
import {
  literalLengthMeanings,
  literalLengthTable,
  matchLengthMeanings,
  matchLengthTable,
  offsetMeanings,
  offsetTable,
  oneLiteralLength,
  oneMatchLength,
  oneOffset,
  outputAt,
  symbolShares,
  usualLiteralLengths,
  usualMatchLengths,
  usualOffsets,
  weightMeanings,
} from './memory-map';
import { literalCount, literals } from './zstd-literals';

/** Codes of longer offsets would reach before any start that fits. */
const offsetCodes: u32 = 20;

const literalLengthExtras = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
const matchLengthExtras = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14,
  15, 16,
]);
const literalLengthShares = memory.data<i16>([4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1]);
const matchLengthShares = memory.data<i16>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
  -1, -1,
]);
const offsetShares = memory.data<i16>([1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]);

function fillMeanings(to: usize, extras: usize, symbols: u32, first: u64): void {
  let base = first;
  for (let symbol: u32 = 0; symbol < symbols; symbol += 1) {
    const extra = <u64>load<u8>(extras + symbol);
    store<u64>(to + (symbol << 3), (base << 32) | (extra << 8));
    base += (<u64>1) << extra;
  }
}

/** What is the same for all frames. */
export function prepareSequences(): void {
  fillMeanings(literalLengthMeanings, literalLengthExtras, 36, 0);
  fillMeanings(matchLengthMeanings, matchLengthExtras, 53, 3);
  for (let code: u32 = 0; code < 32; code += 1) store<u64>(offsetMeanings + (code << 3), (((<u64>1) << code) << 32) | ((<u64>code) << 8));
  for (let weight: u32 = 0; weight < 16; weight += 1) store<u64>(weightMeanings + (weight << 3), (<u64>weight) << 32);
  memory.copy(symbolShares, literalLengthShares, 72);
  buildStates(usualLiteralLengths, 6, 36, literalLengthMeanings);
  memory.copy(symbolShares, matchLengthShares, 106);
  buildStates(usualMatchLengths, 6, 53, matchLengthMeanings);
  memory.copy(symbolShares, offsetShares, 58);
  buildStates(usualOffsets, 5, 29, offsetMeanings);
}

/** Tables in use, 0 while the frame has none, and their bits. */
let literalLengthsIn: usize = 0;
let matchLengthsIn: usize = 0;
let offsetsIn: usize = 0;
let literalLengthLog: u32 = 0;
let matchLengthLog: u32 = 0;
let offsetLog: u32 = 0;
/** The last three distances. */
let recent1: usize = 1;
let recent2: usize = 4;
let recent3: usize = 8;

export function beginSequences(): void {
  literalLengthsIn = 0;
  matchLengthsIn = 0;
  offsetsIn = 0;
  recent1 = 1;
  recent2 = 4;
  recent3 = 8;
}

/** What `chooseTable` found. */
let chosenTable: usize = 0;
let chosenLog: u32 = 0;

/** @returns the place after the description of a table, or 0 */
function chooseTable(
  kind: u32,
  at: usize,
  end: usize,
  symbols: u32,
  mostLog: u32,
  meanings: usize,
  own: usize,
  one: usize,
  usual: usize,
  usualLog: u32,
): usize {
  if (kind == 0) {
    chosenTable = usual;
    chosenLog = usualLog;
    return at;
  }
  if (kind == 1) {
    if (at >= end || <u32>load<u8>(at) >= symbols) return 0;
    store<u64>(one, load<u64>(meanings + ((<usize>load<u8>(at)) << 3)));
    chosenTable = one;
    chosenLog = 0;
    return at + 1;
  }
  if (kind == 3) return chosenTable == 0 ? 0 : at;
  const next = readShares(at, end, symbols, mostLog);
  if (next == 0) return 0;
  buildStates(own, shareLog, shareSymbols, meanings);
  chosenTable = own;
  chosenLog = shareLog;
  return next;
}

/**
 * @param window largest distance that the frame allows
 * @returns the end of the output, or 0
 */
export function runSequences(from: usize, end: usize, to: usize, outEnd: usize, window: usize): usize {
  if (from >= end) return 0;
  let at = from + 1;
  let count = <u32>load<u8>(from);
  if (count == 0) {
    if (at != end || to + literalCount > outEnd) return 0;
    copyWide(to, literals, literalCount);
    return to + literalCount;
  }
  if (count == 255) {
    count = <u32>load<u16>(at) + 0x7f00;
    at += 2;
  } else if (count >= 128) {
    count = ((count - 128) << 8) + <u32>load<u8>(at);
    at += 1;
  }
  const kinds = <u32>load<u8>(at);
  at += 1;
  if (count == 0 || at > end || (kinds & 3) != 0) return 0;
  chosenTable = literalLengthsIn;
  chosenLog = literalLengthLog;
  at = chooseTable(kinds >> 6, at, end, 36, 9, literalLengthMeanings, literalLengthTable, oneLiteralLength, usualLiteralLengths, 6);
  if (at == 0) return 0;
  literalLengthsIn = chosenTable;
  literalLengthLog = chosenLog;
  chosenTable = offsetsIn;
  chosenLog = offsetLog;
  at = chooseTable((kinds >> 4) & 3, at, end, 32, 8, offsetMeanings, offsetTable, oneOffset, usualOffsets, 5);
  if (at == 0) return 0;
  offsetsIn = chosenTable;
  offsetLog = chosenLog;
  chosenTable = matchLengthsIn;
  chosenLog = matchLengthLog;
  at = chooseTable((kinds >> 2) & 3, at, end, 53, 9, matchLengthMeanings, matchLengthTable, oneMatchLength, usualMatchLengths, 6);
  if (at == 0) return 0;
  matchLengthsIn = chosenTable;
  matchLengthLog = chosenLog;
  return at < end && load<u8>(end - 1) != 0 ? execute(at, end, count, to, outEnd, window) : 0;
}

/** The bits come from the end; the next one is the highest of `bits`, of which `used` are used up. */
function execute(start: usize, end: usize, count: u32, to: usize, outEnd: usize, window: usize): usize {
  const lengthsIn = literalLengthsIn;
  const matchesIn = matchLengthsIn;
  const distancesIn = offsetsIn;
  let one = recent1;
  let two = recent2;
  let three = recent3;
  let source = literals;
  const sourceEnd = source + literalCount;
  let op = to;
  let place = end - 8;
  let used = <u64>clz<u32>(<u32>load<u8>(end - 1)) - 23;
  let bits = load<u64>(place) << used;
  let lengthState = <usize>((bits >> 1) >> (63 - <u64>literalLengthLog));
  bits <<= <u64>literalLengthLog;
  let offsetState = <usize>((bits >> 1) >> (63 - <u64>offsetLog));
  bits <<= <u64>offsetLog;
  let matchState = <usize>((bits >> 1) >> (63 - <u64>matchLengthLog));
  used += <u64>(literalLengthLog + offsetLog + matchLengthLog);
  for (let left = count; ; left -= 1) {
    place -= <usize>(used >> 3);
    // Before the start there is the rest of the input, or what lies before it; it is never needed.
    if (place + 8 < start) return 0;
    used &= 7;
    bits = load<u64>(place) << used;
    const offsetEntry = load<u64>(distancesIn + (offsetState << 3));
    const matchEntry = load<u64>(matchesIn + (matchState << 3));
    const lengthEntry = load<u64>(lengthsIn + (lengthState << 3));
    const offsetBits = (offsetEntry >> 8) & 255;
    const matchBits = (matchEntry >> 8) & 255;
    const lengthBits = (lengthEntry >> 8) & 255;
    if (offsetBits > <u64>offsetCodes) return 0;
    let distance = <usize>(offsetEntry >> 32) + <usize>((bits >> 1) >> (63 - offsetBits));
    bits <<= offsetBits;
    const length = <usize>(matchEntry >> 32) + <usize>((bits >> 1) >> (63 - matchBits));
    bits <<= matchBits;
    const before = <usize>(lengthEntry >> 32) + <usize>((bits >> 1) >> (63 - lengthBits));
    bits <<= lengthBits;
    const more = offsetBits + matchBits + lengthBits;
    used += more;
    if (distance > 3) {
      distance -= 3;
      three = two;
      two = one;
      one = distance;
    } else {
      const which = distance + (before == 0 ? 1 : 0);
      if (which == 1) distance = one;
      else {
        distance = which == 2 ? two : which == 3 ? three : one - 1;
        if (which != 2) three = two;
        two = one;
        one = distance;
      }
    }
    const matchAt = op + before;
    if (before > <usize>(sourceEnd - source) || matchAt + length > outEnd || distance == 0 || distance > matchAt - outputAt || distance > window) return 0;
    v128.store(op, v128.load(source));
    if (before > 16) copyWide(op + 16, source + 16, before - 16);
    source += before;
    matchStart(matchAt, distance);
    if (length > 16) matchRest(matchAt, distance, length);
    op = matchAt + length;
    if (left == 1) break;
    // After up to 7 bits, values of 31 bits and three states of up to 26 are within the 64.
    if (more > 31) {
      place -= <usize>(used >> 3);
      if (place + 8 < start) return 0;
      used &= 7;
      bits = load<u64>(place) << used;
    }
    const lengthNext = lengthEntry & 255;
    lengthState = ((<usize>(lengthEntry >> 16)) & 0xffff) + <usize>((bits >> 1) >> (63 - lengthNext));
    bits <<= lengthNext;
    const matchNext = matchEntry & 255;
    matchState = ((<usize>(matchEntry >> 16)) & 0xffff) + <usize>((bits >> 1) >> (63 - matchNext));
    bits <<= matchNext;
    const offsetNext = offsetEntry & 255;
    offsetState = ((<usize>(offsetEntry >> 16)) & 0xffff) + <usize>((bits >> 1) >> (63 - offsetNext));
    used += lengthNext + matchNext + offsetNext;
  }
  if ((place + 8 - start) << 3 != <usize>used) return 0;
  const rest = <usize>(sourceEnd - source);
  if (op + rest > outEnd) return 0;
  copyWide(op, source, rest);
  recent1 = one;
  recent2 = two;
  recent3 = three;
  return op + rest;
}
