/**
 * The 64-bit fingerprint of a page: tells "same bytes" from "other bytes" when two dumps are compared by their indexes,
 * and finds duplicates. Not cryptographic: for evidence there is the memory root.
 *
 * Written so that plain JS is fast and WebAssembly SIMD gives the same numbers. The page is 1024 little-endian 32-bit
 * words in 16 columns (word i belongs to column i mod 16: four i32x4 vectors a step, 64 steps). Each column keeps two
 * 32-bit states:
 *
 *     a = rotl((a ^ word) * stepFactor, 13)
 *     b = rotl(b, 7) + a
 *
 * Every step is a bijection of a, so one changed word always changes it; when a later word cancels that, b still
 * remembers. So a column carries 64 bits, also where two pages differ in one column only (a counter in an array of
 * 64-byte structures). The 32 states are folded in column order and mixed across both halves at the end.
 */

/** Recorded in the index header: numbers of different algorithms never meet. */
export const fingerprintAlgorithm = 'columns16-1';

const stepFactor = 0x9e3779b1 | 0;
const foldFactorA = 0x85ebca77 | 0;
const foldFactorB = 0xc2b2ae3d | 0;
const columnSeed = 0x27d4eb2f | 0;
const wordsPerPage = 1024;
const columns = 16;

/** Two 32-bit halves, the first 32 bits of the fingerprint are `high`. */
export interface Halves {
  low: number;
  high: number;
}

/**
 * Folds the columns of one page.
 * @param words little-endian words of the block
 * @param at index of the page's first word
 * @param out receives the halves before the zero page's own value is taken out
 */
function foldColumns(words: Int32Array, at: number, out: Halves): void {
  const end = at + wordsPerPage;
  let low = 0;
  let high = 0;
  // Four columns a pass: their states and the addresses then fit the registers of x86-64 and aarch64.
  for (let column = 0; column < columns; column += 4) {
    let a0 = Math.imul(column + 1, columnSeed);
    let a1 = Math.imul(column + 2, columnSeed);
    let a2 = Math.imul(column + 3, columnSeed);
    let a3 = Math.imul(column + 4, columnSeed);
    let b0 = 0;
    let b1 = 0;
    let b2 = 0;
    let b3 = 0;
    for (let i = at + column; i < end; i += columns) {
      a0 = Math.imul(a0 ^ (words[i] ?? 0), stepFactor);
      a0 = (a0 << 13) | (a0 >>> 19);
      b0 = (((b0 << 7) | (b0 >>> 25)) + a0) | 0;
      a1 = Math.imul(a1 ^ (words[i + 1] ?? 0), stepFactor);
      a1 = (a1 << 13) | (a1 >>> 19);
      b1 = (((b1 << 7) | (b1 >>> 25)) + a1) | 0;
      a2 = Math.imul(a2 ^ (words[i + 2] ?? 0), stepFactor);
      a2 = (a2 << 13) | (a2 >>> 19);
      b2 = (((b2 << 7) | (b2 >>> 25)) + a2) | 0;
      a3 = Math.imul(a3 ^ (words[i + 3] ?? 0), stepFactor);
      a3 = (a3 << 13) | (a3 >>> 19);
      b3 = (((b3 << 7) | (b3 >>> 25)) + a3) | 0;
    }
    low = foldA(foldA(foldA(foldA(low, a0), a1), a2), a3);
    high = foldB(foldB(foldB(foldB(high, b0), b1), b2), b3);
  }
  // Each half runs through the other one's mixer twice: a Feistel network, so no two states become one here.
  low ^= mix(high);
  high ^= mix(low);
  low ^= mix(high ^ columnSeed);
  high ^= mix(low ^ columnSeed);
  out.low = low;
  out.high = high;
}

function foldA(fold: number, state: number): number {
  const product = Math.imul(fold ^ state, foldFactorA);
  return (product << 15) | (product >>> 17);
}

function foldB(fold: number, state: number): number {
  const product = Math.imul(fold ^ state, foldFactorB);
  return (product << 17) | (product >>> 15);
}

/** The finalizer of MurmurHash3 (32 bits): every input bit flips each output bit with a probability near one half. */
function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

const zeroPage: Halves = { low: 0, high: 0 };
foldColumns(new Int32Array(wordsPerPage), 0, zeroPage);
const zeroLow = zeroPage.low;
const zeroHigh = zeroPage.high;

/**
 * Fingerprint of one page of 4096 bytes. The page of zeros has fingerprint 0, whether its bytes are stored or implied.
 * @param words the block as little-endian 32-bit words, on every host
 * @param at index of the page's first word
 * @param out receives the two halves as signed 32-bit numbers
 */
export function fingerprintPage(words: Int32Array, at: number, out: Halves): void {
  foldColumns(words, at, out);
  out.low ^= zeroLow;
  out.high ^= zeroHigh;
}
