import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryRoot, createTreeHasher, digestBytes, subtreeOf, treeRoot, type Subtree } from '../../../src/analysis/memory-tree/digest.ts';
import { naiveRoot } from '../../unit/page-index/naive-root.ts';

const hasher = createTreeHasher();
const samplePage = (pfn: number): Buffer => Buffer.alloc(4096, `page ${pfn} `);

/** Pages of random presence in runs, with bytes that depend on the address. */
const presence = fc
  .array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 })), { maxLength: 12 })
  .map((runs) => runs.flatMap(([there, pages]) => new Array<boolean>(pages).fill(there)));

/** Subtrees as the index makes them, of any power-of-two size: the stored one of 4096 is too slow for many runs. */
function subtreesOf(there: readonly boolean[], size: number): Subtree[] {
  return Array.from({ length: Math.ceil(there.length / size) }, (_, index) => {
    const first = index * size;
    const part = there.slice(first, first + size);
    const leaves = Buffer.alloc(part.length * digestBytes);
    part.forEach((available, page) => {
      if (available) hasher.leaf(first + page, samplePage(first + page), 0, leaves, page * digestBytes);
      else hasher.absentLeaves(first + page, 1, leaves, page * digestBytes);
    });
    return subtreeOf(hasher, first, leaves, part.length, part.lastIndexOf(true) + 1);
  });
}

function memoryRoot(subtrees: readonly Subtree[]): string {
  const tree = createMemoryRoot();
  for (const subtree of subtrees) tree.add(subtree);
  return tree.root();
}

describe('memory root', () => {
  it('is the tree over all leaves, however the leaves are cut into subtrees', () => {
    fc.assert(
      fc.property(presence, fc.integer({ min: 0, max: 6 }), (there, power) => {
        const pages = there.map((available, pfn) => (available ? samplePage(pfn) : undefined));
        expect(memoryRoot(subtreesOf(there, 2 ** power))).toBe(naiveRoot(pages));
      }),
    );
  });

  it('does not count what is absent behind the last page', () => {
    fc.assert(
      fc.property(presence, fc.integer({ min: 1, max: 100 }), (there, more) => {
        const longer = [...there, ...new Array<boolean>(more).fill(false)];
        expect(memoryRoot(subtreesOf(longer, 16))).toBe(memoryRoot(subtreesOf(there, 16)));
      }),
    );
  });

  it('changes with any byte, any absence and any address', () => {
    const there = new Array<boolean>(40).fill(true);
    const root = memoryRoot(subtreesOf(there, 8));
    there[17] = false;
    expect(memoryRoot(subtreesOf(there, 8))).not.toBe(root);
    expect(memoryRoot(subtreesOf([false, ...new Array<boolean>(40).fill(true)], 8))).not.toBe(root);
  });

  it('gives zero pages the leaf of their bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 52 - 1 }), (pfn) => {
        const leaves = Buffer.alloc(3 * digestBytes);
        hasher.zeroLeaf(pfn, leaves, 0);
        hasher.leaf(pfn, new Uint8Array(8192), 4096, leaves, digestBytes);
        hasher.absentLeaves(pfn, 1, leaves, 2 * digestBytes);
        const [implied, stored, absent] = [0, 1, 2].map((index) => leaves.toString('hex', index * digestBytes, (index + 1) * digestBytes));
        expect(implied).toBe(stored);
        expect(absent).not.toBe(stored);
      }),
    );
  });

  // The definition is for other tools too: these come from sha256sum, not from this code.
  it('has the known root of one page, and of one absent page before it', () => {
    expect(naiveRoot([new Uint8Array(4096)])).toBe('8d40aeb011a96609f68f5336538d9e65a33bc5fee24abc9eced513778c1a620f');
    expect(memoryRoot(subtreesOf([], 4))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const leaves = Buffer.alloc(2 * digestBytes);
    hasher.absentLeaves(0, 1, leaves, 0);
    hasher.zeroLeaf(1, leaves, digestBytes);
    expect(treeRoot(hasher, leaves, 2).toString('hex')).toBe('0185a0fd984c552f52689794c2b09442723e292d2bb371d4c22760061f0d9bfe');
  });
});
