/** Memory in many small pieces is read in few stretches, and no page is left out or read twice. */
import { describe, expect, it } from 'vitest';
import type { Extent } from '../../../src/analysis/formats/dump-format.ts';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { pageDecode } from '../../../src/analysis/integrity/checks/page-decode.ts';
import { memoryParts, storedStretches } from '../../../src/analysis/integrity/stored-stretches.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { alternatingBits } from '../../faults/giants.ts';
import { manyLoads } from '../../perf/many-loads.ts';

it('20,000 extents of a page each, with holes between them, make a stretch for every 256 pages', () => {
  const { extents } = openDump(memorySource('loads', manyLoads(20_000))).memory;
  const stretches = [...storedStretches(extents, 256)];
  // A page in three is stored, and a stretch begins and ends with one.
  expect(stretches.length).toBeLessThanOrEqual(Math.ceil((20_000 * 3) / 256) + 1);
  expect(stretches.every(({ count }) => count <= 256)).toBe(true);
  const pages = stretches.flatMap(({ first, count, stored }) =>
    stored.flatMap(({ start, end }) => {
      expect(start).toBeGreaterThanOrEqual(first);
      expect(end).toBeLessThanOrEqual(first + count);
      return Array.from({ length: end - start }, (_, index) => start + index);
    }),
  );
  expect(pages).toEqual(Array.from({ length: 20_000 }, (_, index) => index * 3));
});

it('long extents are cut, and a page that two extents share comes once', () => {
  const extent = (start: number, end: number, state: 'stored' | 'missing' = 'stored') => ({ start: BigInt(start), end: BigInt(end), state });
  const extents = [extent(0, 10 * 4096), extent(10 * 4096, 11 * 4096, 'missing'), extent(11 * 4096, 11 * 4096 + 100), extent(11 * 4096 + 100, 13 * 4096)];
  expect([...storedStretches(extents, 4)]).toEqual([
    { first: 0, count: 4, stored: [{ start: 0, end: 4 }] },
    { first: 4, count: 4, stored: [{ start: 4, end: 8 }] },
    {
      first: 8,
      count: 4,
      stored: [
        { start: 8, end: 10 },
        { start: 11, end: 12 },
      ],
    },
    { first: 12, count: 1, stored: [{ start: 12, end: 13 }] },
  ]);
});

describe('pages whose descriptors are not in the file', () => {
  /** 122,880 bits are set, and 1000 descriptors follow the bitmaps. */
  const { memory, ...image } = openDump(memorySource('bits', alternatingBits(15, 2)));
  const withoutRanges = { ...memory, end: memory.end, extents: memory.extents, read: memory.read.bind(memory), readPages: memory.readPages.bind(memory) };

  it('are a range of their own, and every stored page is in one part', () => {
    const pagesOf = (extents: Iterable<Extent>): number =>
      [...extents].reduce((sum, { start, end, state }) => sum + (state === 'stored' ? Number((end - start) / 4096n) : 0), 0);
    const parts = [...memoryParts(memory)].map(({ extents, lost }) => [pagesOf(extents), lost?.storedPages]);
    expect(parts).toEqual([
      [1000, undefined],
      [memory.extents.storedPages - 1000, memory.extents.storedPages - 1000],
    ]);
  });

  it('have the states that reading them gives, and no other page is spoken for', () => {
    const first = Number(memory.unreachable?.()[0]?.start ?? 0n) / 4096;
    const pages = 4096;
    const [states, read] = [new Uint8Array(pages), new Uint8Array(pages)];
    expect(memory.unreachableStates?.(first, states)).toBe(true);
    memory.readPages(first, new Uint8Array(pages * 4096), read);
    expect(Buffer.compare(states, read)).toBe(0);
    expect(new Set(states).size).toBeGreaterThan(1);
    expect(memory.unreachableStates?.(first - 1, states)).toBe(false);
    expect(memory.unreachableStates?.(Number(memory.end / 4096n) - pages + 1, states)).toBe(false);
  });

  it('are counted without a look at each, as if each had been looked at', async () => {
    let looked = 0;
    const counting = {
      ...withoutRanges,
      unreachable: () => memory.unreachable?.() ?? [],
      readPages(first: number, target: Uint8Array, states: Uint8Array): void {
        looked += states.length;
        memory.readPages(first, target, states);
      },
    };
    const outcome = (seen: typeof memory): unknown =>
      pageDecode.run({ image: { ...image, memory: seen }, signal: new AbortController().signal, evidence: {}, faults: () => [] } as never);
    const whole = await outcome(withoutRanges);
    expect(whole).toMatchObject({ verdict: 'failed', findings: { length: 20 } });
    expect(await outcome(counting)).toEqual(whole);
    expect(looked).toBeLessThan(memory.extents.storedPages / 10);
  });
});
