/**
 * The file inside a flattened stream of makedumpfile, as it comes from a dump over the network or from QEMU
 * (kdump-compressed.md section 9). Later records overwrite earlier ones; what no record holds reads as zeros.
 */
import { defined } from '../../shared/defined.ts';
import { DumpError } from '../../shared/dump-error.ts';
import { stepTurns, type Steps } from '../jobs/steps.ts';
import { faultText, readExactly, type ByteSource, type FileFault } from './byte-source.ts';
import { StreamRecords } from './record-pieces.ts';

export const flattenedSignature = 'makedumpfile\0\0\0\0';
const headerBytes = 4096;
const recordHeaderBytes = 16;
/** A record claims at least its header: more cannot be in the file. Hostile streams of empty records are cut here. */
const maxRecords = 50_000_000;
/** Records that must follow each other after bytes that the disk does not give, and the largest of them. */
const provenRecords = 8;
const largestProven = 64n << 20n;
/** How far they are looked for. Writers flush their buffers in records of at most a few MiB. */
const searchedBytes = 16 << 20;
/** Places in a buffer that are looked at in a step: most need no read. */
const placesInStep = 1 << 14;

export interface FlattenedSource extends ByteSource {
  readonly outer: ByteSource;
  /** True when the stream ends with its end record. */
  readonly complete: boolean;
  /** Position in the outer file where the walk ended. */
  readonly endsAt: number;
  readonly records: number;
  /** What is wrong with the stream, in words. */
  readonly damage: string | undefined;
  /** What the disk does not give of what the stream says of itself. */
  readonly lost?: FileFault;
}

export function isFlattened(head: Uint8Array): boolean {
  return head.length >= flattenedSignature.length && Buffer.from(head.subarray(0, flattenedSignature.length)).toString('latin1') === flattenedSignature;
}

interface Walk {
  readonly complete: boolean;
  readonly endsAt: number;
  readonly records: number;
  readonly damage: string | undefined;
  /** What the disk does not give of the records' headers: nobody knows what such records held. */
  readonly lost?: FileFault;
  /** True when the walk ended there. */
  readonly broken?: boolean;
}

interface RecordHeader {
  readonly offset: bigint;
  readonly size: bigint;
}

const headerAt = (view: DataView, at: number): RecordHeader => ({ offset: view.getBigInt64(at), size: view.getBigInt64(at + 8) });
const isEnd = ({ offset, size }: RecordHeader): boolean => offset === -1n && size === -1n;

/** Whether so many records follow each other from here on, or fewer up to the end record. */
function startsRecords(outer: ByteSource, start: number): boolean {
  const head = new Uint8Array(recordHeaderBytes);
  const view = new DataView(head.buffer);
  for (let at = start, count = 0; count < provenRecords; count += 1) {
    if (at + recordHeaderBytes > outer.size || outer.readInto(at, head) < recordHeaderBytes) return false;
    const header = headerAt(view, 0);
    if (count > 0 && isEnd(header) && at + recordHeaderBytes === outer.size) return true;
    if (header.offset < 0n || header.size <= 0n || header.size > largestProven || header.offset > BigInt(Number.MAX_SAFE_INTEGER)) return false;
    at += recordHeaderBytes + Number(header.size);
  }
  return true;
}

/** Where records continue after bytes that the disk does not give. */
function* recordsBehind(outer: ByteSource, from: number): Steps<number | undefined> {
  const window = new Uint8Array(Math.min(searchedBytes, Math.max(0, outer.size - from)));
  const view = new DataView(window.buffer);
  const got = outer.readInto(from, window);
  for (let at = 0; at + recordHeaderBytes <= got; at += 1) {
    if (at % placesInStep === 0) yield;
    // The upper half of a size is zero: most places need no second look.
    if (view.getUint32(at + 8) === 0 && startsRecords(outer, from + at)) return from + at;
  }
  return undefined;
}

