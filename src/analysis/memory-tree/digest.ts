/**
 * The memory root: one SHA-256 over all memory of a dump, the same for every container that holds the same pages.
 *
 * - leaf of a page = SHA-256(0x00 | u64be address | its 4096 bytes); zero pages count as bytes, stored or implied
 * - leaf of a page that is not there, for whatever reason = SHA-256(0x02 | u64be address)
 * - node = SHA-256(0x01 | left | right)
 * - the leaves run from address 0 to the last page that is there (present or zero), without gaps
 * - over n leaves the tree splits at the largest power of two below n, as RFC 6962 section 2.1 does; the root of no
 *   leaves is SHA-256 of nothing. So 4096 leaves make a perfect subtree, whose root stands for them further up, and a
 *   last subtree with fewer leaves splits by the same rule.
 */
import { hash } from 'node:crypto';
import { pageSize } from '../../shared/units.ts';
import { laneTree, type LaneTree } from './lane-tree/wasm-lane-tree.ts';

export const digestBytes = 32;
/** Leaves of a subtree: what is stored of the tree is one root for each. */
export const subtreeLeaves = 4096;

/**
 * Makes leaves and nodes with one set of buffers; node:crypto answers fastest in Latin-1 text (no object a hash). For short
 * messages, which are absent leaves and nodes, four at once in WebAssembly take a fifth of its time.
 */
export interface TreeHasher {
  /**
   * Leaf of a page that is there.
   * @param pfn the page's address / 4096
   * @param bytes holds the page from `at` on
   * @param target receives 32 bytes at `to`
   */
  leaf(pfn: number, bytes: Uint8Array, at: number, target: Buffer, to: number): void;
  /** Leaf of a zero page whose bytes are implied. */
  zeroLeaf(pfn: number, target: Buffer, to: number): void;
  /** Leaves of `count` neighbouring pages that are not there. */
  absentLeaves(pfn: number, count: number, target: Buffer, to: number): void;
  /** Node above the two digests at `left` and `right` of `from`. */
  node(from: Buffer, left: number, right: number, target: Buffer, to: number): void;
  /** What makes many nodes at once, asked for when it is needed. */
  lanes(): LaneTree | 'none';
}

/** @param lanes the plain code does all without */
export function createTreeHasher(lanes: () => LaneTree | 'none' = laneTree): TreeHasher {
  const page = Buffer.alloc(9 + pageSize);
  const zero = Buffer.alloc(9 + pageSize);
  const absent = Buffer.alloc(9);
  const pair = Buffer.alloc(1 + 2 * digestBytes);
  absent[0] = 0x02;
  pair[0] = 0x01;
  const address = (buffer: Buffer, pfn: number): void => {
    // The address has 64 bits: the upper half is pfn / 2^20, the lower one the rest shifted by 12.
    buffer.writeUInt32BE(Math.floor(pfn / 0x100000), 1);
    buffer.writeUInt32BE((pfn % 0x100000) * pageSize, 5);
  };
  const put = (message: Buffer, target: Buffer, to: number): void => {
    target.write(hash('sha256', message, 'binary'), to, digestBytes, 'latin1');
  };
  return {
    leaf(pfn, bytes, at, target, to) {
      address(page, pfn);
      page.set(bytes.subarray(at, at + pageSize), 9);
      put(page, target, to);
    },
    zeroLeaf(pfn, target, to) {
      address(zero, pfn);
      put(zero, target, to);
    },
    absentLeaves(pfn, count, target, to) {
      const room = lanes();
      const step = room === 'none' ? 1 : room.most;
      for (let first = 0; first < count; first += step) {
        if (room === 'none') {
          address(absent, pfn + first);
          put(absent, target, to + first * digestBytes);
        } else {
          const now = Math.min(step, count - first);
          room.absentLeaves(pfn + first, now);
          target.set(room.digests.subarray(0, now * digestBytes), to + first * digestBytes);
        }
      }
    },
    node(from, left, right, target, to) {
      from.copy(pair, 1, left, left + digestBytes);
      from.copy(pair, 1 + digestBytes, right, right + digestBytes);
      put(pair, target, to);
    },
    lanes,
  };
}

