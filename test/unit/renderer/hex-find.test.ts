import { describe, expect, it } from 'vitest';
import { keysWork, writesText } from '../../../src/renderer/app/keymap.ts';
import type { EngineLink } from '../../../src/renderer/engine/engine-link.ts';
import { createFindRun, type FindQuestion } from '../../../src/renderer/state/find-run.ts';
import { createGridLinks, type LinkedGrid } from '../../../src/renderer/state/grid-links.ts';
import { nextRange } from '../../../src/renderer/state/shown-range.ts';
import { rangesIn } from '../../../src/renderer/state/sorted-ranges.ts';
import { byteAt, byteOffset, hexColumn, rowForm, rowLayers, rulerText } from '../../../src/renderer/widgets/hex-grid/hex-row.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const hit = (address: number) => ({ address: `0x${address.toString(16)}`, bytes: 4, match: '', before: '', after: '' });

interface Asked {
  readonly start?: bigint;
  readonly end?: bigint;
  readonly give: (addresses: readonly number[]) => void;
  readonly end_: () => void;
}

function engineOf(): { readonly call: EngineLink['call']; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const call = (_: string, params: { start?: bigint; end?: bigint }, options: { onProgress: (progress: unknown) => void }) =>
    new Promise((resolve) => {
      asked.push({
        ...params,
        give: (addresses) => options.onProgress({ done: 1, total: 2, hits: addresses.map(hit) }),
        end_: () => resolve({ truncated: false }),
      });
    });
  return { call: call as unknown as EngineLink['call'], asked };
}

const question: FindQuestion = { dump: 'd', pattern: { type: 'text', pattern: 'x' }, from: 0x1000n };

describe('find in memory', () => {
  it('begins at the cursor, continues from the start, and steps around the end', async () => {
    const { call, asked } = engineOf();
    const run = createFindRun(call);
    const arrived: [bigint, boolean][] = [];
    run.onArrive(({ start }, _, isAround) => arrived.push([start, isAround]));
    run.start(question);
    expect(asked[0]?.start).toBe(0x1000n);
    asked[0]?.give([0x1000, 0x2000]);
    expect(arrived).toEqual([[0x1000n, false]]);
    run.step(1, 0x1000n);
    // Hits before the cursor are not known yet: the step waits.
    run.step(-1, 0x1000n);
    expect(run.state.get().waits).toBe(-1);
    asked[0]?.end_();
    await settled();
    expect(asked[1]?.end).toBe(0x2000n);
    // Hits already found are not counted twice.
    asked[1]?.give([0x800, 0x1000]);
    asked[1]?.end_();
    await settled();
    expect(run.state.get().hits.map(({ start }) => start)).toEqual([0x800n, 0x1000n, 0x2000n]);
    run.step(1, 0x2000n);
    expect(arrived).toEqual([
      [0x1000n, false],
      [0x2000n, false],
      [0x800n, false],
      [0x800n, true],
    ]);
  });

  it('returns the hits of a row, including longer ones that begin before it', () => {
    const ranges = [
      { start: 0n, end: 40n },
      { start: 16n, end: 18n },
      { start: 32n, end: 33n },
    ];
    expect(rangesIn(ranges, 40n, 16n, 32n)).toEqual(ranges.slice(0, 2));
    expect(rangesIn(ranges, 40n, 48n, 64n)).toEqual([]);
  });
});

describe('select all', () => {
  const around = {
    laid: { layout: 'os_info', at: { space: 'absolute', address: 0x1100n, length: 1 }, size: 0x100 } as const,
    regions: [{ name: 'lowcore', start: '0x1000', end: '0x3000' }],
    memory: [{ start: '0x0', end: '0x8000' }],
    fileBytes: 0x9000n,
  };
  const at = (address: bigint, length = 1) => nextRange({ space: 'absolute', address, length }, around)?.name;
  it('selects the smallest range around the selection, then the next', () => {
    expect(at(0x1110n)).toBe('os_info');
    expect(at(0x1100n, 0x100)).toBe('lowcore');
    expect(at(0x1000n, 0x2000)).toBe('range of memory');
    expect(at(0n, 0x8000)).toBeUndefined();
    expect(at(0x8000n)).toBeUndefined();
    expect(nextRange({ space: 'virtual', cpu: 0, address: 0x7123n, length: 1 }, around)).toMatchObject({ start: 0x7000n, end: 0x8000n });
    expect(nextRange({ space: 'file', address: 1n, length: 1 }, around)?.end).toBe(0x9000n);
  });
});

describe('keys of the hex view', () => {
  it('belong to a field during typing', () => {
    const grid = { isWriting: false, places: ['hex-grid', 'hex'] };
    const field = { isWriting: true, places: ['hex'] };
    expect([keysWork('hex-grid', grid), keysWork('hex', grid), keysWork('outside-fields', grid), keysWork(undefined, field)]).toEqual([true, true, true, true]);
    expect([keysWork('hex-grid', field), keysWork('hex', field), keysWork('outside-fields', field)]).toEqual([false, false, false]);
    expect(keysWork('hex', { isWriting: false, places: [] })).toBe(false);
    const option = { key: 'ArrowLeft', altKey: true, ctrlKey: false, metaKey: false, shiftKey: false };
    expect([writesText(option, field, true), writesText(option, field, false), writesText(option, grid, true)]).toEqual([true, false, false]);
  });
});

describe('rows of another length', () => {
  it.each([8, 16, 32])('of %i bytes have each byte in its place, in the ruler too', (count) => {
    const form = rowForm(count, true);
    const bytes = Uint8Array.from({ length: count }, (_, index) => 0xc1 + (index % 9));
    const { plain } = rowLayers(0n, bytes, [], form);
    for (let index = 0; index < count; index += 1) {
      expect(byteAt(byteOffset(index) + 1, count)).toBe(index);
      expect(plain.slice(byteOffset(index), byteOffset(index) + 2)).toBe(bytes[index]?.toString(16));
      expect(rulerText(form).slice(hexColumn + byteOffset(index), hexColumn + 2 + byteOffset(index))).toBe(index.toString(16).padStart(2, '0'));
    }
    expect(plain.slice((form.ebcdicColumn ?? 0) - hexColumn)).toBe('ABCDEFGHIABCDEFGHIABCDEFGHIABCDEFGHI'.slice(0, count));
    expect(rulerText(form).slice(form.ebcdicColumn)).toBe('EBCDIC');
  });
});

describe('grids that scroll together', () => {
  it('keep their distance, even where one cannot follow', () => {
    const links = createGridLinks();
    const grid = (at: bigint) => {
      let listener: (top: bigint) => void = () => undefined;
      let top = at;
      const linked: LinkedGrid = { top: () => top, scrollTo: (to) => (top = to < 0n ? 0n : to), onScroll: (told) => (listener = told) };
      return { linked, top: () => top, drag: (to: bigint) => listener((top = to)) };
    };
    const one = grid(0x100n);
    const other = grid(0x80n);
    links.join(one.linked);
    const leave = links.join(other.linked);
    one.drag(0x200n);
    expect(other.top()).toBe(0x80n);
    links.toggle();
    one.drag(0x100n);
    expect(other.top()).toBe(0n);
    one.drag(0x300n);
    expect(other.top()).toBe(0x180n);
    leave();
    one.drag(0x400n);
    expect(other.top()).toBe(0x180n);
    // A removed grid that still scrolls is not treated as one on screen.
    other.drag(0x500n);
    expect(links.count.get()).toBe(1);
    expect(one.top()).toBe(0x400n);
  });
});
