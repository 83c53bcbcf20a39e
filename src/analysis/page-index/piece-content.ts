/** What the rows of a piece add up to: its counters, and one SHA-256 by which a copy of it is recognised, however often it was interrupted. */
import { createHash, type Hash } from 'node:crypto';
import type { IndexReader } from './index-reader-type.ts';
import { unpackBlock } from './packed-block.ts';
import { addCounters, emptyCounters, type Counters } from './page-meta.ts';

export interface PieceContent {
  readonly pages: number;
  readonly counters: Counters;
  /** 64 hex digits. */
  readonly sha256: string;
}

function addBytes(hash: Hash, bytes: Uint8Array | undefined): void {
  hash.update(`${bytes?.length ?? -1}\0`);
  if (bytes !== undefined) hash.update(bytes);
}

/**
 * Reads all blocks and subtrees, in the order of their pages.
 * @param digest whether subtrees count
 * @throws IndexDamaged for a row that does not match its checksum
 */
export function pieceContent(reader: Pick<IndexReader, 'blocks' | 'subtrees'>, digest: boolean): PieceContent {
  const hash = createHash('sha256');
  const counters = emptyCounters();
  let pages = 0;
  for (const row of reader.blocks()) {
    unpackBlock(row);
    addCounters(counters, row.counters);
    pages += row.pages;
    hash.update([row.startPfn, row.pages, ...row.counters.states, ...row.counters.classes, row.uniform ?? -1, row.csum].join(' '));
    addBytes(hash, row.meta);
    addBytes(hash, row.fingerprints);
  }
  if (digest)
    for (const { startPfn, pages: leaves, root, availablePages, availableRoot } of reader.subtrees()) {
      hash.update([startPfn, leaves, availablePages].join(' '));
      addBytes(hash, root);
      addBytes(hash, availableRoot);
    }
  return { pages, counters, sha256: hash.digest('hex') };
}
