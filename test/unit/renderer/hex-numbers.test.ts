import { describe, expect, it } from 'vitest';
import { bytesDigits, differingPlaces, groupedHex, hexGroups, paddedHex } from '../../../src/renderer/words/numbers.ts';
import { resolveGoTo } from '../../../src/renderer/state/go-to.ts';

describe('numbers of a machine', () => {
  it('are as wide as their field, in groups of eight digits', () => {
    expect(paddedHex('0x519000')).toBe('0x0000000000519000');
    expect(paddedHex(0x220000n, 8)).toBe('0x00220000');
    expect(groupedHex('0x404c00180000000')).toBe('0x0404c001 80000000');
    expect(hexGroups('0x1', 32)).toEqual(['00000000', '00000000', '00000000', '00000001']);
    expect([1, 2, 4, 8, 16, 3].map(bytesDigits)).toEqual([2, 4, 8, 16, 32, undefined]);
    expect([groupedHex(2, 2), groupedHex('0x2002', 4)]).toEqual(['0x02', '0x2002']);
  });

  it('widen for a value that exceeds their width', () => {
    expect(groupedHex('0x123456789', 8)).toBe('0x00000001 23456789');
  });

  it('are compared digit by digit, among any number side by side', () => {
    const marked = (...values: readonly string[]): string =>
      differingPlaces(values, 8)
        .map((differs) => (differs ? '^' : '.'))
        .join('');
    expect(marked('0x18010001', '0x18010101')).toBe('.....^..');
    expect(marked('0x1', '0x10000001')).toBe('^.......');
    expect(marked('0x12', '0x12', '0x13')).toBe('.......^');
    expect(marked('0x12')).toBe('........');
  });

  it('lead where they say, both as shown and as copied', () => {
    for (const text of [groupedHex(0x519000n), paddedHex(0x519000n), '00000000 00519000', 'absolute:00000000_00519000'])
      expect(resolveGoTo(text, 'absolute', [])).toMatchObject({ ok: true, position: { space: 'absolute', address: 0x519000n } });
  });
});
