/** Which symbols of an alphabet have a code. */
import { usedSymbols } from './memory-map';

/**
 * Goes through the lengths (or weights) of `count` symbols, a byte each, and lists those that are not 0 in `usedSymbols`: the
 * symbol, and its length from bit 16. Most are 0, in runs: counting them too would wait for the last count each time.
 * @param counts 16 counts of 32 bits, which begin at 0; no length is above 15
 * @returns how many are listed
 */
export function listUsed(lengths: usize, count: usize, counts: usize): usize {
  const zero = i32x4.splat(0);
  v128.store(counts, zero);
  v128.store(counts, zero, 16);
  v128.store(counts, zero, 32);
  v128.store(counts, zero, 48);
  let to = usedSymbols;
  for (let base: usize = 0; base < count; base += 16) {
    let mask: u32 = ~(<u32>i8x16.bitmask(i8x16.eq(v128.load(lengths + base), zero))) & 0xffff;
    const rest = <u32>(count - base);
    if (rest < 16) mask &= (1 << rest) - 1;
    for (; mask != 0; mask &= mask - 1) {
      const symbol = <u32>base + <u32>ctz<u32>(mask);
      const length = <u32>load<u8>(lengths + symbol);
      const at = counts + (length << 2);
      store<u32>(at, load<u32>(at) + 1);
      store<u32>(to, symbol | (length << 16));
      to += 4;
    }
  }
  return (to - usedSymbols) >> 2;
}
