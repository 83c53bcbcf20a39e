/** Literals of a zstd block (RFC 8878 sections 3.1.1.3.1 and 4.2). */
import { buildStates, readShares, shareLog, shareSymbols } from './fse';
import { huffmanTable, literalsAt, usedSymbols, weightMeanings, weighedSymbols, weightPlaces, weights, weightTable } from './memory-map';
import { listUsed } from './used-symbols';

/** Where the literals of the block lie, and how many they are. */
export let literals: usize = 0;
export let literalCount: usize = 0;
/** Bits of the Huffman table, 0 while the frame has none. */
let huffmanBits: u32 = 0;

const mostHuffmanBits: u32 = 11;

/** A frame begins without tables. */
export function forgetHuffman(): void {
  huffmanBits = 0;
}

/** @returns the place after the literals, or 0 */
export function readLiterals(at: usize, end: usize, mostCount: usize): usize {
  const head = load<u32>(at);
  const kind = head & 3;
  const form = (head >> 2) & 3;
  if (kind < 2) {
    const headBytes: usize = (form & 1) == 0 ? 1 : form == 1 ? 2 : 3;
    const count = <usize>((form & 1) == 0 ? (head >> 3) & 0x1f : form == 1 ? (head >> 4) & 0xfff : (head >> 4) & 0xfffff);
    const from = at + headBytes;
    const stored: usize = kind == 0 ? count : 1;
    if (count > mostCount || from + stored > end) return 0;
    literalCount = count;
    literals = from;
    if (kind == 1) {
      const same = v128.splat<u8>(load<u8>(from));
      for (let i: usize = 0; i < count; i += 16) v128.store(literalsAt + i, same);
      literals = literalsAt;
    }
    return from + stored;
  }
  if (at + 5 > end) return 0;
  const wide = load<u64>(at);
  const sizeBits: u64 = form < 2 ? 10 : form == 2 ? 14 : 18;
  const mask: u64 = ((<u64>1) << sizeBits) - 1;
  const count = <usize>((wide >> 4) & mask);
  const bytes = <usize>((wide >> (4 + sizeBits)) & mask);
  let from = at + (form < 2 ? 3 : form == 2 ? 4 : 5);
  const stop = from + bytes;
  if (count == 0 || count > mostCount || stop > end) return 0;
  if (kind == 2) {
    huffmanBits = 0;
    from = readTable(from, stop);
    if (from == 0) return 0;
  }
  if (huffmanBits == 0 || !(form == 0 ? oneStream(from, stop, count) : fourStreams(from, stop, count))) return 0;
  literals = literalsAt;
  literalCount = count;
  return stop;
}

/** Weights that are coded with two states in turn. @returns how many, or 0 */
function codedWeights(from: usize, stop: usize): usize {
  const start = readShares(from, stop, mostHuffmanBits + 1, 6);
  if (start == 0 || start >= stop) return 0;
  const last = <u32>load<u8>(stop - 1);
  if (last == 0) return 0;
  const log = shareLog;
  buildStates(weightTable, log, shareSymbols, weightMeanings);
  // Bits that are left. The next one is the highest of `bits`, of which `gone` are used up.
  let left = <i32>((stop - start) << 3) - (<i32>clz<u32>(last) - 23) - <i32>(2 * log);
  if (left < 0) return 0;
  let at = stop - 8;
  let gone = <u64>clz<u32>(last) - 23;
  let bits = load<u64>(at) << gone;
  let one = <usize>(bits >> (64 - <u64>log));
  bits <<= <u64>log;
  let two = <usize>(bits >> (64 - <u64>log));
  bits <<= <u64>log;
  gone += <u64>(2 * log);
  let count: usize = 0;
  // Two states in turn. Up to 7 bits and eight times 6 are within the 64.
  for (let turn: u32 = 0; count <= 253; turn += 1) {
    if ((turn & 7) == 0) {
      at -= <usize>(gone >> 3);
      gone &= 7;
      bits = load<u64>(at) << gone;
    }
    const entry = load<u64>(weightTable + (one << 3));
    store<u8>(weights + count, <u8>(entry >> 32));
    count += 1;
    const next = entry & 255;
    left -= <i32>next;
    if (left < 0) {
      store<u8>(weights + count, <u8>(load<u64>(weightTable + (two << 3)) >> 32));
      return count + 1;
    }
    one = two;
    two = ((<usize>(entry >> 16)) & 0xffff) + <usize>((bits >> 1) >> (63 - next));
    bits <<= next;
    gone += next;
  }
  return 0;
}

