/**
 * The reader of whatever index a file is. Where its pages are in pieces, blocks come from them and runs that need no reading from the index
 * itself, as if all were in one file. A few pieces are open at a time, however many there are.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pageSize, type Pfn } from '../../shared/units.ts';
import type { Connection } from './connection.ts';
import { IndexDamaged, IndexError } from './index-error.ts';
import { createIndexReader } from './index-reader.ts';
import type { IndexReader, PieceRow } from './index-reader-type.ts';
import { addCounters, emptyCounters } from './page-meta.ts';
import { pieceContent } from './piece-content.ts';
import { indexSchemaVersion } from './schema.ts';
import { readError } from './read-guard.ts';
import { isIndexFile, openReadOnly } from './sqlite.ts';

/** Pieces that stay open for single pages. */
const keptOpen = 8;

const hexOf = (pfn: Pfn): string => `0x${(BigInt(pfn) * BigInt(pageSize)).toString(16)}`;
/** The range of a piece as messages name it. */
export const rangeText = ({ startPfn, endPfn }: Pick<PieceRow, 'startPfn' | 'endPfn'>): string => `${hexOf(startPfn)}-${hexOf(endPfn)}`;

/** Whether the pages of an index are in pieces. */
export const isPieced = (reader: Pick<IndexReader, 'pieces'>): boolean => reader.pieces().some(({ place }) => place !== undefined);
/** Whether a file is itself a piece, whole or begun. */
export const isPiece = (reader: Pick<IndexReader, 'pieces'>): boolean => reader.pieces().some(({ place }) => place === undefined);

/** Opens a piece. @throws IndexError naming it when it is none, or made by another version */
export function openPiece(path: string): { readonly reader: IndexReader; readonly row: PieceRow } {
  const connection = openReadOnly(path);
  try {
    if (connection.pragma('user_version', { simple: true }) !== indexSchemaVersion) throw new IndexError(`the piece ${path} was made by another version`);
    const reader = createIndexReader(path, connection, false);
    const [row] = reader.pieces();
    if (row === undefined || row.place !== undefined) throw new IndexError(`${path} is a page index, not a piece of one`);
    return { reader, row };
  } catch (error) {
    connection.close();
    throw damagedPiece(path, error);
  }
}

/** What went wrong with a piece, as an error that names it; any other error as it is. */
export function damagedPiece(path: string, error: unknown): unknown {
  const known = readError(error);
  return known instanceof IndexDamaged ? new IndexError(`the piece ${path} is damaged: ${known.message}`) : known;
}

/** Whether a file is a piece, as far as it says what it is. */
export function isPieceFile(path: string): boolean {
  if (!isIndexFile(path)) return false;
  try {
    openPiece(path).reader.close();
    return true;
  } catch (error) {
    if (error instanceof IndexError) return false;
    throw error;
  }
}

/** @param connection open on an index whose schema version was checked */
export function readerOf(path: string, connection: Connection): IndexReader {
  const whole = createIndexReader(path, connection);
  if (!isPieced(whole)) return isPiece(whole) ? createIndexReader(path, connection, false) : whole;
  return piecedReader(path, createIndexReader(path, connection, false));
}