/**
 * Root over the first `leaves` digests of `digests`. Pairing neighbours and carrying an odd last one up unchanged is the
 * same tree as RFC 6962's.
 * @returns a copy of 32 bytes
 */
export function treeRoot(hasher: TreeHasher, digests: Buffer, leaves: number): Buffer {
  if (leaves === 0) return hash('sha256', Buffer.alloc(0), 'buffer');
  const lanes = hasher.lanes();
  if (lanes !== 'none' && leaves <= lanes.most) {
    lanes.digests.set(digests.subarray(0, leaves * digestBytes));
    lanes.root(leaves);
    return Buffer.from(lanes.digests.subarray(0, digestBytes));
  }
  const level = Buffer.from(digests.subarray(0, leaves * digestBytes));
  let width = leaves;
  while (width > 1) {
    const pairs = width >> 1;
    for (let i = 0; i < pairs; i += 1) hasher.node(level, 2 * i * digestBytes, (2 * i + 1) * digestBytes, level, i * digestBytes);
    if ((width & 1) === 1) level.copy(level, pairs * digestBytes, (width - 1) * digestBytes, width * digestBytes);
    width = pairs + (width & 1);
  }
  return Buffer.from(level.subarray(0, digestBytes));
}

/** The root of one subtree as the index keeps it. */
export interface Subtree {
  /** First page, a multiple of 4096. */
  readonly startPfn: number;
  /** Leaves; 4096 except in the image's last subtree. */
  readonly pages: number;
  readonly root: Buffer;
  /** Leaves up to the last page that is there: what counts when no later subtree has one. */
  readonly availablePages: number;
  /** Root over those alone; undefined when they are all or none. */
  readonly availableRoot: Buffer | undefined;
}

/** @param leaves 32 bytes for each of the subtree's pages */
export function subtreeOf(hasher: TreeHasher, startPfn: number, leaves: Buffer, pages: number, availablePages: number): Subtree {
  const partly = availablePages > 0 && availablePages < pages;
  return {
    startPfn,
    pages,
    root: treeRoot(hasher, leaves, pages),
    availablePages,
    availableRoot: partly ? treeRoot(hasher, leaves, availablePages) : undefined,
  };
}

/** The memory root while its subtrees come in. */
export interface MemoryRoot {
  /** In ascending order without gaps. */
  add(subtree: Subtree): void;
  /** Over what was added, without what is behind the last available page. @returns 64 hex digits */
  root(): string;
}

export function createMemoryRoot(): MemoryRoot {
  const hasher = createTreeHasher();
  /** Perfect trees from left to right, each larger than the next, as a binary counter holds them. */
  const stack: { digest: Buffer; height: number }[] = [];
  const join = (left: Buffer, right: Buffer): Buffer => {
    const joined = Buffer.concat([left, right]);
    hasher.node(joined, 0, digestBytes, joined, 0);
    return joined.subarray(0, digestBytes);
  };
  const push = (digest: Buffer): void => {
    let tree = { digest, height: 0 };
    for (let last = stack.at(-1); last?.height === tree.height; last = stack.at(-1)) {
      stack.pop();
      tree = { digest: join(last.digest, tree.digest), height: tree.height + 1 };
    }
    stack.push(tree);
  };
  /** What was to the left of the last subtree with a page, and that subtree: absent ones behind it do not count. */
  let left: readonly { digest: Buffer; height: number }[] = [];
  let lastRoot: Buffer | undefined;
  return {
    add(subtree) {
      if (subtree.availablePages > 0) {
        left = [...stack];
        lastRoot = subtree.availableRoot ?? subtree.root;
      }
      push(subtree.root);
    },
    root() {
      if (lastRoot === undefined) return treeRoot(hasher, Buffer.alloc(0), 0).toString('hex');
      return left.reduceRight((root, tree) => join(tree.digest, root), lastRoot).toString('hex');
    },
  };
}
