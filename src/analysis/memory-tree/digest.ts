/**
 * The memory root, version 2: one SHA-256 over all memory of a dump, the same for every container that holds the same pages.
 *
 * - leaf of a page = SHA-256(0x00 | its 4096 bytes); zero pages count as bytes, stored or implied
 * - leaf of a page that is not there, for whatever reason = SHA-256(0x02)
 * - node = SHA-256(0x01 | left | right)
 * - the leaves run from address 0 to the last page that is there (present or zero), without gaps
 * - over n leaves the tree splits at the largest power of two below n, as RFC 6962 section 2.1 does; the tree of no
 *   leaves is SHA-256 of nothing
 * - root = SHA-256(0x03 | u64be number of leaves | tree)
 *
 * A page's position is bound by the shape of the tree and the number of leaves, so leaves need no address. That makes zero pages
 * and absent ones constants, and so is a subtree of either at each height: a hole of any size costs nothing.
 */
import { hash } from 'node:crypto';
import { pageSize } from '../../shared/units.ts';

export const memoryRootVersion = 2;
export const digestBytes = 32;
/** Leaves of a subtree: what is stored of the tree is one root for each. */
export const subtreeLeaves = 4096;

const sha256 = (message: Uint8Array): Buffer => hash('sha256', message, 'buffer');

const leafOfZeros = sha256(Buffer.alloc(1 + pageSize));
const leafOfAbsent = sha256(Buffer.from([2]));
const emptyTree = sha256(Buffer.alloc(0));

/** What a run of equal leaves is of: zero pages, whether stored or implied, or pages that are not there. */
export type UniformLeaves = 'zero' | 'absent';
export const uniformLeaf: Readonly<Record<UniformLeaves, Buffer>> = { zero: leafOfZeros, absent: leafOfAbsent };

/** Makes leaves and nodes with one set of buffers; node:crypto answers fastest in Latin-1 text (no object a hash). */
export interface TreeHasher {
  /**
   * Leaf of a page that is there.
   * @param bytes holds the page from `at` on
   * @param target receives 32 bytes at `to`
   */
  leaf(bytes: Uint8Array, at: number, target: Buffer, to: number): void;
  /** Node above the two digests at `left` and `right` of `from`. */
  node(from: Buffer, left: number, right: number, target: Buffer, to: number): void;
}

export function createTreeHasher(): TreeHasher {
  const page = Buffer.alloc(1 + pageSize);
  const pair = Buffer.alloc(1 + 2 * digestBytes);
  pair[0] = 0x01;
  const put = (message: Buffer, target: Buffer, to: number): void => {
    target.write(hash('sha256', message, 'binary'), to, digestBytes, 'latin1');
  };
  return {
    leaf(bytes, at, target, to) {
      page.set(bytes.subarray(at, at + pageSize), 1);
      put(page, target, to);
    },
    node(from, left, right, target, to) {
      from.copy(pair, 1, left, left + digestBytes);
      from.copy(pair, 1 + digestBytes, right, right + digestBytes);
      put(pair, target, to);
    },
  };
}

/** 32-bit words of a digest. */
const digestWords = digestBytes / 4;

/** Whether the pair of digests whose words begin at `at` is this one. */
function isPair(words: Uint32Array, at: number, pair: Uint32Array): boolean {
  for (let word = 0; word < 2 * digestWords; word += 1) if (words[at + word] !== pair[word]) return false;
  return true;
}

/**
 * Tree over the first `leaves` digests of `digests`. Pairing neighbours and carrying an odd last one up unchanged is the
 * same tree as RFC 6962's. A pair that is equal to the one before has its node: a run of absent or zero pages costs a few
 * hashes a level, however long it is.
 * @returns a copy of 32 bytes
 */
