import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { todToIso } from '../../src/analysis/arch/s390x/tod-clock.ts';

/** TOD value of 1972-01-01 and the seconds from 1970 to then (s390-dump.md section 2). */
const tod1972 = 0x8126d60e46000000n;
const seconds1972 = 0x3c26700n;
const perMicrosecond = 4096n;

const todOf = (microseconds: bigint): bigint => tod1972 + (microseconds - seconds1972 * 1_000_000n) * perMicrosecond;
/** What fits into 64 bits after 1970: until September 2042. */
const last = ((1n << 64n) - 1n - todOf(0n)) / perMicrosecond;

describe('TOD clock', () => {
  it.each([
    [0n, undefined],
    [1n, undefined],
    [0x7d91048bca000000n - 1n, undefined],
    [0x7d91048bca000000n, '1970-01-01T00:00:00.000000Z'],
    [tod1972, '1972-01-01T00:00:00.000000Z'],
    [(1n << 64n) - 1n, '2042-09-17T23:53:47.370495Z'],
  ])('0x%s', (tod, iso) => {
    expect(todToIso(tod)).toBe(iso);
  });

  it('shows each microsecond, and nothing finer', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: last }), fc.bigInt({ min: 0n, max: perMicrosecond - 1n }), (microseconds, finer) => {
        const iso = todToIso(todOf(microseconds) + finer) ?? '';
        expect(iso).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
        const [seconds = '', fraction = ''] = iso.slice(0, -1).split('.');
        expect(BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction)).toBe(microseconds);
      }),
    );
  });

  it('keeps the order of times', () => {
    const times = fc.bigInt({ min: 0n, max: last });
    fc.assert(
      fc.property(times, times, (one, other) => {
        const [left, right] = [todToIso(todOf(one)) ?? '', todToIso(todOf(other)) ?? ''];
        expect(left < right).toBe(one < other);
      }),
    );
  });
});
