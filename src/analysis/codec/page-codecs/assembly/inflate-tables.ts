/**
 * Tables that turn the next bits of a deflate stream into a symbol (RFC 1951 section 3.2.2). An entry holds what the
 * symbol means, and in each of its two low bytes the length of the code (plus, in the lowest, of the extra bits):
 *
 * - literal: bit 31, the byte from bit 16
 * - length or distance: the base from bit 16; the lowest byte counts code and extra bits
 * - `special`: with `further` a table for longer codes, its place from bit 16, its bits from bit 8, and the bits before it
 *   in the lowest byte; with `never` a symbol that no stream may use; else the end of the block
 */
import { distanceMeanings, lengthCounts, lengthMeanings, lengthPlaces, literalMeanings, sortedSymbols, usedSymbols } from './memory-map';
import { listUsed } from './used-symbols';

export const special: u32 = 0x8000;
export const further: u32 = 0x4000;
export const never: u32 = 0x1000;

/** What the symbols of the three alphabets mean. */
export function fillMeanings(): void {
  for (let symbol: u32 = 0; symbol < 256; symbol += 1) store<u32>(literalMeanings + (symbol << 2), 0x80000000 | (symbol << 16));
  store<u32>(literalMeanings + (256 << 2), special);
  let base: u32 = 3;
  for (let code: u32 = 0; code < 28; code += 1) {
    const extra = code < 8 ? 0 : (code >> 2) - 1;
    store<u32>(literalMeanings + ((257 + code) << 2), (base << 16) | extra);
    base += 1 << extra;
  }
  store<u32>(literalMeanings + (285 << 2), 258 << 16);
  for (let symbol: u32 = 286; symbol < 288; symbol += 1) store<u32>(literalMeanings + (symbol << 2), special | never);
  base = 1;
  for (let code: u32 = 0; code < 30; code += 1) {
    const extra = code < 4 ? 0 : (code >> 1) - 1;
    store<u32>(distanceMeanings + (code << 2), (base << 16) | extra);
    base += 1 << extra;
  }
  for (let code: u32 = 30; code < 32; code += 1) store<u32>(distanceMeanings + (code << 2), special | never);
  for (let symbol: u32 = 0; symbol < 19; symbol += 1) store<u32>(lengthMeanings + (symbol << 2), symbol << 16);
}

/**
 * @param lengths of the codes of `count` symbols, a byte each, 0 for symbols without one
 * @param mostBits of the first table; it has fewer when all codes are shorter
 * @returns bits of the first table, or 0 for a set of codes that is not complete
 */
export function buildTable(lengths: usize, count: usize, meanings: usize, table: usize, mostBits: u32): u32 {
  const used = listUsed(lengths, count, lengthCounts);
  let longest: usize = 15;
  while (longest > 1 && load<u32>(lengthCounts + (longest << 2)) == 0) longest -= 1;
  let place: u32 = 0;
  let left: i32 = 1;
  for (let length: usize = 1; length <= longest; length += 1) {
    const here = load<u32>(lengthCounts + (length << 2));
    store<u32>(lengthPlaces + (length << 2), place);
    place += here;
    left = (left << 1) - <i32>here;
    if (left < 0) return 0;
  }
  if (left != 0) return 0;
  for (let index: usize = 0; index < used; index += 1) {
    const one = load<u32>(usedSymbols + (index << 2));
    const at = lengthPlaces + ((<usize>(one >> 16)) << 2);
    const to = load<u32>(at);
    store<u32>(at, to + 1);
    store<u16>(sortedSymbols + (to << 1), <u16>one);
  }
  let next = sortedSymbols;
  const bits = <u32>longest < mostBits ? <u32>longest : mostBits;
  // Codes count up from their most significant bit; the stream has that first, as the lowest bit of the place.
  let code: u32 = 0;
  let length: u32 = 1;
  let rest = load<u32>(lengthCounts + 4);
  while (rest == 0) {
    length += 1;
    rest = load<u32>(lengthCounts + (length << 2));
  }
  let size: u32 = 1 << length;
  while (length <= bits) {
    do {
      const symbol = <usize>load<u16>(next);
      next += 2;
      store<u32>(table + (code << 2), load<u32>(meanings + (symbol << 2)) + length * 0x101);
      if (code == size - 1) {
        for (; length < bits; length += 1, size <<= 1) repeatTable(table, size);
        return bits;
      }
      const bit: u32 = 1 << (31 - <u32>clz<u32>(code ^ (size - 1)));
      code = (code & (bit - 1)) | bit;
      rest -= 1;
    } while (rest != 0);
    do {
      length += 1;
      if (length <= bits) {
        repeatTable(table, size);
        size <<= 1;
      }
      rest = load<u32>(lengthCounts + (length << 2));
    } while (rest == 0);
  }
  return longerCodes(table, bits, code, length, rest, next, meanings);
}

/** The table again after itself: the bit that was added tells nothing about shorter codes. */
function repeatTable(table: usize, entries: u32): void {
  const bytes = (<usize>entries) << 2;
  for (let i: usize = 0; i < bytes; i += 16) v128.store(table + bytes + i, v128.load(table + i));
}

/** Tables for what follows the first bits of longer codes. */
function longerCodes(table: usize, bits: u32, firstCode: u32, firstLength: u32, firstRest: u32, symbols: usize, meanings: usize): u32 {
  const mask: u32 = (1 << bits) - 1;
  let code = firstCode;
  let length = firstLength;
  let rest = firstRest;
  let next = symbols;
  let prefix: u32 = ~0;
  let start: u32 = 0;
  let end: u32 = 1 << bits;
  for (;;) {
    if ((code & mask) != prefix) {
      prefix = code & mask;
      start = end;
      let more = length - bits;
      let used = rest;
      while (used < 1 << more) {
        more += 1;
        used = (used << 1) + load<u32>(lengthCounts + ((bits + more) << 2));
      }
      end = start + (1 << more);
      store<u32>(table + (prefix << 2), (start << 16) | special | further | (more << 8) | bits);
    }
    const symbol = <usize>load<u16>(next);
    next += 2;
    const entry = load<u32>(meanings + (symbol << 2)) + (length - bits) * 0x101;
    for (let at = start + (code >> bits); at < end; at += 1 << (length - bits)) store<u32>(table + (at << 2), entry);
    if (code == (1 << length) - 1) return bits;
    const bit: u32 = 1 << (31 - <u32>clz<u32>(code ^ ((1 << length) - 1)));
    code = (code & (bit - 1)) | bit;
    rest -= 1;
    while (rest == 0) {
      length += 1;
      rest = load<u32>(lengthCounts + (length << 2));
    }
  }
  return 0;
}