/** @returns the place after the description of the Huffman table, or 0 */
function readTable(at: usize, end: usize): usize {
  if (at >= end) return 0;
  const head = <usize>load<u8>(at);
  /** All but the last. */
  let count: usize;
  let next = at + 1;
  if (head < 128) {
    next += head;
    if (next > end) return 0;
    count = codedWeights(at + 1, next);
    if (count == 0) return 0;
  } else {
    count = head - 127;
    next += (count + 1) >> 1;
    if (next > end) return 0;
    for (let i: usize = 0; i < count; i += 2) {
      const both = load<u8>(at + 1 + (i >> 1));
      store<u8>(weights + i, both >> 4);
      store<u8>(weights + i + 1, both & 15);
    }
  }
  const used = listUsed(weights, count, weightPlaces);
  let sum: u32 = 0;
  for (let weight: u32 = 1; weight < 16; weight += 1) {
    const here = load<u32>(weightPlaces + (weight << 2));
    if (weight > mostHuffmanBits && here != 0) return 0;
    sum += here << (weight - 1);
  }
  // The last weight is the one that makes the sum a power of two.
  if (sum == 0) return 0;
  const bits: u32 = 32 - <u32>clz<u32>(sum);
  const rest: u32 = (1 << bits) - sum;
  if (bits > mostHuffmanBits || (rest & (rest - 1)) != 0) return 0;
  const lastWeight: u32 = 32 - <u32>clz<u32>(rest);
  store<u32>(usedSymbols + (used << 2), (<u32>count) | (lastWeight << 16));
  const lastPlace = weightPlaces + (lastWeight << 2);
  store<u32>(lastPlace, load<u32>(lastPlace) + 1);
  const lightest = load<u32>(weightPlaces + 4);
  if (lightest < 2 || (lightest & 1) != 0) return 0;
  fillTable(used + 1, bits);
  huffmanBits = bits;
  return next;
}

/** Entries of 16 bits: length of the code, and the symbol from bit 8. Symbols of one weight lie in their order, light ones first. */
function fillTable(used: usize, bits: u32): void {
  let place: u32 = 0;
  for (let weight: u32 = 1; weight <= bits; weight += 1) {
    const at = weightPlaces + (weight << 2);
    const here = load<u32>(at);
    store<u32>(at, place);
    place += here;
  }
  // Sorted first: then the loops below do the same many times over.
  for (let index: usize = 0; index < used; index += 1) {
    const one = load<u32>(usedSymbols + (index << 2));
    const at = weightPlaces + ((<usize>(one >> 16)) << 2);
    const to = load<u32>(at);
    store<u32>(at, to + 1);
    store<u8>(weighedSymbols + to, <u8>one);
  }
  // Each weight ends where the next begins.
  let next = weighedSymbols;
  let to = huffmanTable;
  let entry: u32 = bits;
  let end = weighedSymbols + load<u32>(weightPlaces + 4);
  for (; next < end; next += 1, to += 2) store<u16>(to, <u16>(entry | ((<u32>load<u8>(next)) << 8)));
  entry -= 1;
  end = weighedSymbols + load<u32>(weightPlaces + 8);
  for (; next < end; next += 1, to += 4) store<u32>(to, (entry | ((<u32>load<u8>(next)) << 8)) * 0x00010001);
  entry -= 1;
  end = weighedSymbols + load<u32>(weightPlaces + 12);
  for (; next < end; next += 1, to += 8) store<u64>(to, <u64>(entry | ((<u32>load<u8>(next)) << 8)) * 0x0001000100010001);
  let bytes: usize = 16;
  for (let weight: u32 = 4; weight <= bits; weight += 1, bytes <<= 1) {
    entry -= 1;
    end = weighedSymbols + load<u32>(weightPlaces + (weight << 2));
    for (; next < end; next += 1) {
      const same = v128.splat<u16>(<u16>(entry | ((<u32>load<u8>(next)) << 8)));
      const stop = to + bytes;
      for (; to < stop; to += 16) v128.store(to, same);
    }
  }
}

/**
 * Streams are read from their end. What is left of the eight bytes at `place` is kept with the next bit at the top and a
 * one after the last: how far that has moved says how many bits were used. Bits before the start of a stream are whatever
 * lies there; the bits that are left at the end have to be none.
 */