export function treeOf(hasher: TreeHasher, digests: Buffer, leaves: number): Buffer {
  if (leaves === 0) return Buffer.from(emptyTree);
  const words = new Uint32Array(leaves * digestWords);
  const level = Buffer.from(words.buffer);
  digests.copy(level, 0, 0, leaves * digestBytes);
  const last = new Uint32Array(2 * digestWords);
  let width = leaves;
  while (width > 1) {
    const pairs = width >> 1;
    for (let i = 0; i < pairs; i += 1) {
      const left = 2 * i * digestWords;
      if (i > 0 && isPair(words, left, last)) words.copyWithin(i * digestWords, (i - 1) * digestWords, i * digestWords);
      else {
        for (let word = 0; word < last.length; word += 1) last[word] = words[left + word] ?? 0;
        hasher.node(level, 2 * i * digestBytes, (2 * i + 1) * digestBytes, level, i * digestBytes);
      }
    }
    if ((width & 1) === 1) level.copy(level, pairs * digestBytes, (width - 1) * digestBytes, width * digestBytes);
    width = pairs + (width & 1);
  }
  return Buffer.from(level.subarray(0, digestBytes));
}

const joined = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.concat([Buffer.from([1]), left, right]));

/** Perfect trees of equal leaves by height, made as they are asked for. */
const perfect: Readonly<Record<UniformLeaves, Buffer[]>> = { zero: [leafOfZeros], absent: [leafOfAbsent] };

/** Tree over 2^height equal leaves. */
function perfectTree(leaves: UniformLeaves, height: number): Buffer {
  const known = perfect[leaves];
  for (let next = known.length; next <= height; next += 1) known.push(joined(known[next - 1] ?? leafOfAbsent, known[next - 1] ?? leafOfAbsent));
  return known[height] ?? leafOfAbsent;
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
  /** Tree over those alone; undefined when they are all or none. */
  readonly availableRoot: Buffer | undefined;
}

/** @param leaves 32 bytes for each of the subtree's pages */
export function subtreeOf(hasher: TreeHasher, startPfn: number, leaves: Buffer, pages: number, availablePages: number): Subtree {
  const partly = availablePages > 0 && availablePages < pages;
  return {
    startPfn,
    pages,
    root: treeOf(hasher, leaves, pages),
    availablePages,
    availableRoot: partly ? treeOf(hasher, leaves, availablePages) : undefined,
  };
}

/** A tree over neighbouring leaves. */
export interface Tree {
  readonly digest: Buffer;
  /** Number of its first leaf. */
  readonly start: number;
  /** Leaves below it: a power of two, but for the last one. */
  readonly leaves: number;
}

/** Trees from left to right, each larger than the next, as a binary counter holds them: what RFC 6962 needs to continue. */
export class TreeStack {
  readonly trees: Tree[];
  readonly #onJoin: ((left: Tree, right: Tree) => void) | undefined;

  /** @param onJoin hears of every node that is made, before it takes the places of its children */
  constructor(trees: readonly Tree[] = [], onJoin?: (left: Tree, right: Tree) => void) {
    this.trees = [...trees];
    this.#onJoin = onJoin;
  }

  /** Leaves added so far. */
  get leaves(): number {
    const last = this.trees.at(-1);
    return last === undefined ? 0 : last.start + last.leaves;
  }

  #join(left: Tree, right: Tree): Tree {
    this.#onJoin?.(left, right);
    return { digest: joined(left.digest, right.digest), start: left.start, leaves: left.leaves + right.leaves };
  }

  push(digest: Buffer, leaves: number): void {
    let tree: Tree = { digest, start: this.leaves, leaves };
    for (let last = this.trees.at(-1); last?.leaves === tree.leaves; last = this.trees.at(-1)) {
      this.trees.pop();
      tree = this.#join(last, tree);
    }
    this.trees.push(tree);
  }

  /** Any number of equal leaves. */
  pushUniform(kind: UniformLeaves, leaves: number): void {
    for (let left = leaves; left > 0;) {
      // The largest perfect tree that may begin here: as large as the position allows, and no larger than what is left.
      let height = 0;
      let size = 1;
      while (2 * size <= left && this.leaves % (2 * size) === 0) {
        size *= 2;
        height += 1;
      }
      this.push(perfectTree(kind, height), size);
      left -= size;
    }
  }

  /** 64 hex digits: the root over all leaves. */
  root(): string {
    const last = this.trees.at(-1);
    const tree = last === undefined ? undefined : this.trees.slice(0, -1).reduceRight((right, left) => this.#join(left, right), last);
    return rootOver(tree?.digest ?? emptyTree, this.leaves);
  }
}

