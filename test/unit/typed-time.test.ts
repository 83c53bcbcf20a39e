/** Times that a person types. */
import { describe, expect, it } from 'vitest';
import { isSeconds, momentOf } from '../../src/shared/typed-time.ts';

const micros = (iso: string): bigint => BigInt(Date.parse(iso)) * 1000n;

describe('a moment', () => {
  it.each([
    ['2026-11-29', '2026-11-29T00:00:00Z'],
    ['2026-11-29 22:05', '2026-11-29T22:05:00Z'],
    ['2026-11-29T22:05:07', '2026-11-29T22:05:07Z'],
    [' 2026-11-29 22:05:07z ', '2026-11-29T22:05:07Z'],
    ['2026-11-29T00:00:00+02:00', '2026-11-28T22:00:00Z'],
    ['2026-11-29 00:00 -0530', '2026-11-29T05:30:00Z'],
    ['2026-11-29T00:00:00+02', '2026-11-28T22:00:00Z'],
    ['2024-02-29T00:00Z', '2024-02-29T00:00:00Z'],
    ['1969-12-31T23:59:59Z', '1969-12-31T23:59:59Z'],
  ])('%s is %s', (typed, iso) => {
    expect(momentOf(typed)).toBe(micros(iso));
  });

  it('keeps microseconds, also before 1970', () => {
    expect(momentOf('2026-11-29T22:05:07.000001Z')).toBe(micros('2026-11-29T22:05:07Z') + 1n);
    expect(momentOf('2026-11-29T22:05:07.25')).toBe(micros('2026-11-29T22:05:07Z') + 250_000n);
    expect(momentOf('1969-12-31T23:59:59.999999Z')).toBe(-1n);
  });

  it.each([
    'yesterday',
    '',
    '2026',
    '2026-11',
    '22:05',
    '2026-02-30',
    '2026-13-01',
    '2026-00-01',
    '2026-11-29T24:00',
    '2026-11-29T22:60',
    '2026-11-29T22:05:60',
    '2026-11-29Z',
    '2026-11-29T22:05:07.1234567Z',
    '2026-11-29T22:05+24:00',
    '1764453600',
    '26-11-29',
  ])('"%s" is none', (typed) => {
    expect(momentOf(typed)).toBeUndefined();
  });
});

it('seconds of a clock are digits with up to nine decimals', () => {
  expect(['0', '51.25', '1234567.123456789'].map(isSeconds)).toEqual([true, true, true]);
  expect(['', 'x', '-1', '1e3', '.5', '5.', '1.1234567890', '0x10', '12345678901234567890'].map(isSeconds)).toEqual(Array.from({ length: 9 }, () => false));
});