function tail(start: usize, place: usize, left: u64, to: usize, end: usize): bool {
  const shift: u64 = 64 - huffmanBits;
  let at = place;
  let bits = left;
  for (let op = to; op < end; op += 1) {
    const used = <usize>ctz<u64>(bits);
    at -= used >> 3;
    bits = (load<u64>(at) | 1) << ((<u64>used) & 7);
    const entry = <u32>load<u16>((<usize>(bits >> shift)) << 1, huffmanTable);
    store<u8>(op, <u8>(entry >> 8));
    bits <<= <u64>(entry & 63);
  }
  return at + 8 >= start && (at + 8 - start) << 3 == <usize>ctz<u64>(bits);
}

/** The first bits of a stream; 0 when its last byte lacks the one that ends it. */
function firstBits(start: usize, end: usize): u64 {
  const last = end > start ? <u64>load<u8>(end - 1) : 0;
  const used = clz<u64>(last) - 55;
  return last == 0 ? 0 : (load<u64>(end - 8) | 1) << used;
}

function oneStream(start: usize, end: usize, count: usize): bool {
  const bits = firstBits(start, end);
  return bits != 0 && tail(start, end - 8, bits, literalsAt, literalsAt + count);
}

function fourStreams(from: usize, stop: usize, count: usize): bool {
  const part = (count + 3) >> 2;
  if (count < 6 || part * 3 >= count || from + 6 > stop) return false;
  const start1 = from + 6;
  const start2 = start1 + <usize>load<u16>(from);
  const start3 = start2 + <usize>load<u16>(from, 2);
  const start4 = start3 + <usize>load<u16>(from, 4);
  if (start4 >= stop) return false;
  let bits1 = firstBits(start1, start2);
  let bits2 = firstBits(start2, start3);
  let bits3 = firstBits(start3, start4);
  let bits4 = firstBits(start4, stop);
  if (bits1 == 0 || bits2 == 0 || bits3 == 0 || bits4 == 0) return false;
  let at1 = start2 - 8;
  let at2 = start3 - 8;
  let at3 = start4 - 8;
  let at4 = stop - 8;
  const shift: u64 = 64 - huffmanBits;
  const op2 = part;
  const op3 = part * 2;
  const op4 = part * 3;
  let op = literalsAt;
  // Five codes take 55 bits at most, and 56 are there after each look at the input.
  const end = literalsAt + (count - op4) - ((count - op4) % 5);
  for (; op < end; op += 5) {
    for (let i: usize = 0; i < 5; i += 1) {
      const entry1 = <u32>load<u16>((<usize>(bits1 >> shift)) << 1, huffmanTable);
      const entry2 = <u32>load<u16>((<usize>(bits2 >> shift)) << 1, huffmanTable);
      const entry3 = <u32>load<u16>((<usize>(bits3 >> shift)) << 1, huffmanTable);
      const entry4 = <u32>load<u16>((<usize>(bits4 >> shift)) << 1, huffmanTable);
      bits1 <<= <u64>(entry1 & 63);
      bits2 <<= <u64>(entry2 & 63);
      bits3 <<= <u64>(entry3 & 63);
      bits4 <<= <u64>(entry4 & 63);
      store<u8>(op + i, <u8>(entry1 >> 8));
      store<u8>(op + op2 + i, <u8>(entry2 >> 8));
      store<u8>(op + op3 + i, <u8>(entry3 >> 8));
      store<u8>(op + op4 + i, <u8>(entry4 >> 8));
    }
    let used = <usize>ctz<u64>(bits1);
    at1 -= used >> 3;
    bits1 = (load<u64>(at1) | 1) << ((<u64>used) & 7);
    used = <usize>ctz<u64>(bits2);
    at2 -= used >> 3;
    bits2 = (load<u64>(at2) | 1) << ((<u64>used) & 7);
    used = <usize>ctz<u64>(bits3);
    at3 -= used >> 3;
    bits3 = (load<u64>(at3) | 1) << ((<u64>used) & 7);
    used = <usize>ctz<u64>(bits4);
    at4 -= used >> 3;
    bits4 = (load<u64>(at4) | 1) << ((<u64>used) & 7);
  }
  return (
    tail(start1, at1, bits1, op, literalsAt + part) &&
    tail(start2, at2, bits2, op + op2, literalsAt + op3) &&
    tail(start3, at3, bits3, op + op3, literalsAt + op4) &&
    tail(start4, at4, bits4, op + op4, literalsAt + count)
  );
}
