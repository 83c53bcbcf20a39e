/** What an index gives out, below its reader: the rows, and the reader as whoever asks it sees it. */
import type { Pfn } from '../../shared/units.ts';
import type { Subtree } from '../memory-tree/digest.ts';
import type { BlockRow } from './packed-block.ts';
import type { Counters } from './page-meta.ts';
import type { FileFault } from '../source/byte-source.ts';
import type { FileSet } from './source-files.ts';

export interface IndexHeader {
  readonly identity: string;
  readonly dumpKey: string;
  readonly toolVersion: string;
  readonly fingerprintAlgorithm: string;
  readonly classVersion: number;
  /** Pages from address 0 to the end of the image. */
  readonly totalPages: number;
  /** Rows of `extent` so far. */
  readonly extentsWritten: number;
  /** True when every page is indexed. */
  readonly complete: boolean;
  /** Pages read for what is stored here, over all runs. */
  readonly pagesRead: number;
  /** 64 hex digits. */
  readonly memoryRoot: string | undefined;
}

export interface BlockCounters {
  readonly startPfn: Pfn;
  readonly pages: number;
  readonly counters: Counters;
  readonly uniform: number | undefined;
}

/** A row of `extent`: the state is a word of `pageStateCodes`. */
export interface StoredExtent {
  readonly startPfn: Pfn;
  readonly endPfn: Pfn;
  readonly state: string;
  readonly fileOffset: number | undefined;
}

/** A range of an index that has a file of its own. */
export interface PieceRow {
  readonly startPfn: Pfn;
  /** The image may end before. */
  readonly endPfn: Pfn;
  /** Where its file is; undefined in the piece itself. */
  readonly place: { readonly file: string; readonly folder: string } | undefined;
  /** Whether it holds subtrees of the memory root. */
  readonly digest: boolean;
  /** Pages in its blocks: those of runs that need no reading are in no piece. */
  readonly pages: number;
  readonly counters: Counters;
  /** What the disk did not give. */
  readonly faults: readonly FileFault[];
  /** Over its rows (`piece-content.ts`), 64 hex digits; empty until all are there. */
  readonly sha256: string;
}

/** What an interrupted run had of one block: so much that only the last few milliseconds are done again. */
export interface PartialBlock {
  readonly startPfn: Pfn;
  /** Pages done, from the block's first on. */
  readonly done: number;
  /** csum_partial of the pages done. */
  readonly csum: number;
  /** One byte a page of the whole block; bare states when only digests were missing. */
  readonly meta: Uint8Array;
  /** Undefined when only digests were missing. */
  readonly fingerprints: Uint8Array | undefined;
  /** 32 bytes a page; undefined without digest. */
  readonly leaves: Uint8Array | undefined;
}

/** All of it throws IndexDamaged for rows that are not what was written. */
export interface IndexReader {
  readonly path: string;
  header(): IndexHeader;
  /** The files that the index was made from, and those that were compared with it since; the newest last. */
  sourceFiles(): readonly FileSet[];
  /** The pieces that the index is read from, ascending; of a piece itself; of any other index none. */
  pieces(): readonly PieceRow[];
  /** The block, or run of blocks, that holds a page; undefined when it is not indexed. Blobs are not checked here. */
  blockAt(pfn: Pfn): BlockRow | undefined;
  /** Blocks that touch [startPfn, endPfn). */
  blocks(startPfn?: number, endPfn?: number): Generator<BlockRow>;
  /** The same without blobs. */
  counters(startPfn?: number, endPfn?: number): Generator<BlockCounters>;
  /** Counters over all indexed pages. */
  totals(): { readonly counters: Counters; readonly pages: number };
  hasBlock(startPfn: Pfn): boolean;
  hasSubtree(startPfn: Pfn): boolean;
  subtrees(): Generator<Subtree, undefined>;
  extentAt(pfn: Pfn): StoredExtent | undefined;
  /** Extents that touch [startPfn, endPfn). */
  extents(startPfn?: number, endPfn?: number): Generator<StoredExtent>;
  partial(): (PartialBlock & { readonly checksum: number }) | undefined;
  /** Every row of every table against its checksum. @throws IndexDamaged */
  verifyRows(): void;
  close(): void;
}