function piecedReader(path: string, own: IndexReader): IndexReader {
  const pieces = own.pieces();
  const open = new Map<number, IndexReader>();

  const openAt = (piece: PieceRow): IndexReader => {
    const { file = '', folder = '' } = piece.place ?? {};
    const beside = join(dirname(path), file);
    const place = existsSync(beside) ? beside : join(folder, file);
    const named = `the piece ${file} of ${rangeText(piece)}`;
    if (!existsSync(place)) throw new IndexError(`${named} is neither in ${dirname(path)} nor in ${folder}: the index ${path} is read from it`);
    const { reader, row } = openPiece(place);
    const { identity, dumpKey } = own.header();
    const theirs = reader.header();
    if (row.sha256 === piece.sha256 && row.startPfn === piece.startPfn && theirs.identity === identity && theirs.dumpKey === dumpKey) return reader;
    reader.close();
    throw new IndexError(`${named} in ${dirname(place)} is not the one that was joined to the index ${path}`);
  };
  const pieceOf = (pfn: Pfn): PieceRow | undefined => {
    let [low, high] = [0, pieces.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((pieces[middle]?.startPfn ?? 0) <= pfn) low = middle;
      else high = middle - 1;
    }
    const piece = pieces[low];
    return piece !== undefined && piece.startPfn <= pfn && pfn < piece.endPfn ? piece : undefined;
  };
  /** For one question; another one may close it. */
  const readerAt = (pfn: Pfn): IndexReader | undefined => {
    const piece = pieceOf(pfn);
    if (piece === undefined) return undefined;
    const reader = open.get(piece.startPfn) ?? openAt(piece);
    open.delete(piece.startPfn);
    open.set(piece.startPfn, reader);
    const [oldest] = open;
    if (open.size > keptOpen && oldest !== undefined) {
      open.delete(oldest[0]);
      oldest[1].close();
    }
    return reader;
  };
  /** Rows of the pieces that touch a range, each open for as long as its rows are asked for. */
  function* inPieces<T>(startPfn: number, endPfn: number, rows: (reader: IndexReader) => Generator<T>): Generator<T> {
    for (const piece of pieces) {
      if (piece.endPfn <= startPfn || piece.startPfn >= endPfn) continue;
      const reader = openAt(piece);
      try {
        yield* rows(reader);
      } finally {
        reader.close();
      }
    }
  }
  const lost = (pfn: Pfn): IndexDamaged => {
    const piece = pieceOf(pfn);
    const where = piece === undefined ? '' : `, where its piece ${piece.place?.file ?? ''} should have them`;
    return new IndexDamaged(`it lacks the pages starting at PFN 0x${pfn.toString(16)}${where}, and calls itself complete`);
  };

  /** Both in the order of their pages; neither has what the other has. */
  function* joined<T extends { readonly startPfn: Pfn; readonly pages: number }>(
    startPfn: number,
    endPfn: number,
    rows: (reader: IndexReader) => Generator<T>,
  ): Generator<T> {
    const { complete, totalPages } = own.header();
    const end = Math.min(endPfn, totalPages);
    const [runs, blocks] = [rows(own), inPieces(startPfn, endPfn, rows)];
    try {
      let [run, block] = [runs.next(), blocks.next()];
      let next: number | undefined;
      while (run.done !== true || block.done !== true) {
        const isRun = block.done === true || (run.done !== true && run.value.startPfn < block.value.startPfn);
        const row: T = isRun ? (run.value as T) : (block.value as T);
        if (complete && row.startPfn > (next ?? startPfn)) throw lost(next ?? startPfn);
        yield row;
        next = row.startPfn + row.pages;
        if (isRun) run = runs.next();
        else block = blocks.next();
      }
      if (complete && (next ?? startPfn) < end) throw lost(next ?? startPfn);
    } finally {
      blocks.return(undefined);
    }
  }

  return {
    ...own,
    pieces: () => pieces,
    blockAt(pfn) {
      const row = readerAt(pfn)?.blockAt(pfn) ?? own.blockAt(pfn);
      const { complete, totalPages } = own.header();
      if (row === undefined && complete && pfn < totalPages) throw lost(pfn);
      return row;
    },
    blocks: (startPfn = 0, endPfn = Number.MAX_SAFE_INTEGER) => joined(startPfn, endPfn, (reader) => reader.blocks(startPfn, endPfn)),
    counters: (startPfn = 0, endPfn = Number.MAX_SAFE_INTEGER) => joined(startPfn, endPfn, (reader) => reader.counters(startPfn, endPfn)),
    totals() {
      const { counters, pages } = own.totals();
      const sum = { counters: emptyCounters(), pages };
      addCounters(sum.counters, counters);
      for (const piece of pieces) {
        addCounters(sum.counters, piece.counters);
        sum.pages += piece.pages;
      }
      return sum;
    },
    hasBlock: (startPfn) => readerAt(startPfn)?.hasBlock(startPfn) === true || own.hasBlock(startPfn),
    hasSubtree: (startPfn) => readerAt(startPfn)?.hasSubtree(startPfn) === true,
    *subtrees() {
      yield* inPieces(0, Number.MAX_SAFE_INTEGER, (reader) => reader.subtrees());
      return undefined;
    },
    verifyRows() {
      own.verifyRows();
      for (const piece of pieces) {
        const reader = openAt(piece);
        try {
          if (pieceContent(reader, piece.digest).sha256 !== piece.sha256)
            throw new IndexDamaged(`the rows of its piece ${basename(reader.path)} are not those that were joined`);
        } finally {
          reader.close();
        }
      }
    },
    close() {
      for (const reader of open.values()) reader.close();
      open.clear();
      own.close();
    },
  };
}
