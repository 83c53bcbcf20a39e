/** Memory from pieces against a model that keeps one entry a byte. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageStateCodes, type ExtentState } from '../../src/analysis/formats/dump-format.ts';
import { RangeColumns } from '../../src/analysis/formats/range-columns.ts';
import { segmentMemory } from '../../src/analysis/formats/segment-memory.ts';
import type { MemoryPiece } from '../../src/analysis/formats/memory-piece.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { pageSize } from '../../src/shared/units.ts';
import { runs } from '../run-size.ts';

interface ModelByte {
  readonly state: ExtentState;
  readonly value: number;
}

const space = 6 * pageSize;
const file = Uint8Array.from({ length: 3 * pageSize }, (_, index) => ((index * 7919) >> 3) & 0xff || 1);

const states: fc.Arbitrary<ExtentState> = fc.constantFrom('stored', 'stored', 'stored', 'zero', 'excluded', 'missing', 'encrypted');
/** Ends that meet at page borders and next to them are where mistakes live. */
const places = fc.oneof(
  fc.nat({ max: space }),
  fc.tuple(fc.nat({ max: 6 }), fc.integer({ min: -2, max: 2 })).map(([page, near]) => Math.max(0, page * pageSize + near)),
);
const pieces = fc.array(
  fc.tuple(places, places, states, fc.nat({ max: file.length + pageSize })).map(([one, other, state, offset]): MemoryPiece => {
    const start = BigInt(Math.min(one, other));
    const end = BigInt(Math.max(one, other));
    return state === 'stored' ? { start, end, state, fileOffset: offset } : { start, end, state };
  }),
  { maxLength: 8 },
);

const outside: ModelByte = { state: 'missing', value: 0 };

/**
 * Byte by byte: the first piece that covers it wins. What a piece claims past the end of the file is missing, unless another
 * stored piece has it; pieces without bytes that come after all stored ones do not make it up.
 */
function modelOf(listed: readonly MemoryPiece[]): ModelByte[] {
  const used = listed.filter(({ start, end }) => start < end);
  const size = Math.ceil(used.reduce((most, { end }) => Math.max(most, Number(end)), 0) / pageSize) * pageSize;
  const held = ({ state, fileOffset = 0 }: MemoryPiece): boolean => state === 'stored' && fileOffset < file.length;
  const behindStored = used.findLastIndex(held) + 1;
  const winner = (at: bigint): ModelByte => {
    let claimed = false;
    for (let index = 0; index < used.length; index += 1) {
      const piece = used[index];
      if (index === behindStored && claimedFrom(index, at)) claimed = true;
      if (piece === undefined || at < piece.start || at >= piece.end) continue;
      if (index >= behindStored && claimed) return outside;
      const value = piece.state === 'stored' ? file[(piece.fileOffset ?? 0) + Number(at - piece.start)] : 0;
      if (value !== undefined) return { state: piece.state, value };
      claimed = true;
    }
    return outside;
  };
  // A claim of a piece that comes later counts too: it is before everything without bytes at the end of the list.
  const claimedFrom = (first: number, at: bigint): boolean => used.slice(first).some(({ state, start, end }) => state === 'stored' && at >= start && at < end);
  return Array.from({ length: size }, (_, at) => winner(BigInt(at)));
}

