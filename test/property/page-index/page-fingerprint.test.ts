import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintPage } from '../../../src/analysis/page-index/page-fingerprint.ts';
import { littleEndianWords } from '../../../src/analysis/page-index/page-job.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { randomFor, runs } from '../../run-size.ts';

const pageBytes = 4096;

function fingerprintOf(bytes: Uint8Array): readonly [number, number] {
  const out = { low: 0, high: 0 };
  fingerprintPage(littleEndianWords(bytes), 0, out);
  return [out.low, out.high];
}

/** Pages as dumps have them: mostly empty, structured, random. */
const pages = fc.tuple(fc.constantFrom('sparse', 'stride', 'random'), fc.integer()).map(([kind, seed]) => {
  const random = seededRandom(seed);
  if (kind === 'random') return random.bytes(pageBytes);
  const page = new Uint8Array(pageBytes);
  const step = kind === 'stride' ? 64 : 1 + random.below(500);
  for (let at = random.below(64); at < pageBytes; at += step) page[at] = random.below(256);
  return page;
});

const bitCount = (value: number): number => value.toString(2).replaceAll('0', '').length;

describe('page fingerprint', () => {
  it('changes with any one byte, and comes back with it', () => {
    fc.assert(
      fc.property(pages, fc.nat(pageBytes - 1), fc.integer({ min: 1, max: 255 }), (page, at, flip) => {
        const before = fingerprintOf(page);
        page[at] = (page[at] ?? 0) ^ flip;
        const changed = fingerprintOf(page);
        page[at] ^= flip;
        expect(changed).not.toEqual(before);
        expect(fingerprintOf(page)).toEqual(before);
      }),
    );
  });

  it('changes when two different words change places', () => {
    fc.assert(
      fc.property(pages, fc.nat(1023), fc.nat(1023), (page, one, other) => {
        const words = littleEndianWords(page);
        const [first, second] = [words[one] ?? 0, words[other] ?? 0];
        fc.pre(first !== second);
        const before = fingerprintOf(page);
        words[one] = second;
        words[other] = first;
        expect(fingerprintOf(page)).not.toEqual(before);
      }),
    );
  });

  it('flips each of its bits with a probability of one half, for a flip of any bit', () => {
    const random = randomFor('avalanche');
    const flips = new Array<number>(64).fill(0);
    const trials = runs(2000, 40_000);
    for (let trial = 0; trial < trials; trial += 1) {
      const page = trial % 2 === 0 ? random.bytes(pageBytes) : new Uint8Array(pageBytes);
      // Nearly empty pages, no two of them equal: equal trials would not be independent.
      if (trial % 2 === 1) page.set(random.bytes(8), random.below(pageBytes - 8));
      const [low, high] = fingerprintOf(page);
      // The last words have the fewest steps after them.
      const bit = trial % 4 < 2 ? random.below(8 * pageBytes) : 8 * (pageBytes - 64) + random.below(512);
      page[bit >> 3] = (page[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const [newLow, newHigh] = fingerprintOf(page);
      const difference = [low ^ newLow, high ^ newHigh];
      for (let index = 0; index < 64; index += 1) flips[index] = (flips[index] ?? 0) + (((difference[index >> 5] ?? 0) >>> (index & 31)) & 1);
    }
    // Five standard deviations of a fair coin.
    const slack = (5 * Math.sqrt(trials)) / 2;
    for (const count of flips) expect(Math.abs(count - trials / 2)).toBeLessThan(slack);
  });

  it('has no collision among pages with few bits set', () => {
    const seen = new Set<string>();
    const page = new Uint8Array(pageBytes);
    for (let bit = 0; bit < 8 * pageBytes; bit += 1) {
      page[bit >> 3] = 1 << (bit & 7);
      const [low, high] = fingerprintOf(page);
      expect(bitCount(low >>> 0) + bitCount(high >>> 0)).toBeGreaterThan(8);
      seen.add(`${low} ${high}`);
      page[bit >> 3] = 0;
    }
    expect(seen.size).toBe(8 * pageBytes);
  });
});
