/** Lines that were added, removed, and changed. */
import { describe, expect, it } from 'vitest';
import { lineCounts } from '../../../src/renderer/words/line-difference.ts';

const counted = (older: string, newer: string): string => {
  const counts = lineCounts(older.split(' ').join('\n'), newer.split(' ').join('\n'));
  return counts === undefined ? 'too many' : `+${counts.added} -${counts.removed} ~${counts.changed}`;
};

describe('lines', () => {
  it.each([
    ['a b c', 'a b c', '+0 -0 ~0'],
    ['a b c', 'a b c d e', '+2 -0 ~0'],
    ['a b c d', 'c d', '+0 -2 ~0'],
    ['a b c', 'a x c', '+0 -0 ~1'],
    ['a b c d e', 'a x c d e f', '+1 -0 ~1'],
    ['a b c', 'x y', '+0 -1 ~2'],
    ['a b a b c', 'b a b c a', '+1 -1 ~0'],
    ['head 1 2 3 tail', 'head 1 n 3 tail more', '+1 -0 ~1'],
  ])('from "%s" to "%s"', (older, newer, expected) => {
    expect(counted(older, newer)).toBe(expected);
  });

  it('add up: the difference in length is the number added less the number removed', () => {
    // Two texts from the same lines: one without every third line, one without every fifth.
    const lines = Array.from({ length: 900 }, (_, index) => `line ${index}`);
    const older = lines.filter((_, index) => index % 3 !== 0);
    const newer = lines.filter((_, index) => index % 5 !== 0);
    const counts = lineCounts(older.join('\n'), newer.join('\n'));
    expect(counts).toBeDefined();
    expect((counts?.added ?? 0) - (counts?.removed ?? 0)).toBe(newer.length - older.length);
    const common = older.filter((line) => newer.includes(line)).length;
    expect((counts?.removed ?? 0) + (counts?.changed ?? 0)).toBe(older.length - common);
  });

  it('of an empty text, and of texts too different to count', () => {
    expect(lineCounts('', '')).toEqual({ added: 0, removed: 0, changed: 0 });
    expect(lineCounts('', 'a\nb\n')).toEqual({ added: 2, removed: 0, changed: 0 });
    const appended = 'line\n'.repeat(20_000);
    expect(lineCounts('line\n', appended)).toEqual({ added: 19_999, removed: 0, changed: 0 });
    const many = (word: string): string => Array.from({ length: 5000 }, (_, index) => `${word}${index}`).join('\n');
    expect(lineCounts(many('a'), many('b'))).toBeUndefined();
  });
});
