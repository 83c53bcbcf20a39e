/** A stored block as plain columns, for work that looks at every page and cannot pay for a call each. */
import { alignedWords, BlockDamaged, blockChecksum, type BlockRow } from './packed-block.ts';

export interface BlockColumns {
  /** Meta byte of every page where all have the same one. */
  readonly uniform: number | undefined;
  /** One meta byte a page; undefined for uniform blocks. */
  readonly meta: Uint8Array | undefined;
  /** Two words a page, low half first; undefined when no page is present. */
  readonly words: Int32Array | undefined;
}

/** @throws BlockDamaged when the block does not match its checksum or its blobs have a wrong size */
export function blockColumns(row: BlockRow): BlockColumns {
  const { pages, uniform, meta, fingerprints } = row;
  const sized = (meta?.length ?? pages) === pages && (fingerprints?.length ?? pages * 8) === pages * 8;
  if (!sized || (uniform === undefined) === (meta === undefined) || blockChecksum(row) !== row.checksum) throw new BlockDamaged(row.startPfn);
  if (fingerprints === undefined) return { uniform, meta, words: undefined };
  return { uniform, meta, words: alignedWords(fingerprints) };
}
