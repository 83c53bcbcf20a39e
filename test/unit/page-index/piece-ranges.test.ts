import { describe, expect, it } from 'vitest';
import { extentList } from '../../../src/analysis/formats/extent-map.ts';
import { pageExtents, type PageExtents } from '../../../src/analysis/page-index/page-extents.ts';
import { mostRanges, planRanges, rangeOfNumber } from '../../../src/analysis/page-index/piece-ranges.ts';
import type { Extent, ExtentState } from '../../../src/analysis/formats/dump-format.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;
const TiB = 2 ** 40;

/** Extents one after the other. */
function extentsOf(parts: readonly (readonly [bytes: number, state: ExtentState])[]): PageExtents {
  const list: Extent[] = [];
  let at = 0n;
  for (const [bytes, state] of parts) {
    list.push({ start: at, end: at + BigInt(bytes), state });
    at += BigInt(bytes);
  }
  return pageExtents({ extents: extentList(list), end: at });
}

/** The same, and how often they were asked. */
function counted(extents: PageExtents): { readonly extents: PageExtents; readonly asked: () => number } {
  let asked = 0;
  return {
    extents: {
      ...extents,
      from(pfn) {
        asked += 1;
        return extents.from(pfn);
      },
    },
    asked: () => asked,
  };
}

describe('a plan of ranges', () => {
  it('has the ranges in which something has to be read, by numbers that are their addresses', () => {
    const extents = extentsOf([
      [8 * MiB, 'stored'],
      [100 * MiB, 'missing'],
      [1 * MiB, 'stored'],
      [40 * MiB, 'zero'],
      [5 * MiB, 'stored'],
    ]);
    const { ranges, rangeSize } = planRanges(extents, { rangeSize: 32 * MiB });
    expect(rangeSize).toBe(32 * MiB);
    expect(ranges).toEqual([
      { number: 0, startPfn: 0, endPfn: 8192 },
      { number: 3, startPfn: 3 * 8192, endPfn: 4 * 8192 },
      { number: 4, startPfn: 4 * 8192, endPfn: 5 * 8192 },
    ]);
    for (const range of ranges) expect(rangeOfNumber(extents, range.number, rangeSize)).toEqual(range);
  });

  it.each([
    [64 * MiB, 1],
    [1 * GiB, 2],
    [1 * GiB, 100],
    [3 * TiB, 8],
    [64 * TiB, 64],
  ])('gives each worker at least four ranges unless they were too small (%d bytes, %d workers)', (bytes, workers) => {
    const { ranges, rangeSize } = planRanges(extentsOf([[bytes, 'stored']]), { workers });
    expect(ranges.length).toBeGreaterThanOrEqual(Math.min(4 * workers, bytes / (16 * MiB)));
    expect(Math.log2(rangeSize) % 1).toBe(0);
    // Not more than that asks for: twice as large ones would be too few.
    if (rangeSize < 64 * GiB) expect(bytes / (2 * rangeSize)).toBeLessThan(4 * workers);
  });

  it('of 64 TiB with holes asks for what is there, and not for the holes', () => {
    const pieces = 500;
    const parts = Array.from({ length: pieces }, () => [
      [1 * MiB, 'stored'],
      [(64 * TiB) / pieces - 1 * MiB, 'missing'],
    ]).flat() as [number, ExtentState][];
    const { extents, asked } = counted(extentsOf(parts.map(([bytes, state]) => [Math.floor(bytes / 4096) * 4096, state])));
    const { ranges } = planRanges(extents, { rangeSize: 16 * MiB });
    expect(ranges.length).toBeGreaterThanOrEqual(pieces);
    expect(ranges.length).toBeLessThanOrEqual(2 * pieces);
    expect(asked()).toBeLessThan(5 * pieces);
  });

  it('of a dump without stored pages is empty', () => {
    expect(planRanges(extentsOf([[64 * TiB, 'excluded']])).ranges).toEqual([]);
  });

  it.each([0, 4096, 8 * MiB, 24 * MiB, 128 * GiB, 16.5 * MiB, NaN])('rejects ranges of %d bytes', (rangeSize) => {
    expect(() => planRanges(extentsOf([[64 * MiB, 'stored']]), { rangeSize })).toThrow('a range has a power of two of bytes from 16 MiB to 64 GiB');
  });

  it('is bounded', () => {
    const extents = extentsOf([[64 * TiB, 'stored']]);
    expect(() => planRanges(extents, { rangeSize: 16 * MiB })).toThrow('more than 65536: choose larger ones');
    expect(planRanges(extents, { workers: 10 ** 6 }).ranges.length).toBeLessThanOrEqual(mostRanges);
  });

  it('has no range after the end of memory', () => {
    const extents = extentsOf([[65 * MiB, 'stored']]);
    expect(rangeOfNumber(extents, 4, 16 * MiB).startPfn).toBe(4 * 4096);
    for (const number of [5, -1, 1.5, NaN]) expect(() => rangeOfNumber(extents, number, 16 * MiB)).toThrow('this dump has 5, numbered from 0');
  });
});
