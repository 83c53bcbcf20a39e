/**
 * Tables of finite state entropy codes (RFC 8878 section 4.1). An entry has 64 bits: from bit 0 how many bits lead to the
 * next state, from 8 how many more belong to the value, from 16 the first of the next states, from 32 the first value. The
 * meaning of a symbol is such an entry without the states.
 */
import { spreadSymbols, symbolShares, symbolStates } from './memory-map';

/** What `readShares` found: the table has so many bits, for so many symbols. */
export let shareLog: u32 = 0;
export let shareSymbols: u32 = 0;

/** @returns the place after the description of the table, or 0 when it is damaged or not allowed here */
export function readShares(at: usize, end: usize, mostSymbols: u32, mostLog: u32): usize {
  const log = ((<u32>load<u8>(at)) & 15) + 5;
  if (at >= end || log > mostLog) return 0;
  let position: usize = 4;
  let rest: i32 = (1 << log) + 1;
  let threshold: i32 = 1 << log;
  let width: usize = log + 1;
  let symbol: u32 = 0;
  while (rest > 1) {
    if (symbol >= mostSymbols) return 0;
    const word = load<u32>(at + (position >> 3)) >> ((<u32>position) & 7);
    const spare = 2 * threshold - 1 - rest;
    let value = (<i32>word) & (threshold - 1);
    if (value < spare) position += width - 1;
    else {
      value = (<i32>word) & (2 * threshold - 1);
      if (value >= threshold) value -= spare;
      position += width;
    }
    const share = value - 1;
    rest -= share < 0 ? 1 : share;
    store<i16>(symbolShares + (symbol << 1), <i16>share);
    symbol += 1;
    if (share == 0) {
      let none: u32;
      do {
        none = (load<u32>(at + (position >> 3)) >> ((<u32>position) & 7)) & 3;
        position += 2;
        if (symbol + none > mostSymbols) return 0;
        for (let i: u32 = 0; i < none; i += 1) store<i16>(symbolShares + ((symbol + i) << 1), 0);
        symbol += none;
      } while (none == 3);
    }
    while (rest < threshold) {
      width -= 1;
      threshold >>= 1;
    }
  }
  const next = at + ((position + 7) >> 3);
  if (rest != 1 || next > end) return 0;
  shareLog = log;
  shareSymbols = symbol;
  return next;
}

/** Builds a table from the shares of its symbols, -1 for less than one; they have to add up to its size. */
export function buildStates(table: usize, log: u32, symbols: u32, meanings: usize): void {
  const size: u32 = 1 << log;
  const mask = size - 1;
  let high: i32 = <i32>mask;
  for (let symbol: u32 = 0; symbol < symbols; symbol += 1) {
    const share = load<i16>(symbolShares + (symbol << 1));
    if (share == -1) {
      store<u8>(spreadSymbols + <usize>high, <u8>symbol);
      high -= 1;
    }
    store<u16>(symbolStates + (symbol << 1), share == -1 ? 1 : <u16>share);
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let place: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbols; symbol += 1) {
    for (let left = <i32>load<i16>(symbolShares + (symbol << 1)); left > 0; left -= 1) {
      store<u8>(spreadSymbols + place, <u8>symbol);
      do place = (place + step) & mask;
      while (<i32>place > high);
    }
  }
  for (let state: u32 = 0; state < size; state += 1) {
    const symbol = <u32>load<u8>(spreadSymbols + state);
    const at = symbolStates + (symbol << 1);
    const next = <u32>load<u16>(at);
    store<u16>(at, <u16>(next + 1));
    const bits = log - (31 - <u32>clz<u32>(next));
    store<u64>(table + (state << 3), load<u64>(meanings + (symbol << 3)) | (<u64>bits) | ((<u64>((next << bits) - size)) << 16));
  }
}
