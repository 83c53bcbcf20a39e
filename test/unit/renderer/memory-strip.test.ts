import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CheckResult } from '../../../src/shared/check-model.ts';
import { pageClasses, pageStates } from '../../../src/shared/model.ts';
import { withPagesBehindEnd } from '../../../src/renderer/widgets/memory-strip/behind-end.ts';
import { failingSpans, outlinesOf } from '../../../src/shared/strip-marks.ts';
import { countsText, kindCounts, sumCounts, type StripBucket } from '../../../src/shared/memory-kinds.ts';
import { addressAt, bandsOf, panSpan, pixelOf, zoomSpan } from '../../../src/shared/strip-layout.ts';

const zeros = <T extends string>(names: readonly T[]): Record<T, number> => Object.fromEntries(names.map((name) => [name, 0])) as Record<T, number>;
const bucket = (states: Partial<StripBucket['states']>, classes: Partial<StripBucket['classes']> = {}, unknown = 0): StripBucket => ({
  states: { ...zeros(pageStates), ...states },
  classes: { ...zeros(pageClasses), ...classes },
  unknown,
});

describe('memory kinds', () => {
  it('count each page once: by its class if it has bytes, otherwise by its state', () => {
    const one = bucket({ present: 5, zero: 3, missing: 2 }, { zero: 3, code: 4, data: 1 }, 7);
    expect(kindCounts(one)).toMatchObject({ zero: 3, code: 4, data: 1, missing: 2, unknown: 7 });
    expect(sumCounts([one, one])).toMatchObject({ code: 8, unknown: 14 });
    expect(countsText(kindCounts(one), 2)).toBe('not yet scanned 7, code 4');
  });
});

describe('memory past the end of the image', () => {
  it('counts as missing, page by page, and leaves every other count alone', () => {
    // 7 pages in 3 buckets: 2, 2 and 3 pages; the image ends after the third page.
    const filled = withPagesBehindEnd([bucket({ zero: 2 }), bucket({}, {}, 1), bucket({})], { start: 0x1000n, end: 0x8000n });
    expect(filled.map(kindCounts)).toMatchObject([
      { zero: 2, missing: 0, unknown: 0 },
      { zero: 0, missing: 1, unknown: 1 },
      { zero: 0, missing: 3, unknown: 0 },
    ]);
  });
});

describe('strip', () => {
  it('fills the height of every bucket that has pages, without gaps', () => {
    const counts = fc.nat(1000);
    fc.assert(
      fc.property(counts, counts, counts, counts, (zero, code, missing, unknown) => {
        const bands = bandsOf(bucket({ zero, missing }, { code }, unknown));
        if (zero + code + missing + unknown === 0) {
          expect(bands).toEqual([]);
          return;
        }
        expect(bands[0]?.to).toBe(1);
        expect(bands.at(-1)?.from).toBeCloseTo(0);
        bands.slice(1).forEach((band, index) => expect(band.to).toBe(bands[index]?.from));
        // One page among many is still visible.
        for (const band of bands) expect(band.to - band.from).toBeGreaterThan(0.05);
      }),
    );
  });

  it('goes from pixels to addresses and back', () => {
    const span = { start: 0x1000_0000n, end: 0x1800_0000n };
    expect(pixelOf(0x1400_0000n, span, 1000)).toBe(500);
    expect(addressAt(500, span, 1000)).toBe(0x1400_0000n);
    expect(addressAt(5000, span, 1000)).toBe(span.end - 1n);
    expect(pixelOf(0n, { start: 0n, end: 0n }, 100)).toBe(0);
  });

  it('zooms around a place and stays within the whole', () => {
    const whole = { start: 0n, end: 1n << 40n };
    const zoomed = zoomSpan(whole, whole, 1n << 39n, 0.5, 0x40000n);
    expect(zoomed).toEqual({ start: 1n << 38n, end: (1n << 38n) + (1n << 39n) });
    expect(zoomSpan(zoomed, whole, 0n, 100, 0x40000n)).toEqual(whole);
    expect(zoomSpan(whole, whole, 0x5000n, 1e-12, 0x40000n)).toEqual({ start: 0x5000n, end: 0x45000n });
    expect(panSpan(zoomed, whole, 1n << 50n).end).toBe(whole.end);
    expect(panSpan(zoomed, whole, -(1n << 50n)).start).toBe(0n);
    // Borders are round: multiples of a power of two that is a fair part of the window.
    const odd = zoomSpan({ start: 0x12345000n, end: 0x1abcd000n }, whole, 0x16000000n, 1, 0x40000n);
    expect(odd.start % 0x100000n).toBe(0n);
    expect(odd.end % 0x100000n).toBe(0n);
    const uneven = { start: 0n, end: 0x12345000n };
    const last = panSpan({ start: 0n, end: 0x1000000n }, uneven, 1n << 40n);
    expect(last.end).toBe(uneven.end);
    expect(last.start % 0x20000n).toBe(0n);
  });

  it('marks absolute ranges of failed checks only, and frames what people look for', () => {
    const check = (verdict: CheckResult['verdict']): CheckResult => ({
      id: 'x',
      title: 'x',
      verdict,
      detail: '',
      ranges: [
        { space: 'absolute', start: '0x10', end: '0x20' },
        { fileOffset: 4, bytes: 2 },
      ],
    });
    expect(failingSpans([check('passed'), check('failed')])).toEqual([{ start: 0x10n, end: 0x20n }]);
    expect(
      outlinesOf([
        { name: 'crashkernel', start: '0x0', end: '0x8000000', kind: 'crashkernel' },
        { name: 'memory', start: '0x0', end: '0x1000', kind: 'stored' },
      ]),
    ).toEqual([{ start: 0n, end: 0x8000000n, label: 'crashkernel 128 MiB' }]);
  });
});
