/**
 * The file inside a flattened stream of makedumpfile, as it comes from a dump over the network or from QEMU
 * (kdump-compressed.md section 9). Later records overwrite earlier ones; what no record holds reads as zeros.
 */
import { DumpError } from '../../shared/dump-error.ts';
import { readExactly, type ByteSource } from './byte-source.ts';

const signature = 'makedumpfile\0\0\0\0';
const headerBytes = 4096;
const recordHeaderBytes = 16;
/** A record claims at least its header: more cannot be in the file. Hostile streams of empty records are cut here. */
const maxRecords = 50_000_000;
/** makedumpfile goes back to rewrite a few headers; inserting is not cheap enough for a stream of nothing but such records. */
const maxOutOfOrder = 1 << 15;

export interface FlattenedSource extends ByteSource {
  readonly outer: ByteSource;
  /** True when the stream ends with its end record. */
  readonly complete: boolean;
  /** Position in the outer file where the walk ended. */
  readonly endsAt: number;
  readonly records: number;
  /** What is wrong with the stream, in words. */
  readonly damage: string | undefined;
}

export function isFlattened(head: Uint8Array): boolean {
  return head.length >= signature.length && Buffer.from(head.subarray(0, signature.length)).toString('latin1') === signature;
}

interface Piece {
  /** Position in the inner file. */
  readonly start: number;
  end: number;
  /** Position in the stream. */
  readonly from: number;
}

/**
 * Adds a piece to ascending, disjoint ones; it wins over what it overlaps. Appending, the usual case, is cheap.
 * @returns whether it could be appended
 */
function addPiece(pieces: Piece[], fresh: Piece): boolean {
  const last = pieces.at(-1);
  if (last === undefined || fresh.start >= last.end) {
    if (last?.end === fresh.start && last.from + (last.end - last.start) === fresh.from) last.end = fresh.end;
    else pieces.push(fresh);
    return true;
  }
  const first = pieces.findIndex((piece) => piece.end > fresh.start);
  const parts: Piece[] = [];
  let next = first;
  for (; next < pieces.length; next += 1) {
    const piece = pieces[next];
    if (piece === undefined || piece.start >= fresh.end) break;
    if (piece.start < fresh.start) parts.push({ start: piece.start, end: fresh.start, from: piece.from });
    if (piece.end > fresh.end) parts.push({ start: fresh.end, end: piece.end, from: piece.from + (fresh.end - piece.start) });
  }
  const merged = [...parts.filter((piece) => piece.end <= fresh.start), fresh, ...parts.filter((piece) => piece.start >= fresh.end)];
  pieces.splice(first, next - first, ...merged);
  return false;
}

interface Walk {
  readonly pieces: readonly Piece[];
  readonly complete: boolean;
  readonly endsAt: number;
  readonly records: number;
  readonly damage: string | undefined;
}

function walkRecords(outer: ByteSource): Walk {
  const pieces: Piece[] = [];
  const head = new Uint8Array(recordHeaderBytes);
  const view = new DataView(head.buffer);
  let at = headerBytes;
  let records = 0;
  let outOfOrder = 0;
  for (; records < maxRecords; records += 1) {
    const got = at >= outer.size ? 0 : outer.readInto(at, head);
    if (got < recordHeaderBytes)
      return { pieces, complete: false, endsAt: at, records, damage: `the end record is missing: the stream ends at 0x${at.toString(16)}` };
    const offset = view.getBigInt64(0);
    const size = view.getBigInt64(8);
    if (offset === -1n && size === -1n) return { pieces, complete: true, endsAt: at + recordHeaderBytes, records, damage: undefined };
    if (offset < 0n || size < 0n || offset + size > BigInt(Number.MAX_SAFE_INTEGER)) {
      return { pieces, complete: false, endsAt: at, records, damage: `the record at 0x${at.toString(16)} claims ${size} bytes for position ${offset}` };
    }
    const from = at + recordHeaderBytes;
    const there = Math.min(Number(size), Math.max(0, outer.size - from));
    if (there > 0 && !addPiece(pieces, { start: Number(offset), end: Number(offset) + there, from })) outOfOrder += 1;
    if (outOfOrder > maxOutOfOrder) return { pieces, complete: false, endsAt: at, records, damage: `more than ${maxOutOfOrder} records are out of order` };
    if (there < Number(size))
      return {
        pieces,
        complete: false,
        endsAt: outer.size,
        records: records + 1,
        damage: `the record at 0x${at.toString(16)} is cut off after ${there} of ${size} bytes`,
      };
    at = from + Number(size);
  }
  return { pieces, complete: false, endsAt: at, records, damage: `more than ${maxRecords} records` };
}

/** @throws DumpError when the stream's header is cut off, or of another version */
export function flattenedSource(outer: ByteSource): FlattenedSource {
  const head = readExactly(outer, 0, headerBytes, 'the header of the flattened stream');
  const view = new DataView(head.buffer, head.byteOffset);
  const [type, version] = [view.getBigUint64(16), view.getBigUint64(24)];
  if (type !== 1n || version !== 1n)
    throw new DumpError('unsupported', { file: outer.name, offset: 16 }, `a flattened stream of type ${type}, version ${version}`, 'type 1, version 1');
  const { pieces, complete, endsAt, records, damage } = walkRecords(outer);
  const size = pieces.at(-1)?.end ?? 0;

  const pieceAt = (offset: number): number => {
    let low = 0;
    let high = pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((pieces[middle]?.end ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    name: outer.name,
    size,
    outer,
    complete,
    endsAt,
    records,
    damage,
    readInto(offset, target) {
      if (offset >= size) return 0;
      const end = Math.min(size, offset + target.length);
      target.subarray(0, end - offset).fill(0);
      for (let index = pieceAt(offset); index < pieces.length; index += 1) {
        const piece = pieces[index];
        if (piece === undefined || piece.start >= end) break;
        const from = Math.max(offset, piece.start);
        const to = Math.min(end, piece.end);
        const part = target.subarray(from - offset, to - offset);
        const got = outer.readInto(piece.from + (from - piece.start), part);
        if (got < part.length) return from + got - offset;
      }
      return end - offset;
    },
  };
}
