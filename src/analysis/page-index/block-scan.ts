/**
 * Looks at the pages of one block in steps of at most 1 MiB: states, classes, fingerprints, csum_partial, and SHA-256
 * leaves when asked. The same in the engine's thread and in page workers.
 */
import { pageSize, type Pfn } from '../../shared/units.ts';
import { csumAdd } from '../arch/s390x/checksum.ts';
import type { MemoryImage } from '../formats/dump-format.ts';
import { digestBytes, subtreeOf, uniformLeaf, type Subtree, type TreeHasher } from '../memory-tree/digest.ts';
import type { PlannedBlock } from './block-plan.ts';
import type { PartialBlock } from './index-reader-type.ts';
import { littleEndianBytes, littleEndianWords } from './little-endian.ts';
import { availableEnd, packBlock, type BlockRow } from './packed-block.ts';
import { storedCode, type PageExtents } from './page-extents.ts';
import { createPageJob, stepPages } from './page-job.ts';
import { stateCode } from './page-meta.ts';

/** What has to be found out about a block. */
export interface Wanted {
  readonly index: boolean;
  readonly digest: boolean;
}

/** The finished rows of a block. */
export interface BlockRows {
  readonly block: BlockRow | undefined;
  readonly subtree: Subtree | undefined;
}

export interface BlockScan {
  readonly pages: number;
  /** Pages done, from the first on. */
  readonly done: number;
  /** Does the next step. @returns pages read from the dump */
  step(): number;
  /** What was found so far, for a later run. */
  partial(): PartialBlock;
  /** The finished rows; only when all pages are done. */
  rows(): BlockRows;
}

export interface BlockScanner {
  /** @param begun what a run before had of this block; used when it has what is wanted now */
  begin(block: Pick<PlannedBlock, 'startPfn' | 'pages'>, wanted: Wanted, begun?: PartialBlock): BlockScan;
}

/** What a scanner asks of the extents. */
export type ScanExtents = Pick<PageExtents, 'needs' | 'states'>;

const zeroPage = Buffer.alloc(pageSize);
/** @param page place among the pages in `bytes` */
const isZeroPage = (bytes: Uint8Array, page: number): boolean => zeroPage.equals(bytes.subarray(page * pageSize, (page + 1) * pageSize));

export function createBlockScanner(memory: Pick<MemoryImage, 'readPages' | 'unreachableStates'>, extents: ScanExtents, hasher: TreeHasher): BlockScanner {
  const job = createPageJob(stepPages);
  const { bytes } = job;
  const states = new Uint8Array(stepPages);
  const sums = new Int32Array(stepPages);

  /** Fills `states`, and `bytes` where pages are stored, for the pages of one step. */
  const fetch = (startPfn: Pfn, pages: number): void => {
    if (memory.unreachableStates?.(startPfn, states.subarray(0, pages)) === true) return;
    const needs = extents.needs(startPfn, startPfn + pages);
    if (needs === 'nothing') {
      extents.states(startPfn, states.subarray(0, pages));
      return;
    }
    const target = bytes.subarray(0, pages * pageSize);
    // Of a page that is only partly there, the rest keeps what the buffer held.
    if (needs === 'read-cut') target.fill(0);
    memory.readPages(startPfn, target, states.subarray(0, pages));
  };

  const isThere = (state: number): boolean => state === storedCode || state === stateCode.zero;
  /** @param looked whether `meta` says which stored pages are zero; without an index run the bytes tell */
  const hashLeaves = (meta: Uint8Array, looked: boolean, count: number, leaves: Buffer, to: number): void => {
    for (let page = 0; page < count; page += 1) {
      const place = to + page * digestBytes;
      const state = states[page] ?? 0;
      if (!isThere(state)) {
        uniformLeaf.absent.copy(leaves, place);
        continue;
      }
      const zero = state === stateCode.zero || (looked ? ((meta[page] ?? 0) & 7) === stateCode.zero : isZeroPage(bytes, page));
      if (zero) uniformLeaf.zero.copy(leaves, place);
      else hasher.leaf(bytes, page * pageSize, leaves, place);
    }
  };

  return {
    begin({ startPfn, pages }, wanted, begun) {
      // Without an index run, meta holds bare states: subtrees need to know which pages are there.
      const meta = new Uint8Array(pages);
      const fingerprints = new Int32Array(wanted.index ? 2 * pages : 0);
      const leaves = Buffer.alloc(wanted.digest ? digestBytes * pages : 0);
      let done = 0;
      let csum = 0;
      if (begun?.startPfn === startPfn && (begun.fingerprints !== undefined) === wanted.index && (begun.leaves !== undefined) === wanted.digest) {
        done = begun.done;
        csum = begun.csum;
        meta.set(begun.meta);
        if (begun.fingerprints !== undefined) fingerprints.set(littleEndianWords(Uint8Array.from(begun.fingerprints)));
        if (begun.leaves !== undefined) leaves.set(begun.leaves);
      }
      return {
        pages,
        get done() {
          return done;
        },
        step() {
          const count = Math.min(stepPages, pages - done);
          fetch(startPfn + done, count);
          const now = states.subarray(0, count);
          if (wanted.index) {
            job.run(bytes, now, fingerprints.subarray(2 * done, 2 * (done + count)), meta.subarray(done, done + count), sums);
            for (let page = 0; page < count; page += 1) csum = csumAdd(csum, sums[page] ?? 0);
          } else meta.set(now, done);
          if (wanted.digest) hashLeaves(meta.subarray(done, done + count), wanted.index, count, leaves, done * digestBytes);
          done += count;
          return now.reduce((read, state) => read + (state === storedCode ? 1 : 0), 0);
        },
        partial: () => ({
          startPfn,
          done,
          csum,
          meta,
          fingerprints: wanted.index ? littleEndianBytes(fingerprints) : undefined,
          leaves: wanted.digest ? leaves : undefined,
        }),
        rows: () => ({
          block: wanted.index ? packBlock(startPfn, meta, fingerprints, csum) : undefined,
          subtree: wanted.digest
            ? subtreeOf(
                hasher,
                startPfn,
                leaves,
                pages,
                availableEnd((page) => meta[page] ?? 0, pages),
              )
            : undefined,
        }),
      };
    },
  };
}
