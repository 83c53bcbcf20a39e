import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moveCursor } from '../../../src/renderer/widgets/hex-grid/cursor-moves.ts';
import { absentStates, byteAt, byteOffset, rowLayers, rowSpeech } from '../../../src/renderer/widgets/hex-grid/hex-row.ts';
import { createHexSource, windowBytes, type HexWindow } from '../../../src/renderer/widgets/hex-grid/hex-source.ts';
import { rowAtShare, shareOfRow } from '../../../src/renderer/widgets/hex-grid/row-scale.ts';

const bytes = Uint8Array.from({ length: 16 }, (_, index) => (index === 3 ? 0 : 0x40 + index));

describe('hex row', () => {
  it('puts every byte on exactly one layer, in its own place', () => {
    const absent = absentStates([{ start: 0x1002n, end: 0x1003n, state: 'missing' }], 0x1000n, 16);
    const row = rowLayers(0x1000n, bytes, absent);
    expect(row.quiet).toBe(`00000000 00001000  ${'00'.padStart(byteOffset(3) + 2).padEnd(50)}   ·`);
    expect(row.plain).toBe('40 41       44 45 46 47  48 49 4a 4b 4c 4d 4e 4f  @A  DEFGHIJKLMNO');
    expect(row.gaps).toBe('--'.padStart(byteOffset(2) + 2));
    expect(row.reason).toBeUndefined();
  });

  it('gives the reason for a row that is absent as a whole', () => {
    const absent = absentStates([{ start: 0n, end: 1n << 64n, state: 'excluded' }], 0xfffffffffffffff0n, 16);
    expect(rowLayers(0xfffffffffffffff0n, new Uint8Array(16), absent).reason).toBe('excluded');
  });

  it('is short at the end of a file, and shows that it is being read', () => {
    expect(rowLayers(0n, Uint8Array.of(1, 2), [])).toEqual({
      quiet: `${'00000000 00000000'.padEnd(69)}··`,
      plain: '01 02',
      gaps: '',
      reason: undefined,
    });
    expect(rowLayers(0n, undefined, []).gaps).toContain('··');
    expect(rowSpeech(0x10n, Uint8Array.of(0x41, 0), [undefined, 'missing'])).toBe('row 10: 41 missing; text A.');
  });

  it('finds the byte under each of its characters', () => {
    for (let index = 0; index < 16; index += 1) {
      expect(byteAt(byteOffset(index))).toBe(index);
      expect(byteAt(byteOffset(index) + 1)).toBe(index);
    }
  });
});

describe('scale of the scrollbar', () => {
  it('reaches the first and the last row of a space of 2^64 bytes', () => {
    const scale = { rows: 1n << 60n, memoryRows: 0x1000n };
    expect(rowAtShare(scale, 0)).toBe(0n);
    expect(rowAtShare(scale, 1)).toBe((1n << 60n) - 1n);
    expect(shareOfRow(scale, 0x1000n)).toBeCloseTo(0.95);
  });

  it('finds every row of a TiB again within a row or two', () => {
    const scale = { rows: 1n << 60n, memoryRows: 1n << 36n };
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 36n) - 1n }), (row) => {
        const back = rowAtShare(scale, shareOfRow(scale, row));
        expect(Number(back > row ? back - row : row - back)).toBeLessThanOrEqual(2);
      }),
    );
  });
});

describe('cursor', () => {
  const room = { size: 1n << 64n, memoryEnd: 0x4000n, pageRows: 10 };
  it.each([
    [0x10n, 'ArrowLeft', false, 0xfn],
    [0n, 'ArrowLeft', false, 0n],
    [0x25n, 'ArrowUp', false, 0x15n],
    [5n, 'ArrowUp', false, 5n],
    [0x25n, 'Home', false, 0x20n],
    [0x25n, 'End', false, 0x2fn],
    [0x25n, 'PageDown', false, 0xb5n],
    [0x25n, 'Home', true, 0n],
    [0x25n, 'End', true, 0x3fffn],
    [0x3fffn, 'End', true, (1n << 64n) - 1n],
    [(1n << 64n) - 1n, 'ArrowDown', false, (1n << 64n) - 1n],
  ] as const)('at %s goes with %s (far: %s) to %s', (from, key, far, to) => {
    expect(moveCursor(from, key, far, room)).toBe(to);
  });

  it('never leaves the space', () => {
    const keys = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'] as const;
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 1n << 64n }),
        fc.bigInt({ min: 0n }),
        fc.array(fc.tuple(fc.constantFrom(...keys), fc.boolean())),
        (size, start, presses) => {
          let cursor = start % size;
          for (const [key, far] of presses) {
            cursor = moveCursor(cursor, key, far, { size, memoryEnd: size / 2n, pageRows: 40 });
            expect(cursor >= 0n && cursor < size).toBe(true);
          }
        },
      ),
    );
  });
});

describe('hex source', () => {
  const window: HexWindow = { data: new Uint8Array(windowBytes), absent: [] };
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('reads what is needed once, cancels what is not, and cuts the last window', async () => {
    const asked: string[] = [];
    const signals: AbortSignal[] = [];
    const size = BigInt(windowBytes * 3 + 5);
    const source = createHexSource(
      size,
      (address, length, signal) => {
        asked.push(`${address}+${length}`);
        signals.push(signal);
        return Promise.resolve(window);
      },
      () => undefined,
    );
    source.want([{ start: 0n, end: 100n }]);
    source.want([{ start: size - 10n, end: size + 1000n }]);
    expect(signals.map((signal) => signal.aborted)).toEqual([true, false, false]);
    await settled();
    source.want([{ start: size - 10n, end: size }]);
    expect(asked).toEqual([`0+${windowBytes}`, `${windowBytes * 2}+${windowBytes}`, `${windowBytes * 3}+5`]);
    expect(source.at(size - 1n)).toEqual({ start: BigInt(windowBytes * 3), window });
    expect(source.at(0n)).toBeUndefined();
  });

  it('reads ahead, and keeps what is needed longer than what is not', async () => {
    const asked: bigint[] = [];
    const read = (address: bigint): Promise<HexWindow> => {
      asked.push(address / BigInt(windowBytes));
      return Promise.resolve(window);
    };
    const source = createHexSource(1n << 40n, read, () => undefined);
    const shown = { start: 0n, end: 16n };
    for (let at = 1n; at <= 70n; at += 1n) {
      source.want([shown], { start: at * BigInt(windowBytes), end: at * BigInt(windowBytes) + 1n });
      await settled();
    }
    expect(asked).toEqual(Array.from({ length: 71 }, (_, at) => BigInt(at)));
    expect(source.at(0n)?.window).toBe(window);
    expect(source.at(BigInt(windowBytes))).toBeUndefined();
  });
});
