/**
 * A block of up to 4096 pages as the index stores it: counters, 8 bytes of fingerprint and one meta byte a page, and a
 * checksum, because SQLite's own checks do not look inside blobs.
 */
import type { Pfn } from '../../shared/units.ts';
import { crc32 } from 'node:zlib';
import { IndexDamaged } from './index-error.ts';
import { littleEndianBytes, littleEndianWords } from './little-endian.ts';
import { countMeta, countUniform, emptyCounters, metaAvailable, stateCode, type Counters } from './page-meta.ts';

export interface BlockRow {
  readonly startPfn: Pfn;
  /** Up to 4096; more for a run of blocks that are all of one state without stored pages. */
  readonly pages: number;
  readonly counters: Counters;
  /** Meta byte of every page, where all have the same one. */
  readonly uniform: number | undefined;
  /** One byte a page; undefined for uniform blocks. */
  readonly meta: Uint8Array | undefined;
  /** 8 bytes for each present page in their order, little-endian; undefined when no page is present. Other pages have fingerprint 0. */
  readonly fingerprints: Uint8Array | undefined;
  /** csum_partial over the pages that have bytes, seed 0. */
  readonly csum: number;
  readonly checksum: number;
}

/** Pages of one block, one by one. */
export interface BlockPages {
  readonly startPfn: Pfn;
  readonly pages: number;
  /** Meta byte of page `index` of the block. */
  meta(index: number): number;
  /** Low and high half of the fingerprint of page `index`; 0 and 0 for zero pages and for pages without bytes. */
  fingerprint(index: number): readonly [low: number, high: number];
}

/** Raised when a stored block does not match its checksum: the index must be rebuilt. */
export class BlockDamaged extends IndexDamaged {
  override name = 'BlockDamaged';
  constructor(startPfn: Pfn) {
    super(`the block of pages starting at PFN 0x${startPfn.toString(16)} does not match its checksum`);
  }
}

/**
 * @param meta one byte a page
 * @param fingerprints two words a page, low half first
 * @param csum csum_partial over the pages that have bytes
 */
export function packBlock(startPfn: Pfn, meta: Uint8Array, fingerprints: Int32Array, csum = 0): BlockRow {
  const counters = emptyCounters();
  countMeta(counters, meta, 0, meta.length);
  const first = meta[0] ?? 0;
  const same = meta.every((value) => value === first);
  const present = counters.states[stateCode.present] ?? 0;
  const row = {
    startPfn,
    pages: meta.length,
    counters,
    uniform: same ? first : undefined,
    meta: same ? undefined : meta,
    fingerprints: present === 0 ? undefined : littleEndianBytes(packedPrints(meta, fingerprints, present)),
    csum,
  };
  return { ...row, checksum: blockChecksum(row) };
}

/** A run of blocks whose pages all have the same meta byte and no bytes of their own. */
export function uniformRun(startPfn: Pfn, pages: number, meta: number): BlockRow {
  const counters = emptyCounters();
  countUniform(counters, meta, pages);
  const row = { startPfn, pages, counters, uniform: meta, meta: undefined, fingerprints: undefined, csum: 0 };
  return { ...row, checksum: blockChecksum(row) };
}

/** CRC-32 of every number of the row: counts are given out without the blobs. */
export function countsChecksum(row: Pick<BlockRow, 'startPfn' | 'pages' | 'uniform' | 'csum' | 'counters'>): number {
  const numbers = Float64Array.of(row.startPfn, row.pages, row.uniform ?? -1, row.csum, ...row.counters.states, ...row.counters.classes);
  return crc32(littleEndianBytes(new Int32Array(numbers.buffer)));
}

/** CRC-32 of every number of the row and of both blobs. */
export function blockChecksum(row: Omit<BlockRow, 'checksum'>): number {
  let sum = countsChecksum(row);
  if (row.meta !== undefined) sum = crc32(row.meta, sum);
  if (row.fingerprints !== undefined) sum = crc32(row.fingerprints, sum);
  return sum;
}

/**
 * Opens a stored block for looking at its pages.
 * @throws BlockDamaged when it does not match its checksum or its blobs have a wrong size
 */
export function unpackBlock(row: BlockRow): BlockPages {
  const { startPfn, pages } = row;
  const { uniform, meta, words } = blockColumns(row);
  return {
    startPfn,
    pages,
    meta: (index) => uniform ?? meta?.[index] ?? 0,
    fingerprint: (index) => (words === undefined ? noFingerprint : [words[2 * index] ?? 0, words[2 * index + 1] ?? 0]),
  };
}

/** A stored block as plain columns, for work that looks at every page and cannot pay for a call each. */
export interface BlockColumns {
  /** Meta byte of every page where all have the same one. */
  readonly uniform: number | undefined;
  /** One meta byte a page; undefined for uniform blocks. */
  readonly meta: Uint8Array | undefined;
  /** Two words a page, low half first, 0 for pages that are not present; undefined when none is. */
  readonly words: Int32Array | undefined;
}

/** @throws BlockDamaged when the block does not match its checksum or its blobs have a wrong size */
export function blockColumns(row: BlockRow): BlockColumns {
  const { pages, uniform, meta, fingerprints } = row;
  const present = row.counters.states[stateCode.present] ?? 0;
  const sized = (meta?.length ?? pages) === pages && (fingerprints?.length ?? 0) === present * 8;
  if (!sized || (uniform === undefined) === (meta === undefined) || blockChecksum(row) !== row.checksum) throw new BlockDamaged(row.startPfn);
  if (fingerprints === undefined) return { uniform, meta, words: undefined };
  const packed = alignedWords(fingerprints);
  if (present === pages || meta === undefined) return { uniform, meta, words: packed };
  const words = new Int32Array(2 * pages);
  for (let page = 0, at = 0; page < pages; page += 1) {
    if (((meta[page] ?? 0) & 7) !== stateCode.present) continue;
    words[2 * page] = packed[at++] ?? 0;
    words[2 * page + 1] = packed[at++] ?? 0;
  }
  return { uniform, meta, words };
}

/** Those of present pages alone. */
function packedPrints(meta: Uint8Array, fingerprints: Int32Array, present: number): Int32Array {
  if (present === meta.length) return fingerprints;
  const packed = new Int32Array(2 * present);
  for (let page = 0, at = 0; page < meta.length; page += 1) {
    if (((meta[page] ?? 0) & 7) !== stateCode.present) continue;
    packed[at++] = fingerprints[2 * page] ?? 0;
    packed[at++] = fingerprints[2 * page + 1] ?? 0;
  }
  return packed;
}

/** A blob from the database can begin at any byte; words need a boundary of four. */
function alignedWords(blob: Uint8Array): Int32Array {
  return littleEndianWords(blob.byteOffset % 4 === 0 ? blob : new Uint8Array(blob));
}

const noFingerprint = [0, 0] as const;

/** Number of the last page of a block that has bytes, stored or implied, plus one; 0 when none has. */
export function availableEnd(meta: (index: number) => number, pages: number): number {
  let end = pages;
  while (end > 0 && !metaAvailable(meta(end - 1))) end -= 1;
  return end;
}
