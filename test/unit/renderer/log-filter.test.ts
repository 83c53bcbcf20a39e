import { describe, expect, it } from 'vitest';
import { firstPlace } from '../../../src/shared/log-tail.ts';
import { everything, filterRecords, nextMarked, piecesOf } from '../../../src/renderer/views/dmesg/log-filter.ts';
import type { LogRecordJson } from '../../../src/shared/kernel-model.ts';

const records: readonly LogRecordJson[] = [
  { text: 'Linux version 6', level: 5 },
  { text: 'WARNING: something', level: 4, mark: 'warning' },
  { text: 'no level at all' },
  { text: 'Kernel panic - not syncing: x', level: 0, mark: 'panic' },
  { text: ' </TASK>', level: 6 },
];
const texts = (filter: Partial<typeof everything>): readonly string[] => filterRecords(records, { ...everything, ...filter }).map(({ text }) => text);

describe('the filter of a log', () => {
  it('keeps records without a level', () => {
    expect(texts({ level: 3 })).toEqual(['no level at all', 'Kernel panic - not syncing: x']);
  });

  it('requires every word, ignoring case', () => {
    expect(texts({ search: 'PANIC kernel' })).toEqual(['Kernel panic - not syncing: x']);
    expect(texts({ search: 'panic linux' })).toEqual([]);
  });

  it('shows only records that report trouble', () => {
    expect(texts({ marked: true })).toEqual(['WARNING: something', 'Kernel panic - not syncing: x']);
  });
});

describe('a log that is opened', () => {
  it('is at the panic, otherwise at its end', () => {
    expect(firstPlace(records)).toBe(3);
    expect(firstPlace(records.slice(0, 3))).toBe(2);
    expect(firstPlace([])).toBe(-1);
  });

  it('steps from one record that reports trouble to the next', () => {
    expect([nextMarked(records, -1, 1), nextMarked(records, 1, 1), nextMarked(records, 3, 1), nextMarked(records, 3, -1)]).toEqual([1, 3, undefined, 1]);
  });
});

describe('hits in a text', () => {
  it.each([
    ['a panic, a Panic', 'panic', ['a ', '[panic]', ', a ', '[Panic]']],
    ['abc', 'b c', ['a', '[b]', '[c]']],
    ['abc', '', ['abc']],
    ['abc', 'x', ['abc']],
  ])('%s with "%s"', (text, search, pieces) => {
    const found = piecesOf(text, search);
    expect(found.map((piece) => (piece.isHit ? `[${piece.text}]` : piece.text))).toEqual(pieces);
    expect(found.map((piece) => piece.text).join('')).toBe(text);
  });
});
