/** Answers with lists that are too long for one message. */
import { createPace } from './pace.ts';

/** Rows of one message: some hundred KiB. */
const pieceRows = 2048;

/** Takes a piece of a list, in its order. */
export type GivePiece<T> = (rows: T[]) => void;

/**
 * The rows of a list: handed over piece by piece as they are made, or together.
 * @param rows undefined for pauses of work that has made none yet
 * @param give takes the pieces
 * @returns all rows where nobody takes them piece by piece, else none
 * @throws Cancelled
 */
export async function inPieces<T>(rows: Iterable<T | undefined>, give: GivePiece<T> | undefined, signal: AbortSignal): Promise<T[]> {
  const pace = createPace(signal);
  let piece: T[] = [];
  let turn = 0;
  for (const row of rows) {
    if (row !== undefined) {
      piece.push(row);
      turn += 1;
      if (turn % pieceRows !== 0) continue;
      if (give !== undefined) {
        give(piece);
        piece = [];
      }
    }
    // Whoever takes the piece has its turn here.
    await pace.breathe(() => undefined);
  }
  if (give === undefined) return piece;
  if (piece.length > 0) give(piece);
  return [];
}
