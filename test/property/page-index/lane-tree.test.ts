import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformOrders, uniformSubtrees } from '../../../src/analysis/page-index/uniform-subtrees.ts';
import { createTreeHasher, digestBytes, treeRoot } from '../../../src/analysis/memory-tree/digest.ts';
import { laneTree } from '../../../src/analysis/memory-tree/lane-tree/wasm-lane-tree.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';

const fast = createTreeHasher();
const plain = createTreeHasher(() => 'none');

/** Page numbers of all sizes, and on both sides of where the address needs another word. */
const pfns = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 52 - 4097 }),
  fc.tuple(fc.constantFrom(2 ** 20, 2 ** 28, 2 ** 32, 2 ** 40, 2 ** 44, 2 ** 51), fc.integer({ min: -4100, max: 4100 })).map(([power, more]) => power + more),
);
const counts = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4096 }), fc.constantFrom(4093, 4094, 4095, 4096));

function definedLeaf(pfn: number): string {
  const message = Buffer.alloc(9, 2);
  message.writeBigUInt64BE(BigInt(pfn) * 4096n, 1);
  return createHash('sha256').update(message).digest('hex');
}

describe('SHA-256 in lanes', () => {
  it('is what runs here', () => {
    expect(laneTree()).not.toBe('none');
  });

  it('gives the leaves of absent pages, and writes nothing beside them', () => {
    fc.assert(
      fc.property(pfns, fc.integer({ min: 1, max: 40 }), (pfn, count) => {
        const target = Buffer.alloc((count + 2) * digestBytes, 0x5a);
        fast.absentLeaves(pfn, count, target, digestBytes);
        for (let page = 0; page < count; page += 1)
          expect(target.toString('hex', (page + 1) * digestBytes, (page + 2) * digestBytes)).toBe(definedLeaf(pfn + page));
        for (const end of [0, count + 1]) expect(target.subarray(end * digestBytes, (end + 1) * digestBytes)).toEqual(Buffer.alloc(digestBytes, 0x5a));
      }),
    );
  });

  it('gives more leaves than it has room for', () => {
    const [left, right] = [Buffer.alloc(9000 * digestBytes), Buffer.alloc(9000 * digestBytes)];
    fast.absentLeaves(2 ** 28 - 4500, 9000, left, 0);
    plain.absentLeaves(2 ** 28 - 4500, 9000, right, 0);
    expect(left.equals(right)).toBe(true);
    expect(treeRoot(fast, left, 9000)).toEqual(treeRoot(plain, right, 9000));
  });

  it('gives the root over any leaves, odd numbers of them as well', () => {
    fc.assert(
      fc.property(fc.integer(), counts, (seed, count) => {
        const leaves = Buffer.from(seededRandom(seed).bytes(count * digestBytes));
        const before = Buffer.from(leaves);
        expect(treeRoot(fast, leaves, count)).toEqual(treeRoot(plain, leaves, count));
        expect(leaves.equals(before)).toBe(true);
      }),
      { numRuns: 60 },
    );
    for (let count = 0; count <= 70; count += 1) {
      const leaves = Buffer.from(seededRandom(count).bytes(count * digestBytes));
      expect(treeRoot(fast, leaves, count)).toEqual(treeRoot(plain, leaves, count));
    }
  });

  it('notices any other bit of any leaf', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (count, where) => {
        const leaves = Buffer.from(seededRandom(count).bytes(count * digestBytes));
        const root = treeRoot(fast, leaves, count);
        const bit = Math.floor(where * count * digestBytes * 8);
        leaves[bit >> 3] = (leaves[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(treeRoot(fast, leaves, count)).not.toEqual(root);
      }),
    );
  });
});

describe('subtrees without bytes', () => {
  it.each([2, 1])('are the same with lanes and without (state %i)', (state) => {
    for (const [startPfn, pages] of [
      [0, 4096],
      [2 ** 28 - 4096, 2 * 4096],
      [2 ** 40, 4096 + 1],
      [2 ** 44, 777],
    ] as const)
      expect([...uniformSubtrees(fast, { startPfn, pages, state })]).toEqual([...uniformSubtrees(plain, { startPfn, pages, state })]);
  });

  it('are ordered once each, but for the stored ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 * 4096 }), fc.array(fc.nat(59)), fc.constantFrom(1, 2, 3), fc.nat(1000), (pages, have, state, block) => {
        const startPfn = block * 4096;
        const starts = Array.from({ length: Math.ceil(pages / 4096) }, (_, index) => startPfn + index * 4096);
        const stored = new Set(have.map((index) => startPfn + index * 4096));
        const orders = [...uniformOrders({ startPfn, pages, state }, stored)];
        const ordered = orders.flatMap((order) => Array.from({ length: Math.ceil(order.pages / 4096) }, (_, index) => order.startPfn + index * 4096));
        expect(ordered).toEqual(starts.filter((start) => !stored.has(start)));
        expect(Math.max(0, ...orders.map((order) => order.pages))).toBeLessThanOrEqual(16 * 4096);
        for (const order of orders) expect(order.startPfn + order.pages === startPfn + pages || order.pages % 4096 === 0).toBe(true);
      }),
    );
  });
});
