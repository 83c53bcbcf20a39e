import { describe, expect, it } from 'vitest';
import type { Extent, MemoryImage } from '../../../src/analysis/formats/dump-format.ts';
import { extentList } from '../../../src/analysis/formats/extent-map.ts';
import { planBlocks } from '../../../src/analysis/page-index/block-plan.ts';
import { pageExtents } from '../../../src/analysis/page-index/page-extents.ts';
import { pageImage } from './page-image.ts';

const image = (extents: readonly Extent[]): MemoryImage => ({
  end: extents.at(-1)?.end ?? 0n,
  extents: extentList(extents),
  read: () => [],
  readPages: () => undefined,
});
const rows = (extents: readonly Extent[]) => {
  const rounded = pageExtents(image(extents));
  return [...rounded.from(0)].map(({ startPfn, endPfn, state, fileOffset, whole }) => [startPfn, endPfn, state, fileOffset, whole]);
};
const [stored, zero, excluded, missing] = [0, 1, 2, 3];

describe('extents in pages', () => {
  it('keeps whole pages and their file positions', () => {
    expect(
      rows([
        { start: 0n, end: 0x2000n, state: 'stored', fileOffset: 0x300 },
        { start: 0x2000n, end: 0x5000n, state: 'missing' },
      ]),
    ).toEqual([
      [0, 2, stored, 0x300, true],
      [2, 5, missing, undefined, true],
    ]);
  });

  it('gives a page that a boundary cuts to the stored side', () => {
    expect(
      rows([
        { start: 0n, end: 0x1800n, state: 'missing' },
        { start: 0x1800n, end: 0x3800n, state: 'stored', fileOffset: 0x100 },
        { start: 0x3800n, end: 0x6000n, state: 'zero' },
      ]),
    ).toEqual([
      [0, 1, missing, undefined, true],
      [1, 2, stored, undefined, false],
      [2, 3, stored, 0x900, true],
      [3, 4, stored, 0x1900, false],
      [4, 6, zero, undefined, true],
    ]);
  });

  it('puts several pieces of one page into one page', () => {
    expect(
      rows([
        { start: 0n, end: 0x100n, state: 'missing' },
        { start: 0x100n, end: 0x200n, state: 'excluded' },
        { start: 0x200n, end: 0xf00n, state: 'stored', fileOffset: 7 },
        { start: 0xf00n, end: 0x1000n, state: 'missing' },
        { start: 0x1000n, end: 0x1200n, state: 'excluded' },
      ]),
    ).toEqual([
      [0, 1, stored, undefined, false],
      [1, 2, excluded, undefined, false],
    ]);
  });

  it('joins neighbours that continue each other', () => {
    expect(
      rows([
        { start: 0n, end: 0x1000n, state: 'missing', reason: 'one' },
        { start: 0x1000n, end: 0x2000n, state: 'missing', reason: 'another' },
        { start: 0x2000n, end: 0x3000n, state: 'stored', fileOffset: 0x1000 },
        { start: 0x3000n, end: 0x4000n, state: 'stored', fileOffset: 0x2000 },
        { start: 0x4000n, end: 0x5000n, state: 'stored', fileOffset: 0x9000 },
      ]),
    ).toEqual([
      [0, 2, missing, undefined, true],
      [2, 4, stored, 0x1000, true],
      [4, 5, stored, 0x9000, true],
    ]);
  });

  it('refuses extents with a hole between them', () => {
    expect(() =>
      rows([
        { start: 0n, end: 0x1000n, state: 'stored' },
        { start: 0x2000n, end: 0x3000n, state: 'stored' },
      ]),
    ).toThrow('not contiguous at 0x1000');
  });

  it('finds the extent of a page and what a range needs', () => {
    const { memory } = pageImage([
      { pages: 3, state: 'missing' },
      { pages: 2, state: 'stored' },
      { pages: 5, state: 'excluded' },
    ]);
    const extents = pageExtents(memory);
    const first = (pfn: number) => extents.from(pfn).next().value;
    expect(Array.from({ length: 10 }, (_, pfn) => first(pfn)?.state)).toEqual([3, 3, 3, 0, 0, 2, 2, 2, 2, 2]);
    expect(Array.from({ length: 10 }, (_, pfn) => [first(pfn)?.startPfn, first(pfn)?.endPfn])).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((pfn) => [pfn, pfn < 3 ? 3 : pfn < 5 ? 5 : 10]),
    );
    expect(first(10)).toBeUndefined();
    expect([extents.needs(0, 3), extents.needs(0, 4), extents.needs(4, 9), extents.needs(5, 10)]).toEqual(['nothing', 'read', 'read', 'nothing']);
    expect([extents.totalPages, extents.storedPages, extents.availableEnd]).toEqual([10, 2, 5]);
  });
});

describe('block plan', () => {
  const plan = (...parts: Parameters<typeof pageImage>[0]) =>
    [...planBlocks(pageExtents(pageImage(parts).memory))].map(({ kind, startPfn, pages, state }) => [kind, startPfn, pages, state]);

  it('runs blocks of one state without stored pages together', () => {
    expect(plan({ pages: 5000, state: 'stored' }, { pages: 40_000, state: 'missing' }, { pages: 100, state: 'stored' })).toEqual([
      ['block', 0, 4096, stored],
      ['block', 4096, 4096, stored],
      ['uniform', 8192, 32_768, missing],
      ['block', 40_960, 4096, stored],
      ['block', 45_056, 44, stored],
    ]);
  });

  it('runs to the very end of the image', () => {
    expect(plan({ pages: 10_001, state: 'excluded' })).toEqual([['uniform', 0, 10_001, excluded]]);
    expect(plan({ pages: 1, state: 'zero' })).toEqual([['uniform', 0, 1, zero]]);
    expect(plan()).toEqual([]);
  });

  it('starts every row at a multiple of 4096, whatever the extents', () => {
    const parts = Array.from({ length: 50 }, (_, index) => ({
      pages: 1 + ((index * 7919) % 9000),
      state: (['missing', 'excluded', 'stored', 'zero'] as const)[index % 4] ?? 'zero',
    }));
    const total = parts.reduce((sum, { pages }) => sum + pages, 0);
    let next = 0;
    for (const [, startPfn, pages] of plan(...parts)) {
      expect(startPfn).toBe(next);
      expect(Number(startPfn) % 4096).toBe(0);
      next += Number(pages);
    }
    expect(next).toBe(total);
  });
});
