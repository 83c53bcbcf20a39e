/** Where two values differ: numbers from the right, digit by digit. */
import { describe, expect, it } from 'vitest';
import { firstPieces, markedPieces } from '../../../src/renderer/words/digit-marks.ts';

/** The text with differences in brackets. */
const marked = (text: string, other: string | undefined): string =>
  markedPieces(text, other)
    .map((piece) => (piece.differs ? `[${piece.text}]` : piece.text))
    .join('');

describe('marks', () => {
  it.each([
    ['0x7ff3c0', '0x7fe3c0', '0x7f[f]3c0'],
    ['0x1a2b3', '0x1c2d3', '0x1[a]2[b]3'],
    // The last digits are aligned.
    ['0x519000', '0x19000', '0x[5]19000'],
    ['0x19000', '0x519000', '0x19000'],
    ['0x1000-0x2fff', '0x1000-0x12fff', '0x1000-0x2fff'],
    ['0x1000-0x12fff', '0x1000-0x2fff', '0x1000-0x[1]2fff'],
    ['12 of 100 pages', '12 of 105 pages', '12 of 10[0] pages'],
    ['00000000012b4d30', '00000000012b4e30', '00000000012b4[d]30'],
    ['0x10', '16', '[0x10]'],
    ['Linux version 6.1 (gcc)', 'Linux release 6.1-rc1 (gcc)', 'Linux [version 6.]1 (gcc)'],
    ['same', 'same', 'same'],
    ['alone', undefined, 'alone'],
    ['abc', '', '[abc]'],
  ])('of %s next to %s', (text, other, expected) => {
    expect(marked(text, other)).toBe(expected);
  });

  it('keep every character, even of texts too long to compare by digits', () => {
    const long = `${'a'.repeat(5000)}1${'b'.repeat(10)}`;
    const pieces = markedPieces(long, `${'a'.repeat(5000)}23${'b'.repeat(10)}`);
    expect(pieces.map(({ text }) => text).join('')).toBe(long);
    expect(pieces.filter(({ differs }) => differs)).toEqual([{ text: '1', differs: true }]);
  });
  it('are cut to the first characters', () => {
    expect(firstPieces(markedPieces('0x1a2b3', '0x1c2d3'), 4)).toEqual([
      { text: '0x1', differs: false },
      { text: 'a', differs: true },
    ]);
    expect(firstPieces([{ text: 'abcdef', differs: true }], 4)).toEqual([{ text: 'abcd…', differs: true }]);
  });
});
