/**
 * Pages of a dump with the proof that each is in its memory root: the digests next to the way from its leaf to the root (RFC 6962).
 * The index keeps roots of subtrees and no leaves, so the leaves of a subtree with a cited page are read from the dump again.
 */
import { pageSize, type Pfn } from '../../shared/units.ts';
import type { MemoryImage } from '../formats/dump-format.ts';
import { createPace } from '../jobs/pace.ts';
import { createTreeHasher, digestBytes, leafOf, TreeStack, uniformLeaf, type Subtree } from '../memory-tree/digest.ts';
import { planBlocks, type PlannedBlock } from './block-plan.ts';
import { createBlockScanner } from './block-scan.ts';
import { IndexError } from './index-error.ts';
import { pageExtents, type PageExtents } from './page-extents.ts';
import { stateCode } from './page-meta.ts';

/** What a leaf is of: a page with bytes, one of zeros, or one that is not in the dump. */
export type LeafKind = 'page' | 'zero' | 'absent';

export interface ProvenPage {
  readonly pfn: Pfn;
  readonly kind: LeafKind;
  /** 4096 bytes of a page that has bytes. */
  readonly bytes?: Buffer;
  /** From the leaf up, 32 bytes each. */
  readonly path: readonly Buffer[];
}

export interface CitedProofs {
  /** 64 hex digits, over what the index holds and the leaves that were read again. */
  readonly root: string;
  /** Leaves of the tree: pages up to the last one that is there. */
  readonly leaves: number;
  readonly pages: readonly ProvenPage[];
}

/** A block of the plan with its subtree, where it is not uniform. */
type Part = PlannedBlock & { readonly subtree?: Subtree };

function* partsOf(extents: PageExtents, subtrees: Iterator<Subtree, undefined>): Generator<Part, undefined> {
  for (const block of planBlocks(extents)) {
    if (block.startPfn >= extents.availableEnd) return undefined;
    if (block.kind === 'uniform') yield block;
    else {
      const subtree = subtrees.next().value;
      if (subtree?.startPfn !== block.startPfn)
        throw new IndexError(`the index lacks the subtree of the pages starting at PFN 0x${block.startPfn.toString(16)}`);
      yield { ...block, subtree };
    }
  }
  return undefined;
}

/** Leaves of a part that count when nothing is there after it. */
const availableIn = ({ pages, state, subtree }: Part): number => (subtree === undefined ? (state === stateCode.zero ? pages : 0) : subtree.availablePages);

/** Hears of the nodes of a tree, and keeps the digests next to the ways of the cited leaves. */
function pathsOf(cited: readonly Pfn[]): { readonly paths: readonly Buffer[][]; readonly stack: TreeStack } {
  const paths = cited.map((): Buffer[] => []);
  const firstFrom = (pfn: Pfn): number => {
    let [low, high] = [0, cited.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cited[middle] ?? 0) < pfn) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const stack = new TreeStack([], (left, right) => {
    for (const [own, beside] of [
      [left, right],
      [right, left],
    ] as const) {
      const end = own.start + own.leaves;
      for (let at = firstFrom(own.start); at < cited.length && (cited[at] ?? end) < end; at += 1) paths[at]?.push(beside.digest);
    }
  });
  return { paths, stack };
}

/**
 * @param cited page frame numbers, ascending, each once
 * @param subtrees from the start, as the index of this dump has them; asked for twice
 * @throws IndexError when the index lacks a subtree, or the dump is not what it was when it was indexed; Cancelled, DumpError io
 */
export async function proveCited(
  memory: MemoryImage,
  subtrees: () => Iterator<Subtree, undefined>,
  cited: readonly Pfn[],
  signal: AbortSignal,
): Promise<CitedProofs> {
  const extents = pageExtents(memory);
  const pace = createPace(signal);
  const breathe = (): Promise<void> => pace.breathe(() => undefined);
  let leaves = 0;
  for (const part of partsOf(extents, subtrees())) {
    const available = availableIn(part);
    if (available > 0) leaves = part.startPfn + available;
    await breathe();
  }
  const scanner = createBlockScanner(memory, extents, createTreeHasher());
  const { paths, stack } = pathsOf(cited);
  const kinds = new Map<Pfn, { readonly kind: LeafKind; readonly bytes?: Buffer }>();
  let next = 0;
  for (const part of partsOf(extents, subtrees())) {
    const { startPfn, subtree } = part;
    if (startPfn >= leaves) break;
    const pages = Math.min(part.pages, leaves - startPfn);
    const here: Pfn[] = [];
    for (let pfn = cited[next]; pfn !== undefined && pfn < startPfn + pages; pfn = cited[(next += 1)]) here.push(pfn);
    const whole = pages === part.pages ? subtree?.root : (subtree?.availableRoot ?? subtree?.root);
    if (subtree === undefined || whole === undefined) {
      const kind = part.state === stateCode.zero ? 'zero' : 'absent';
      // A cited leaf stands alone, so that the nodes above it are made one by one.
      for (const pfn of here) {
        stack.pushUniform(kind, pfn - stack.leaves);
        stack.push(uniformLeaf[kind], 1);
        kinds.set(pfn, { kind });
      }
      stack.pushUniform(kind, startPfn + pages - stack.leaves);
    } else if (here.length === 0) stack.push(whole, pages);
    else {
      const scan = scanner.begin(part, { index: false, digest: true });
      while (scan.done < scan.pages) {
        scan.step();
        await breathe();
      }
      if (scan.rows().subtree?.root.equals(subtree.root) !== true)
        throw new IndexError(`the pages starting at PFN 0x${startPfn.toString(16)} are not what they were when the dump was indexed`);
      const read = scan.partial().leaves ?? new Uint8Array();
      const leafAt = (pfn: Pfn): Buffer => Buffer.from(read.subarray((pfn - startPfn) * digestBytes, (pfn - startPfn + 1) * digestBytes));
      for (let pfn = startPfn; pfn < startPfn + pages; pfn += 1) stack.push(leafAt(pfn), 1);
      for (const pfn of here) kinds.set(pfn, contentOf(memory, pfn, leafAt(pfn)));
    }
    await breathe();
  }
  const root = stack.root();
  return {
    root,
    leaves,
    pages: cited.flatMap((pfn, at) => {
      const kind = kinds.get(pfn);
      return kind === undefined ? [] : [{ pfn, ...kind, path: paths[at] ?? [] }];
    }),
  };
}

/** @throws IndexError when the page is not what its leaf was made of a moment ago */
function contentOf(memory: MemoryImage, pfn: Pfn, leaf: Buffer): { readonly kind: LeafKind; readonly bytes?: Buffer } {
  if (leaf.equals(uniformLeaf.absent)) return { kind: 'absent' };
  if (leaf.equals(uniformLeaf.zero)) return { kind: 'zero' };
  const bytes = Buffer.alloc(pageSize);
  memory.readPages(pfn, bytes, new Uint8Array(1));
  if (!leafOf(bytes).equals(leaf)) throw new IndexError(`the page at PFN 0x${pfn.toString(16)} changed while it was read`);
  return { kind: 'page', bytes };
}