describe('memory from pieces', () => {
  it('extents cover everything, in order, once, with the state of each byte', () => {
    fc.assert(
      fc.property(pieces, (listed) => {
        const model = modelOf(listed);
        const memory = segmentMemory(memorySource('dump', file), listed);
        expect(memory.end).toBe(BigInt(model.length));
        let at = 0n;
        for (const extent of memory.extents) {
          expect(extent.start).toBe(at);
          expect(extent.end).toBeGreaterThan(extent.start);
          for (let address = extent.start; address < extent.end; address += 1n)
            if (model[Number(address)]?.state !== extent.state) expect.fail(`0x${address.toString(16)} is ${extent.state}`);
          if (extent.fileOffset !== undefined) expect(file[extent.fileOffset]).toBe(model[Number(extent.start)]?.value);
          at = extent.end;
        }
        expect(at).toBe(memory.end);
      }),
      { numRuns: runs(60, 600) },
    );
  });

  it('read gives every byte that is there and lists every one that is not', () => {
    fc.assert(
      fc.property(pieces, fc.array(fc.tuple(places, fc.nat({ max: 2 * pageSize })), { minLength: 1, maxLength: 4 }), (listed, reads) => {
        const model = modelOf(listed);
        const memory = segmentMemory(memorySource('dump', file), listed);
        for (const [address, length] of reads) {
          const target = new Uint8Array(length).fill(0xee);
          const absent = memory.read(BigInt(address), target);
          const expected = Array.from({ length }, (_, index) => model[address + index] ?? outside);
          expect(
            Buffer.compare(
              target,
              Uint8Array.from(expected, ({ state, value }) => (state === 'stored' ? value : 0)),
            ),
          ).toBe(0);
          const stateAt = new Map<number, string>();
          let last = -1n;
          for (const gap of absent) {
            expect(gap.start >= last && gap.end > gap.start).toBe(true);
            last = gap.end;
            for (let at = Number(gap.start); at < Number(gap.end); at += 1) stateAt.set(at, gap.state);
          }
          const gone = expected.flatMap(({ state }, index) => (state === 'stored' || state === 'zero' ? [] : [[address + index, state] as const]));
          expect([...stateAt]).toEqual(gone);
        }
      }),
      { numRuns: runs(60, 600) },
    );
  });

  it('readPages gives whole pages with the state that says most', () => {
    const order: readonly ExtentState[] = ['stored', 'unreadable', 'encrypted', 'excluded', 'missing', 'zero'];
    fc.assert(
      fc.property(pieces, fc.nat({ max: 7 }), fc.integer({ min: 1, max: 8 }), (listed, first, count) => {
        const model = modelOf(listed);
        const memory = segmentMemory(memorySource('dump', file), listed);
        const target = new Uint8Array(count * pageSize).fill(0xee);
        const codes = new Uint8Array(count).fill(0xee);
        memory.readPages(first, target, codes);
        for (let page = 0; page < count; page += 1) {
          const bytes = Array.from({ length: pageSize }, (_, index) => model[(first + page) * pageSize + index] ?? outside);
          const state = order.find((one) => bytes.some((byte) => byte.state === one));
          expect(pageStateCodes[codes[page] ?? -1]).toBe(state);
          const expected = Uint8Array.from(bytes, (byte) => (byte.state === 'stored' ? byte.value : 0));
          expect(Buffer.compare(target.subarray(page * pageSize, (page + 1) * pageSize), expected)).toBe(0);
        }
      }),
      { numRuns: runs(60, 600) },
    );
  });

  it('a file that turns out shorter than it said makes pages unreadable, not zero', () => {
    const honest = memorySource('dump', file);
    const lying = {
      ...honest,
      size: file.length,
      readInto: (offset: number, target: Uint8Array) => honest.readInto(offset, target.subarray(0, Math.max(0, Math.min(target.length, pageSize - offset)))),
    };
    const memory = segmentMemory(lying, [{ start: 0n, end: 2n * BigInt(pageSize), state: 'stored', fileOffset: 0 }]);
    const codes = new Uint8Array(2);
    memory.readPages(0, new Uint8Array(2 * pageSize), codes);
    expect([...codes].map((code) => pageStateCodes[code])).toEqual(['stored', 'unreadable']);
    expect(memory.read(0n, new Uint8Array(2 * pageSize))).toMatchObject([{ start: BigInt(pageSize), end: 2n * BigInt(pageSize), state: 'unreadable' }]);
  });

  it('merged ranges cover the same addresses, ascend and do not touch', () => {
    const ranges = fc.array(
      fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 60 })).map(([one, other]) => ({ start: BigInt(one), end: BigInt(other) })),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(ranges, (listed) => {
        const columns = RangeColumns.merged(listed);
        const merged = [...columns];
        const covers = (all: readonly { start: bigint; end: bigint }[], at: bigint): boolean => all.some(({ start, end }) => at >= start && at < end);
        for (let at = 0n; at <= 61n; at += 1n) expect([covers(merged, at), columns.holds(at)]).toEqual([covers(listed, at), covers(listed, at)]);
        expect(columns.bytes).toBe(merged.reduce((sum, { start, end }) => sum + end - start, 0n));
        for (const [index, { start, end }] of merged.entries()) {
          expect(end).toBeGreaterThan(start);
          if (index > 0) expect(start).toBeGreaterThan(merged[index - 1]?.end ?? 0n);
        }
      }),
    );
  });
});
