/** Pages of high entropy. */
import { atLane } from './constants';
import { constantsAt, entropyMostPairs, histogramAt, pageBytes, setting } from './memory-map';
import { byteSum, lanes } from './page-vectors';

/** One byte of each word, the place in the word moving on every 16 bytes; ends when too many are alike. */
export function looksRandom(at: usize): bool {
  const most = setting(entropyMostPairs);
  if (!fewZeros(at, most)) return false;
  memory.fill(histogramAt, 0, 2048);
  for (let half: usize = 0; half < 2; half += 1) {
    const first = at + half * 2048;
    // Four histograms: the same byte twice in a row does not wait for itself.
    for (let start = first; start < first + 2048; start += 64) {
      count(start);
      count(start + 17);
      count(start + 34);
      count(start + 51);
    }
    if (equalPairs() > most) return false;
  }
  return true;
}

/** Counts the bytes at 0, 4, 8, and 12, one in each histogram. */
function count(place: usize): void {
  const p0 = histogramAt + ((<usize>load<u8>(place)) << 1);
  store<u16>(p0, load<u16>(p0) + 1);
  const p1 = histogramAt + ((<usize>load<u8>(place, 4)) << 1);
  store<u16>(p1, load<u16>(p1, 512) + 1, 512);
  const p2 = histogramAt + ((<usize>load<u8>(place, 8)) << 1);
  store<u16>(p2, load<u16>(p2, 1024) + 1, 1024);
  const p3 = histogramAt + ((<usize>load<u8>(place, 12)) << 1);
  store<u16>(p3, load<u16>(p3, 1536) + 1, 1536);
}

/** Pairs of equal bytes among those counted: n * (n - 1) / 2 for each byte that came n times. */
function equalPairs(): i32 {
  let squares = i32x4.splat(0);
  let counted = i32x4.splat(0);
  for (let p = histogramAt; p < histogramAt + 512; p += 16) {
    const n = i16x8.add(i16x8.add(v128.load(p), v128.load(p, 512)), i16x8.add(v128.load(p, 1024), v128.load(p, 1536)));
    squares = i32x4.add(squares, i32x4.dot_i16x8_s(n, n));
    counted = i32x4.add(counted, i32x4.extadd_pairwise_i16x8_u(n));
  }
  return <i32>((lanes(squares) - lanes(counted)) >> 1);
}

/** False when zeros alone make too many pairs among the bytes that looksRandom counts: most tables end here. */
function fewZeros(at: usize, most: i32): bool {
  const zero = i32x4.splat(0);
  const lane0 = v128.load(constantsAt, atLane);
  const lane1 = v128.load(constantsAt, atLane + 16);
  const lane2 = v128.load(constantsAt, atLane + 32);
  const lane3 = v128.load(constantsAt, atLane + 48);
  let zeros = zero;
  for (let p = at; p < at + pageBytes; p += 64) {
    const taken = v128.or(
      v128.or(v128.and(v128.load(p), lane0), v128.and(v128.load(p, 16), lane1)),
      v128.or(v128.and(v128.load(p, 32), lane2), v128.and(v128.load(p, 48), lane3)),
    );
    zeros = i8x16.sub(zeros, i8x16.eq(taken, zero));
  }
  const found = byteSum(zeros);
  return (found * (found - 1)) >> 1 <= most;
}
