/** Inclusion proofs: of trees small enough for the definition, at every place; and of images of several subtrees with holes. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentMemory } from '../../../src/analysis/formats/segment-memory.ts';
import type { MemoryPiece } from '../../../src/analysis/formats/memory-piece.ts';
import { createTreeHasher, leafOf, rootByPath, uniformLeaf, type Subtree } from '../../../src/analysis/memory-tree/digest.ts';
import { planBlocks } from '../../../src/analysis/page-index/block-plan.ts';
import { createBlockScanner } from '../../../src/analysis/page-index/block-scan.ts';
import { proveCited } from '../../../src/analysis/page-index/cited-proofs.ts';
import { pageExtents } from '../../../src/analysis/page-index/page-extents.ts';
import { rootOfMemory } from '../../../src/analysis/page-index/root-of-memory.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { naiveRoot } from '../../unit/page-index/naive-root.ts';

const node = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256')
    .update(Buffer.from([1]))
    .update(left)
    .update(right)
    .digest();

/** MTH and PATH straight from RFC 6962, section 2.1. */
function splitOf(count: number): number {
  let split = 1;
  while (2 * split < count) split *= 2;
  return split;
}
const treeHash = (leaves: readonly Buffer[]): Buffer =>
  leaves.length === 1
    ? (leaves[0] ?? Buffer.alloc(0))
    : node(treeHash(leaves.slice(0, splitOf(leaves.length))), treeHash(leaves.slice(splitOf(leaves.length))));
function naivePath(place: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  return place < split
    ? [...naivePath(place, leaves.slice(0, split)), treeHash(leaves.slice(split))]
    : [...naivePath(place - split, leaves.slice(split)), treeHash(leaves.slice(0, split))];
}

const page = (pfn: number): Buffer => Buffer.alloc(4096, `page ${pfn} `);
const never = new AbortController().signal;

describe('a path', () => {
  it('leads from every leaf of every small tree to its root, and no shorter, longer or other one does', () => {
    for (let count = 1; count <= 33; count += 1) {
      const pages = Array.from({ length: count }, (_, pfn) => page(pfn));
      const root = naiveRoot(pages);
      const leaves = pages.map(leafOf);
      for (let place = 0; place < count; place += 1) {
        const path = naivePath(place, leaves);
        const leaf = leafOf(page(place));
        expect(rootByPath(leaf, place, count, path)).toBe(root);
        expect(rootByPath(leaf, place, count, [...path, leaf])).toBeUndefined();
        if (path.length > 0) expect(rootByPath(leaf, place, count, path.slice(1))).not.toBe(root);
        expect(rootByPath(leafOf(page(place + 1)), place, count, path)).not.toBe(root);
        expect(rootByPath(leaf, place, count + 1, path)).not.toBe(root);
        if (count > 1) expect(rootByPath(leaf, (place + 1) % count, count, path)).not.toBe(root);
      }
    }
  });
});

/** Runs of pages, long ones among them, so that an image has uniform blocks, mixed ones and a last one that ends within. */
const runs = fc.array(fc.tuple(fc.constantFrom('page', 'zero', 'absent'), fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constantFrom(4095, 4096, 4097, 9000))), {
  minLength: 1,
  maxLength: 6,
});

/** Stored runs are no longer than this: what matters of them is where they begin and end. */
const mostStored = 40;

function imageOf(list: readonly (readonly [string, number])[]) {
  const pieces: MemoryPiece[] = [];
  const stored: Buffer[] = [];
  const kinds = new Map<number, string>();
  let pfn = 0;
  for (const [kind, given] of list) {
    const count = kind === 'page' ? Math.min(given, mostStored) : given;
    const range = { start: BigInt(pfn) * 4096n, end: BigInt(pfn + count) * 4096n };
    if (kind === 'page') {
      pieces.push({ ...range, state: 'stored', fileOffset: stored.length * 4096 });
      for (let at = pfn; at < pfn + count; at += 1) stored.push(page(at));
    } else if (kind === 'zero') pieces.push({ ...range, state: 'zero' });
    for (const at of [pfn, pfn + (count >> 1), pfn + count - 1]) kinds.set(at, kind);
    pfn += count;
  }
  return { memory: segmentMemory(memorySource('built', Buffer.concat(stored)), pieces), kinds, pages: pfn };
}

/** What an index keeps. */
function subtreesOf(memory: ReturnType<typeof segmentMemory>): Subtree[] {
  const extents = pageExtents(memory);
  const scanner = createBlockScanner(memory, extents, createTreeHasher());
  return [...planBlocks(extents)].flatMap((block) => {
    if (block.kind === 'uniform') return [];
    const scan = scanner.begin(block, { index: false, digest: true });
    while (scan.done < scan.pages) scan.step();
    return scan.rows().subtree ?? [];
  });
}

describe('proofs of cited pages', () => {
  it('lead to the root of the image, and hold the bytes of their pages alone', async () => {
    await fc.assert(
      fc.asyncProperty(runs, fc.integer({ min: 1, max: 4 }), async (list, step) => {
        const { memory, kinds } = imageOf(list);
        const extents = pageExtents(memory);
        const subtrees = subtreesOf(memory);
        const root = await rootOfMemory(memory, never, () => undefined);
        const cited = [...kinds.keys()].filter((pfn, at) => pfn < extents.availableEnd && at % step === 0).sort((a, b) => a - b);
        const proofs = await proveCited(memory, () => subtrees.values() as Iterator<Subtree, undefined>, cited, never);
        expect(proofs.root).toBe(root);
        expect(proofs.pages.map(({ pfn }) => pfn)).toEqual(cited);
        for (const { pfn, kind, bytes, path } of proofs.pages) {
          expect(kind).toBe(kinds.get(pfn));
          if (kind === 'page') expect(bytes).toEqual(page(pfn));
          else expect(bytes).toBeUndefined();
          expect(rootByPath(kind === 'page' ? leafOf(page(pfn)) : uniformLeaf[kind], pfn, proofs.leaves, path)).toBe(root);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('are refused where the dump is not what it was when it was indexed', async () => {
    const { memory } = imageOf([['page', 20]]);
    const other = imageOf([
      ['page', 19],
      ['absent', 1],
      ['page', 1],
    ]);
    const subtrees = subtreesOf(other.memory);
    await expect(proveCited(memory, () => subtrees.values() as Iterator<Subtree, undefined>, [3], never)).rejects.toThrow(
      'not what they were when the dump was indexed',
    );
  });
});
