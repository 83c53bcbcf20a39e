/**
 * Subtrees of pages that have no bytes of their own: whole blocks of one state. A hole of 4 TiB has 2^18 of them, so they are
 * ordered and handed in many at a time, with 32 bytes for each.
 */
import { digestBytes, subtreeOf, type Subtree, type TreeHasher } from '../memory-tree/digest.ts';
import { blockPages } from './block-plan.ts';
import { stateCode } from './page-meta.ts';

/** Neighbouring pages of one state from a block's start on; only the image's last block has fewer than 4096. */
export interface UniformPages {
  readonly startPfn: number;
  readonly pages: number;
  readonly state: number;
}

/** Subtrees of one order: some 20 ms of work for pages that are not there, 60 ms for zero ones, which are hashed byte by byte. */
const absentAtOnce = 16;
const zeroAtOnce = 4;

/**
 * What is left of a run of pages, in pieces for one order each.
 * @param stored first pages of the subtrees that need no work
 */
export function* uniformOrders({ startPfn, pages, state }: UniformPages, stored: ReadonlySet<number>): Generator<UniformPages, undefined> {
  const most = (state === stateCode.zero ? zeroAtOnce : absentAtOnce) * blockPages;
  const end = startPfn + pages;
  for (let first = startPfn; first < end;) {
    let next = first;
    while (next < end && next - first < most && !stored.has(next)) next += blockPages;
    if (next > first) yield { startPfn: first, pages: Math.min(next, end) - first, state };
    else next += blockPages;
    first = next;
  }
  return undefined;
}

/** The subtrees of an order, one at each step: 1.5 ms for pages that are not there. */
export function* uniformSubtrees(hasher: TreeHasher, { startPfn, pages, state }: UniformPages): Generator<Subtree, undefined> {
  const zero = state === stateCode.zero;
  const leaves = Buffer.alloc(Math.min(pages, blockPages) * digestBytes);
  for (let done = 0; done < pages; done += blockPages) {
    const first = startPfn + done;
    const count = Math.min(blockPages, pages - done);
    if (zero) for (let page = 0; page < count; page += 1) hasher.zeroLeaf(first + page, leaves, page * digestBytes);
    else hasher.absentLeaves(first, count, leaves, 0);
    yield subtreeOf(hasher, first, leaves, count, zero ? count : 0);
  }
  return undefined;
}

/** Subtrees from their roots as a worker hands them in, 32 bytes each. */
export function subtreesOfRoots({ startPfn, pages, state }: UniformPages, roots: Uint8Array): Subtree[] {
  return Array.from({ length: Math.ceil(pages / blockPages) }, (_, index) => {
    const count = Math.min(blockPages, pages - index * blockPages);
    const root = Buffer.from(roots.buffer, roots.byteOffset + index * digestBytes, digestBytes);
    return {
      startPfn: startPfn + index * blockPages,
      pages: count,
      root,
      availablePages: state === stateCode.zero ? count : 0,
      availableRoot: undefined,
    };
  });
}