/** @param tree over all leaves. @returns 64 hex digits */
function rootOver(tree: Buffer, leaves: number): string {
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(leaves));
  return sha256(Buffer.concat([Buffer.from([3]), count, tree])).toString('hex');
}

/** The leaf of a page of 4096 bytes. */
export const leafOf = (page: Uint8Array): Buffer => sha256(Buffer.concat([Buffer.from([0]), page]));

/**
 * The root that a leaf and the digests next to its way up lead to (RFC 9162, section 2.1.3.2, with our nodes and our root).
 * @param place number of the leaf
 * @param path from the leaf up, 32 bytes each
 * @returns 64 hex digits; undefined when the path is too long or too short for the place
 */
export function rootByPath(leaf: Buffer, place: number, leaves: number, path: readonly Buffer[]): string | undefined {
  if (place >= leaves) return undefined;
  let digest = leaf;
  // Numbers above 2^31 take no shifts.
  const half = (value: number): number => Math.floor(value / 2);
  let [own, last] = [place, leaves - 1];
  for (const beside of path) {
    if (last === 0) return undefined;
    if (own % 2 === 1 || own === last) {
      digest = joined(beside, digest);
      while (own % 2 === 0 && own !== 0) [own, last] = [half(own), half(last)];
    } else digest = joined(digest, beside);
    [own, last] = [half(own), half(last)];
  }
  return last === 0 ? rootOver(digest, leaves) : undefined;
}

/** The memory root while its parts come in, in ascending order without gaps. */
export interface MemoryRoot {
  add(subtree: Omit<Subtree, 'startPfn'>): void;
  /** Any number of equal leaves. */
  addUniform(kind: UniformLeaves, leaves: number): void;
  /** Over what was added, without what follows the last page that is there. @returns 64 hex digits */
  root(): string;
  /** What was added so far, to continue from in another run. */
  state(): MemoryRootState;
}

/** Trees from left to right, their digests in hex digits. */
interface KeptTrees {
  readonly stack: readonly { readonly digest: string; readonly leaves: number }[];
  readonly leaves: number;
}

/** Plain JSON. */
export interface MemoryRootState extends KeptTrees {
  readonly available: KeptTrees;
}

const keptTrees = (stack: readonly Tree[]): KeptTrees => ({
  stack: stack.map((tree) => ({ digest: tree.digest.toString('hex'), leaves: tree.leaves })),
  leaves: new TreeStack(stack).leaves,
});

function treesOf({ stack }: KeptTrees): Tree[] {
  let start = 0;
  return stack.map(({ digest, leaves }) => {
    const tree = { digest: Buffer.from(digest, 'hex'), start, leaves };
    start += leaves;
    return tree;
  });
}

/** @param from what an earlier run had added */
export function createMemoryRoot(from?: MemoryRootState): MemoryRoot {
  const stack = new TreeStack(from === undefined ? [] : treesOf(from));
  /** The same up to the last page that is there: what follows does not count. */
  let available: readonly Tree[] = from === undefined ? [] : treesOf(from.available);

  return {
    add({ pages, root, availablePages, availableRoot }) {
      if (availablePages > 0) available = [...stack.trees, { digest: availableRoot ?? root, start: stack.leaves, leaves: availablePages }];
      stack.push(root, pages);
    },
    addUniform(kind, leaves) {
      stack.pushUniform(kind, leaves);
      if (kind === 'zero' && leaves > 0) available = [...stack.trees];
    },
    root: () => new TreeStack(available).root(),
    state: () => ({ ...keptTrees(stack.trees), available: keptTrees(available) }),
  };
}
