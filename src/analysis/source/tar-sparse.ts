/** Members with holes: GNU tar stores the pieces that have data, one after the other, and a map of where they belong (GNU tar manual, "Storing Sparse Files"). */
import { failed, type Failure, type Result } from '../../shared/result.ts';
import type { PieceCursor } from './piece-cursor.ts';

export interface SparsePiece {
  /** In the contents, in bytes. */
  readonly start: number;
  readonly bytes: number;
}

export interface SparseMap {
  /** Of the contents with their holes. */
  readonly realSize: number;
  readonly pieces: readonly SparsePiece[];
}

/** A map of so many pieces takes some 64 MiB; no file of a dump has more holes. */
export const mostPieces = 1 << 20;

export const noMap = (why: string): Failure => failed('map of a sparse member', why);

/** Why a map cannot be that of so many stored bytes; undefined where it can. */
export function whyNoMap({ realSize, pieces }: SparseMap, stored: number): string | undefined {
  let [end, bytes] = [0, 0];
  for (const piece of pieces) {
    if (piece.start < end || !Number.isSafeInteger(piece.start + piece.bytes)) return 'the map of the sparse member is not in order';
    end = piece.start + piece.bytes;
    bytes += piece.bytes;
  }
  if (end > realSize) return `the map of the sparse member goes beyond its ${realSize} bytes`;
  return bytes === stored ? undefined : `the map of the sparse member is of ${bytes} bytes, and ${stored} are stored`;
}

/** Numbers of a list "offset,bytes,offset,bytes"; undefined where it is none. */
export function listedPieces(text: string): SparsePiece[] | undefined {
  if (text === '') return [];
  const numbers = text.split(',', 2 * mostPieces + 1).map((digits) => (/^\d{1,16}$/.test(digits) ? Number(digits) : Number.NaN));
  if (numbers.length % 2 !== 0 || numbers.length > 2 * mostPieces || !numbers.every(Number.isSafeInteger)) return undefined;
  return Array.from({ length: numbers.length / 2 }, (_, at) => ({ start: numbers[2 * at] ?? 0, bytes: numbers[2 * at + 1] ?? 0 }));
}

/**
 * The map that begins the data of a member in version 1.0: the number of pieces, then offset and size of each, a line for each number, filled up to
 * whole blocks of 512 bytes.
 * @param most bytes of the data
 * @returns the pieces and how many bytes the map took; undefined where the stream ends in it
 */
export async function leadingMap(
  cursor: PieceCursor,
  most: number,
): Promise<Result<{ readonly pieces: readonly SparsePiece[]; readonly bytes: number }> | undefined> {
  let taken = 0;
  let line = '';
  const numbers: number[] = [];
  for (;;) {
    if (taken + 512 > most) return noMap('the map of the sparse member has no end');
    const block = await cursor.look(512);
    if (block.length < 512) return undefined;
    cursor.took(512);
    taken += 512;
    for (const byte of block) {
      if (byte !== 0x0a) {
        if (byte < 0x30 || byte > 0x39 || line.length >= 16) return noMap('the map of the sparse member has what is not a number');
        line += String.fromCharCode(byte);
        continue;
      }
      const value = line === '' ? Number.NaN : Number(line);
      line = '';
      if (!Number.isSafeInteger(value) || (numbers.length === 0 && value > mostPieces))
        return noMap(`the map of the sparse member is not one of at most ${mostPieces} pieces`);
      numbers.push(value);
      if (numbers.length === 1 + 2 * (numbers[0] ?? 0))
        return {
          value: {
            bytes: taken,
            pieces: Array.from({ length: numbers[0] ?? 0 }, (_, at) => ({ start: numbers[1 + 2 * at] ?? 0, bytes: numbers[2 + 2 * at] ?? 0 })),
          },
        };
    }
  }
}

const zeros = new Uint8Array(1 << 18);

function* hole(bytes: number): Generator<Uint8Array, undefined> {
  for (let left = bytes; left > 0; left -= zeros.length) yield left >= zeros.length ? zeros : zeros.subarray(0, left);
  return undefined;
}

/** The contents with their holes as zeros. @returns whether the stream has ended first */
export async function* withHoles(cursor: PieceCursor, { realSize, pieces }: SparseMap): AsyncGenerator<Uint8Array, boolean> {
  let position = 0;
  for (const { start, bytes } of pieces) {
    yield* hole(start - position);
    const until = cursor.position + bytes;
    yield* cursor.take(bytes);
    if (cursor.position < until) return true;
    position = start + bytes;
  }
  yield* hole(realSize - position);
  return false;
}
