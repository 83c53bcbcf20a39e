/** Runs of bits are the same whether the bitmap was counted before or not, and what is counted and all alike is not read again. */
import { expect, it } from 'vitest';
import { PageBitmap } from '../../../src/analysis/formats/page-bitmap.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { countingSource } from '../../counting-source.ts';

const sectionBytes = 4096;

/** Sections of clear bits, of set bits, and mixed ones. */
function bitmapBytes(seed: number): Uint8Array {
  const random = seededRandom(seed);
  const bytes = new Uint8Array(24 * sectionBytes);
  for (let section = 0; section < 24; section += 1) {
    const kind = random.below(3);
    const part = bytes.subarray(section * sectionBytes, (section + 1) * sectionBytes);
    if (kind === 1) part.fill(0xff);
    if (kind === 2) for (let at = random.below(600); at < sectionBytes; at += 1 + random.below(600)) part[at] = random.below(256);
  }
  return bytes;
}

it.each(Array.from({ length: 20 }, (_, seed) => seed))('of a bitmap made from seed %i', (seed) => {
  const bytes = bitmapBytes(seed);
  const length = bytes.length * 8 - (seed % 3) * 1003;
  const counted = new PageBitmap(memorySource('bits', bytes), 0, length);
  counted.count();
  for (const first of [0, 1, 7, 20_000, 32_768, 32_769, 100_000, length - 1]) {
    const fresh = new PageBitmap(memorySource('bits', bytes), 0, length);
    expect([...counted.runs(first)]).toEqual([...fresh.runs(first)]);
  }
});

it('of sections that are all alike reads nothing once they are counted', () => {
  const bytes = new Uint8Array(1024 * sectionBytes);
  bytes.fill(0xff, 100 * sectionBytes, 300 * sectionBytes);
  bytes[700 * sectionBytes] = 1;
  const source = countingSource(memorySource('bits', bytes));
  const bitmap = new PageBitmap(source, 0, bytes.length * 8);
  expect(bitmap.count()).toBe(200 * sectionBytes * 8 + 1);
  const { delivered } = source;
  const bit = 8 * sectionBytes;
  expect([...bitmap.runs()].map(({ start, end, set }) => [start, end, set])).toEqual([
    [0, 100 * bit, false],
    [100 * bit, 300 * bit, true],
    [300 * bit, 700 * bit, false],
    [700 * bit, 700 * bit + 1, true],
    [700 * bit + 1, 1024 * bit, false],
  ]);
  expect(source.delivered - delivered).toBeLessThan(2 << 20);
});
