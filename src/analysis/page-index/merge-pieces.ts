/** Joining the pieces of an index: whether they are what they should be, and their rows in one file. */
import { createPace } from '../jobs/pace.ts';
import { planBlocks, type PageRange, type PlannedBlock } from './block-plan.ts';
import { IndexDamaged, IndexError } from './index-error.ts';
import type { IndexHeader, IndexReader, PieceRow } from './index-reader-type.ts';
import type { BlockRow } from './packed-block.ts';
import type { PageExtents } from './page-extents.ts';
import { classVersion, fingerprintAlgorithm } from './page-job.ts';
import { pieceContent } from './piece-content.ts';
import { damagedPiece, openPiece, rangeText } from './pieced-reader.ts';
import type { FileSet } from './source-files.ts';
import type { IndexStore } from './store.ts';

/** A piece that was looked at. */
export interface FoundPiece {
  readonly path: string;
  readonly row: PieceRow;
  readonly sourceFiles: readonly FileSet[];
}

/** What a piece must be of. */
export interface PiecesOf {
  readonly identity: string;
  readonly dumpKey: string;
  readonly totalPages: number;
}

function whyNotOf(header: IndexHeader, row: PieceRow, of: PiecesOf): string | undefined {
  if (header.identity !== of.identity || header.totalPages !== of.totalPages) return 'is of another dump';
  if (header.dumpKey !== of.dumpKey) return 'is of another dump with equal headers and notes, or of this one before its memory changed: the dump keys differ';
  if (header.fingerprintAlgorithm !== fingerprintAlgorithm || header.classVersion !== classVersion) return 'was made by another version';
  if (row.sha256 === '') return 'is not finished';
  return undefined;
}

/**
 * Opens a piece, looks at every row of it, and closes it.
 * @throws IndexError naming it when it is damaged, of another dump, or made by another version
 */
export function lookAtPiece(path: string, of: PiecesOf): FoundPiece {
  const { reader, row } = openPiece(path);
  try {
    const why = whyNotOf(reader.header(), row, of);
    if (why !== undefined) throw new IndexError(`the piece ${path} ${why}`);
    reader.verifyRows();
    const content = pieceContent(reader, row.digest);
    if (content.sha256 !== row.sha256 || content.pages !== row.pages) throw new IndexDamaged('its rows differ from those that it records');
    return { path, row, sourceFiles: reader.sourceFiles() };
  } catch (error) {
    throw damagedPiece(path, error);
  } finally {
    reader.close();
  }
}

function* blocksOf(extents: PageExtents, part: PageRange): Generator<PlannedBlock, undefined> {
  for (const planned of planBlocks(extents, part)) if (planned.kind === 'block') yield planned;
  return undefined;
}

/** The first block that needs reading in a stretch between two pieces. */
const firstIn = (extents: PageExtents, startPfn: number, endPfn: number): PlannedBlock | undefined =>
  startPfn >= endPfn ? undefined : blocksOf(extents, { startPfn, endPfn }).next().value;

/**
 * Whether pieces have every block that needs reading, each once.
 * @returns them by their addresses
 * @throws IndexError naming the piece that is there twice, or the range that no piece has
 */
export function assertCover(extents: PageExtents, pieces: readonly FoundPiece[]): readonly FoundPiece[] {
  const sorted = [...pieces].sort((a, b) => a.row.startPfn - b.row.startPfn || a.row.endPfn - b.row.endPfn);
  let end = 0;
  let before: FoundPiece | undefined;
  const assertNone = (endPfn: number): void => {
    const lacking = firstIn(extents, end, endPfn);
    if (lacking === undefined) return;
    const { startPfn, pages } = lacking;
    throw new IndexError(`no piece has the pages of ${rangeText({ startPfn, endPfn: startPfn + pages })}: index their range, then join the pieces again`);
  };
  for (const piece of sorted) {
    const { startPfn, endPfn } = piece.row;
    if (before !== undefined && startPfn < end) {
      const same = before.row.startPfn === startPfn && before.row.endPfn === endPfn;
      throw new IndexError(
        `the pieces ${before.path} and ${piece.path} ${same ? `are both of ${rangeText(piece.row)}` : `overlap: ${rangeText(before.row)} and ${rangeText(piece.row)}`}: remove one of them`,
      );
    }
    assertNone(startPfn);
    [end, before] = [endPfn, piece];
  }
  assertNone(extents.totalPages);
  return sorted;
}

/** Rows of one transaction. */
const rowsAtOnce = 128;

/**
 * Copies the rows of pieces, which were looked at, into an empty index.
 * @throws IndexError, Cancelled
 */
export async function copyPieces(
  extents: PageExtents,
  pieces: readonly FoundPiece[],
  store: IndexStore,
  signal: AbortSignal,
  onPages: (done: number) => void,
): Promise<void> {
  const pace = createPace(signal);
  let done = 0;
  for (const { path, row } of pieces) {
    const { reader } = openPiece(path);
    try {
      let blocks: BlockRow[] = [];
      for (const block of expected(extents, path, row, reader)) {
        blocks.push(block);
        done += block.pages;
        if (blocks.length === rowsAtOnce) {
          store.commit({ blocks });
          blocks = [];
        }
        await pace.breathe(() => {
          onPages(done);
        });
      }
      store.commit({ blocks, subtrees: row.digest ? [...reader.subtrees()] : [] });
    } finally {
      reader.close();
    }
  }
}

/** The blocks of a piece, which must be those that the dump has there. */
function* expected(extents: PageExtents, path: string, part: PageRange, reader: IndexReader): Generator<BlockRow> {
  const planned = blocksOf(extents, part);
  for (const block of reader.blocks()) {
    const wanted = planned.next().value;
    if (wanted?.startPfn !== block.startPfn || wanted.pages !== block.pages)
      throw new IndexError(`the piece ${path} has pages starting at PFN 0x${block.startPfn.toString(16)} where this dump has others`);
    yield block;
  }
  const lacking = planned.next().value;
  if (lacking !== undefined) throw new IndexError(`the piece ${path} lacks the pages starting at PFN 0x${lacking.startPfn.toString(16)}`);
}
