/** Runs of bits are the same whether the bitmap was counted before or not, and what is counted and all alike is not read again. */
import { expect, it } from 'vitest';
import { kdumpRanges } from '../../../src/analysis/formats/kdump-ranges.ts';
import { PageBitmap } from '../../../src/analysis/formats/page-bitmap.ts';
import { RangeColumns } from '../../../src/analysis/formats/range-columns.ts';
import { finish } from '../../../src/analysis/jobs/steps.ts';
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
  finish(counted.counted());
  for (const first of [0, 1, 7, 20_000, 32_768, 32_769, 100_000, length - 1]) {
    const fresh = new PageBitmap(memorySource('bits', bytes), 0, length);
    expect([...counted.runs(first)]).toEqual([...fresh.runs(first)]);
  }
});

it.each(Array.from({ length: 20 }, (_, seed) => seed))('their number and the bits that another has not, of bitmaps made from seed %i', (seed) => {
  const bytes = bitmapBytes(seed);
  const length = bytes.length * 8 - (seed % 3) * 1003;
  const bitmap = new PageBitmap(memorySource('bits', bytes), 0, length);
  const other = new PageBitmap(memorySource('others', bitmapBytes(seed + 100)), 0, length);
  const set = [...bitmap.runs()].filter((run) => run.set);
  expect(finish(bitmap.countRuns())).toBe(set.length);
  let missing = 0;
  for (const { start, end } of set) for (let bit = start; bit < end; bit += 1) if (!other.has(bit)) missing += 1;
  expect(finish(bitmap.countNotIn(other))).toBe(missing);
  // Counted or not.
  finish(bitmap.counted());
  expect(finish(bitmap.countNotIn(other))).toBe(missing);
});

it('as ranges of addresses answer alike, in columns and asked of the bitmap', () => {
  // A few more than are listed.
  const bytes = new Uint8Array(2 * ((1 << 18) / 8) + 4096).fill(0x55, 0, 2 * ((1 << 18) / 8) + 64);
  const bitmap = new PageBitmap(memorySource('bits', bytes), 0, bytes.length * 8);
  const asked = finish(kdumpRanges(bitmap, 4096));
  expect(asked).not.toBeInstanceOf(RangeColumns);
  const listed = RangeColumns.merged(asked);
  expect([listed.length, listed.bytes]).toEqual([asked.length, asked.bytes]);
  expect(listed.length).toBeGreaterThan(1 << 18);
  for (const index of [0, 1, 77, listed.length - 1, listed.length]) expect(asked.at(index)).toEqual(listed.at(index));
  for (const start of [0n, 1n, 4095n, 4096n, 8192n, 12_345n, (1n << 31n) - 1n, 1n << 31n, 1n << 40n]) {
    expect(asked.holds(start)).toBe(listed.holds(start));
    for (const bytesOf of [1n, 4095n, 4096n, 4097n, 8192n]) {
      expect(asked.overlaps(start, start + bytesOf)).toBe(listed.overlaps(start, start + bytesOf));
      expect(asked.holdsAll(start, start + bytesOf)).toBe(listed.holdsAll(start, start + bytesOf));
    }
  }
});

it('of sections that are all alike reads nothing once they are counted', () => {
  const bytes = new Uint8Array(1024 * sectionBytes);
  bytes.fill(0xff, 100 * sectionBytes, 300 * sectionBytes);
  bytes[700 * sectionBytes] = 1;
  const source = countingSource(memorySource('bits', bytes));
  const bitmap = new PageBitmap(source, 0, bytes.length * 8);
  expect(finish(bitmap.counted())).toBe(200 * sectionBytes * 8 + 1);
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
