/** What tells a dump from every other one, whatever its file is called. */
import { createHash } from 'node:crypto';
import { readAround, type ByteSource } from '../source/byte-source.ts';
import type { DumpImage } from './dump-format.ts';

const pieceBytes = 1 << 20;

interface PieceEvents {
  /** Positions from the first byte on. */
  readonly onFault?: (start: number, end: number) => void;
  readonly onBytes?: (bytes: Uint8Array) => void;
}

/** Program headers can have tens of MiB, and are never held twice. */
function readInPieces(source: ByteSource, offset: number, length: number, { onFault, onBytes }: PieceEvents): void {
  const room = new Uint8Array(Math.min(pieceBytes, length));
  for (let at = 0; at < length; at += pieceBytes) {
    const piece = room.subarray(0, Math.min(pieceBytes, length - at)).fill(0);
    readAround(source, offset + at, piece, (start, end) => onFault?.(at + start, at + end));
    onBytes?.(piece);
  }
}

/** Identity of a dump (docs/contract.md section 10): no path and no times, so that copies share an index. */
export function dumpIdentity(image: DumpImage): string {
  const hash = createHash('sha256');
  hash.update(`${image.format}\0${image.source.size}\0`);
  if (image.placement !== undefined) hash.update(`${image.placement}\0`);
  for (const range of image.headerRanges) {
    const source = range.source ?? image.source;
    const length = Math.min(range.bytes, Math.max(0, source.size - range.offset));
    // Bytes that the disk does not give are not zeros: with them it would be another dump.
    readInPieces(source, range.offset, length, { onFault: (start, end) => hash.update(`unreadable ${start} ${end}\0`) });
    hash.update(`${range.offset}\0${length}\0`);
    readInPieces(source, range.offset, length, { onBytes: (bytes) => hash.update(bytes) });
  }
  return hash.digest('hex');
}
