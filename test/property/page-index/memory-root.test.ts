import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createMemoryRoot,
  createTreeHasher,
  digestBytes,
  subtreeLeaves,
  subtreeOf,
  treeOf,
  uniformLeaf,
  type MemoryRoot,
  type TreeHasher,
} from '../../../src/analysis/memory-tree/digest.ts';
import { naiveRoot } from '../../unit/page-index/naive-root.ts';

const hasher = createTreeHasher();
const samplePage = (pfn: number): Buffer => Buffer.alloc(4096, `page ${pfn} `);
const zeroPage = Buffer.alloc(4096);

type Kind = 'page' | 'zero' | 'absent';

/** Pages of random kinds in runs, with bytes that depend on the address. */
const runs = fc
  .array(fc.tuple(fc.constantFrom<Kind>('page', 'zero', 'absent'), fc.integer({ min: 1, max: 40 })), { maxLength: 12 })
  .map((parts) => parts.flatMap(([kind, pages]) => new Array<Kind>(pages).fill(kind)));

const bytesOf = (kinds: readonly Kind[]) => kinds.map((kind, pfn) => (kind === 'page' ? samplePage(pfn) : kind === 'zero' ? zeroPage : undefined));

function addSubtree(tree: MemoryRoot, kinds: readonly Kind[], first: number): void {
  const leaves = Buffer.alloc(kinds.length * digestBytes);
  kinds.forEach((kind, page) => {
    if (kind === 'page') hasher.leaf(samplePage(first + page), 0, leaves, page * digestBytes);
    else uniformLeaf[kind].copy(leaves, page * digestBytes);
  });
  tree.add(subtreeOf(hasher, first, leaves, kinds.length, kinds.findLastIndex((kind) => kind !== 'absent') + 1));
}

/** The root as the index makes it, with subtrees of any power-of-two size: the stored one of 4096 is too slow for many runs. */
function memoryRoot(kinds: readonly Kind[], size: number, uniform = false): string {
  const tree = createMemoryRoot();
  for (let first = 0; first < kinds.length;) {
    const part = kinds.slice(first, first + size);
    const [kind] = part;
    let next = first + part.length;
    if (uniform && kind !== undefined && kind !== 'page' && part.every((one) => one === kind)) {
      // As many whole subtrees as are of the one kind, like a uniform run of the index.
      while (next < kinds.length && kinds.slice(next, next + size).every((one) => one === kind)) next = Math.min(kinds.length, next + size);
      tree.addUniform(kind, next - first);
    } else addSubtree(tree, part, first);
    first = next;
  }
  return tree.root();
}

describe('memory root', () => {
  it('is the tree over all leaves, however the leaves are cut into subtrees', () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 0, max: 6 }), fc.boolean(), (kinds, power, uniform) => {
        expect(memoryRoot(kinds, 2 ** power, uniform)).toBe(naiveRoot(bytesOf(kinds)));
      }),
    );
  });

  it('does not count what is absent above the last page', () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 100 }), fc.boolean(), (kinds, more, uniform) => {
        const longer = [...kinds, ...new Array<Kind>(more).fill('absent')];
        expect(memoryRoot(longer, 16, uniform)).toBe(memoryRoot(kinds, 16));
      }),
    );
  });

  it('changes with any byte, any absence, any position and any number of pages', () => {
    const pages = new Array<Kind>(40).fill('page');
    const root = memoryRoot(pages, 8);
    expect(memoryRoot(pages.with(17, 'absent'), 8)).not.toBe(root);
    expect(memoryRoot(pages.with(17, 'zero'), 8)).not.toBe(root);
    expect(memoryRoot(['absent', ...pages], 8)).not.toBe(root);
    expect(memoryRoot(pages.slice(1), 8)).not.toBe(root);
    // A hole that is doubled has the shape of the other's subtree: the number of leaves tells them apart.
    const holes = (count: number): Kind[] => [...new Array<Kind>(count).fill('zero')];
    expect(new Set([1, 2, 4, 8, 16].map((count) => memoryRoot(holes(count), 8, true))).size).toBe(5);
  });

  it('takes a hole of any size at once', () => {
    const tree = createMemoryRoot();
    tree.addUniform('absent', 2 ** 40);
    addSubtree(tree, ['page'], 2 ** 40);
    expect(tree.root()).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each(['absent', 'zero'] as const)('hashes a run of %s pages in a subtree a few times a level, and gives the same tree', (kind) => {
    const pages = subtreeLeaves - 3;
    const there = [0, 1, 1777, pages - 1];
    const leaves = Buffer.alloc(pages * digestBytes);
    for (let page = 0; page < pages; page += 1) {
      if (there.includes(page)) hasher.leaf(samplePage(page), 0, leaves, page * digestBytes);
      else uniformLeaf[kind].copy(leaves, page * digestBytes);
    }
    let hashes = 0;
    const counting: TreeHasher = {
      ...hasher,
      node(...parts) {
        hashes += 1;
        hasher.node(...parts);
      },
    };
    const tree = createMemoryRoot();
    tree.add({ pages, root: treeOf(counting, leaves, pages), availablePages: pages, availableRoot: undefined });
    expect(tree.root()).toBe(
      naiveRoot(Array.from({ length: pages }, (_, pfn) => (there.includes(pfn) ? samplePage(pfn) : kind === 'zero' ? zeroPage : undefined))),
    );
    // Twelve levels; on each the first pair, and around each page that is there two.
    expect(hashes).toBeLessThan(12 * 8);
  });

  // The definition is for other tools too: these come from sha256sum, not from this code.
  it('has the known root of no page, of one page, and of one absent page before it', () => {
    expect(memoryRoot([], 4)).toBe('d7e89abb31bc03c6dec5485252b78428d2a11b6ac2f852cd75274b2718e47b57');
    expect(memoryRoot(['zero'], 4)).toBe('74541f2f1f418c1b6153b925f517a6363a6a8fe9bd0b89f108acc10de7c8054c');
    expect(memoryRoot(['absent', 'zero'], 4)).toBe('fcf0f97fcb143fe281ba23e28b80ae528d6a26abc23e29c5dcb6fa1897ded773');
  });
});
