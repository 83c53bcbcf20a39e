/** Notes that differ are named with their values, and where those are too many with digests: none is left out. */
import { expect, it } from 'vitest';
import { differingNotes } from '../../../src/analysis/compare/notes.ts';
import type { NoteJson } from '../../../src/shared/structure-model.ts';

const note = (index: number, raw: string, owner = 'VENDOR'): NoteJson => ({
  index,
  owner,
  type: 9,
  name: 'unknown',
  fileOffset: 0,
  bytes: raw.length / 2,
  raw,
});

it('of two lists', () => {
  const left = [note(0, '00'), note(1, '11'), note(2, '22', 'OTHER')];
  const right = [note(0, '00'), note(1, '12'), note(2, '13')];
  expect(differingNotes(left, right)).toEqual([
    { field: 'VENDOR unknown (2)', left: '0x11', right: '0x12' },
    { field: 'OTHER unknown', left: '0x22' },
    { field: 'VENDOR unknown (3)', right: '0x13' },
    { field: 'VENDOR unknown: notes', left: '2', right: '3' },
    { field: 'OTHER unknown: notes', left: '1' },
  ]);
});

it('of thousands that all differ', () => {
  const list = (digit: string): NoteJson[] => Array.from({ length: 2000 }, (_, index) => note(index, digit.repeat(1000)));
  const found = differingNotes(list('1'), list('2'));
  expect(found.length).toBe(2000);
  expect(found[0]?.left).toBe(`0x${'1'.repeat(1000)}`);
  expect(found.at(-1)?.left).toMatch(/^SHA-256 [0-9a-f]{64}$/);
  expect(found.at(-1)?.left).not.toBe(found.at(-1)?.right);
});
