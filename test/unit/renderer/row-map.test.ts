import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryGaps } from '../../../src/renderer/views/hex/memory-gaps.ts';
import { citation, copyText, type CopiedBytes } from '../../../src/renderer/views/hex/copy-formats.ts';
import { gridMarks } from '../../../src/renderer/views/hex/grid-marks.ts';
import { foldsOf, RowMap } from '../../../src/renderer/widgets/hex-grid/row-map.ts';

describe('folded rows', () => {
  it('are one row each, and every other row can be found again', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.bigInt(0n, 400n), fc.bigInt(0n, 400n)), { maxLength: 6 }), fc.bigInt(0n, 60n), (pieces, tail) => {
        let at = 0n;
        const folds = pieces.map(([before, length]) => {
          const start = at + before + 1n;
          at = start + length;
          return { start, end: at, reason: 'gone' };
        });
        const rows = at + tail;
        const map = new RowMap(rows, folds);
        const expected: string[] = [];
        for (let row = 0n; row < rows; row += 1n) {
          const fold = folds.find(({ start, end }) => end - start > 1n && row >= start && row < end);
          if (fold === undefined || row === fold.start) expected.push(`${row}${fold === undefined ? '' : ' folded'}`);
          expect(map.shownAt(row)).toBe(BigInt(expected.length - 1));
          expect(map.foldAt(row)).toEqual(fold);
        }
        expect(map.count).toBe(BigInt(expected.length));
        expect(
          expected.map((_, shown) => {
            const { row, fold } = map.rowAt(BigInt(shown));
            return `${row}${fold === undefined ? '' : ' folded'}`;
          }),
        ).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('come from ranges without memory, and from long gaps', () => {
    const gaps = memoryGaps([
      { start: '0x100000', end: '0x200000' },
      { start: '0x0', end: '0x1000' },
    ]);
    expect(gaps.map(({ start, end }) => [start, end])).toEqual([
      [0x1000n, 0x100000n],
      [0x200000n, 1n << 64n],
    ]);
    expect(foldsOf([{ start: 8n, end: 0x1008n, reason: '' }])).toEqual([]);
    expect(foldsOf([{ start: 8n, end: 0x2008n, reason: 'x' }])).toEqual([{ start: 1n, end: 0x200n, reason: 'x' }]);
    expect(memoryGaps([])).toEqual([]);
  });
});

describe('copied bytes', () => {
  const copied: CopiedBytes = {
    position: { space: 'real', cpu: 1, address: 0x1ffen, length: 4 },
    data: Uint8Array.of(0x41, 0x60, 0, 0xff),
    absent: [{ start: '0x2000', end: '0x2001', state: 'missing' }],
    file: 'a*/b`|.elf',
    identity: 'f'.repeat(64),
  };
  it('say where they are from, and what is absent', () => {
    expect(citation(copied)).toBe('a*/b`|.elf (dump ffffffffffffffff), real(1):0x1ffe, 4 bytes');
    expect(copyText('hex', copied)).toBe('41 60 -- ff');
    expect(copyText('c', copied).split('*/').length).toBe(3);
    expect(copyText('c', copied)).toContain('0x41, 0x60, /* absent */ 0x00, 0xff,');
    expect(JSON.parse(copyText('json', copied))).toMatchObject({ cpu: 1, address: '0x1ffe', hex: '4160--ff', absent: copied.absent });
    expect(copyText('markdown', copied)).toContain('a\\*/b\\`\\|.elf');
    expect(copyText('markdown', copied)).toContain('0000000000001ffe  41 60 -- ff');
  });
});

describe('marks in the grid', () => {
  it('are those of the displayed space', () => {
    const marks = [
      { id: 1, kind: 'bookmark', space: 'absolute', start: 1n, end: 2n, text: '', colour: 'red' },
      { id: 2, kind: 'annotation', space: 'real', cpu: 1, start: 1n, end: 9n, text: '', colour: 'blue' },
    ] as const;
    const overlay = { layout: 'os_info', at: { space: 'absolute', address: 64n, length: 1 } } as const;
    expect(gridMarks({ checks: [], marks, overlay, space: 'absolute', cpu: undefined }).map(({ tone }) => tone)).toEqual(['field', 'mark-red']);
    expect(gridMarks({ checks: [], marks, overlay, space: 'real', cpu: 1 }).map(({ tone }) => tone)).toEqual(['mark-blue']);
  });
});
