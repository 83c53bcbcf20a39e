/**
 * The page job in AssemblyScript: every page of one read in one call. Same numbers as page-class.ts, code-likeness.ts and
 * page-fingerprint.ts, which are the definition; tests hold both against each other. Tables and thresholds are written
 * into this memory by wasm-page-job.ts, so that each is in one place only.
 *
 * Where the plain code looks at every byte, this one first takes an upper bound with SIMD, and only pages that the bound
 * lets through are looked at in the same way as there.
 */
import { setConstants } from './constants';
import { fingerprint } from './fingerprint';
import {
  aarch64TableAt,
  bytesAt,
  classFill,
  classZero,
  fingerprintsAt,
  metaAt,
  metaOfClassAt,
  metaOfStateAt,
  nibblesAt,
  pageBytes,
  s390xTableAt,
  statesAt,
  sumsAt,
  x86FirstAt,
  x86PairsAt,
} from './memory-map';
import { nibbleTable } from './nibble-table';
import { classOfSample } from './page-class';

export { aarch64TableAt, bytesAt, fingerprintsAt, metaAt, mostPages, s390xTableAt, settingsAt, statesAt, sumsAt, x86PairsAt } from './memory-map';

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