/** @param held takes what the records hold */
function* walkRecords(outer: ByteSource, held: StreamRecords): Steps<Walk> {
  const head = new Uint8Array(recordHeaderBytes);
  const view = new DataView(head.buffer);
  let at = headerBytes;
  let records = 0;
  let lost: FileFault | undefined;
  const end = (complete: boolean, endsAt: number, damage: string | undefined, broken = false): Walk => {
    const unread = lost === undefined ? undefined : `${faultText(lost)}, where the stream says what it holds`;
    return { complete: complete && lost === undefined, endsAt, records, damage: unread ?? damage, ...(lost === undefined ? {} : { lost, broken }) };
  };
  for (; records < maxRecords; records += 1) {
    if (records % stepTurns === 0) yield;
    const got = at >= outer.size ? 0 : outer.readInto(at, head);
    if (got < recordHeaderBytes) {
      const fault = outer.faultAt?.(at + got);
      if (fault === undefined) return end(false, at, `the end record is missing: the stream ends at 0x${at.toString(16)}`);
      lost ??= fault;
      const next = yield* recordsBehind(outer, at + got + fault.bytes);
      if (next === undefined) return end(false, at, undefined, true);
      at = next;
      continue;
    }
    const header = headerAt(view, 0);
    const { offset, size } = header;
    if (isEnd(header)) return end(true, at + recordHeaderBytes, undefined);
    if (offset < 0n || size < 0n || offset + size > BigInt(Number.MAX_SAFE_INTEGER)) {
      return end(false, at, `the record at 0x${at.toString(16)} claims ${size} bytes for position ${offset}`);
    }
    const from = at + recordHeaderBytes;
    const there = Math.min(Number(size), Math.max(0, outer.size - from));
    if (there > 0) held.push({ start: Number(offset), end: Number(offset) + there, from });
    if (there < Number(size)) {
      records += 1;
      return end(false, outer.size, `the record at 0x${at.toString(16)} is cut off after ${there} of ${size} bytes`);
    }
    at = from + Number(size);
  }
  return end(false, at, `more than ${maxRecords} records`);
}

/**
 * In steps: a stream may have a record for every few bytes.
 * @throws DumpError when the stream's header is cut off, or of another version
 */
export function* flattenedSource(outer: ByteSource): Steps<FlattenedSource> {
  const head = readExactly(outer, 0, headerBytes, 'the header of the flattened stream');
  const view = new DataView(head.buffer, head.byteOffset);
  const [type, version] = [view.getBigUint64(16), view.getBigUint64(24)];
  if (type !== 1n || version !== 1n)
    throw new DumpError('unsupported', { file: outer.name, offset: 16 }, `a flattened stream of type ${type}, version ${version}`, 'type 1, version 1');
  const held = new StreamRecords();
  const { complete, endsAt, records, damage, lost, broken } = yield* walkRecords(outer, held);
  const pieces = yield* held.pieces();
  const end = pieces.at(pieces.length - 1)?.end ?? 0;
  // Records that cannot be read may have held as much as is left of the stream: their bytes are lost, not beyond the end.
  const size = broken === true ? Math.max(end, outer.size) : end;

  return {
    name: outer.name,
    size,
    heldBytes: pieces.heldBytes,
    outer,
    complete,
    endsAt,
    records,
    damage,
    ...defined({ lost }),
    faultAt(offset) {
      if (offset >= size) return undefined;
      const piece = pieces.at(pieces.indexAt(offset));
      // What no record holds reads as zeros, unless one that may hold it is lost.
      if (piece === undefined || piece.start > offset) return lost === undefined ? undefined : { ...lost, bytes: (piece?.start ?? size) - offset };
      const fault = outer.faultAt?.(piece.from + (offset - piece.start));
      // A record may end within a bad page.
      return fault === undefined ? undefined : { ...fault, bytes: Math.min(fault.bytes, piece.end - offset) };
    },
    readInto(offset, target) {
      if (offset >= size) return 0;
      const end = Math.min(size, offset + target.length);
      target.subarray(0, end - offset).fill(0);
      let known = offset;
      for (let index = pieces.indexAt(offset); index < pieces.length; index += 1) {
        const piece = pieces.at(index);
        if (piece === undefined || piece.start >= end) break;
        const from = Math.max(offset, piece.start);
        if (lost !== undefined && from > known) return known - offset;
        const to = Math.min(end, piece.end);
        const part = target.subarray(from - offset, to - offset);
        const got = outer.readInto(piece.from + (from - piece.start), part);
        if (got < part.length) return from + got - offset;
        known = to;
      }
      return (lost === undefined ? end : known) - offset;
    },
  };
}
