/** The chain of dump segments of the extended stand-alone formats (s390-dump.md section 4). */
import { inflateSync } from 'node:zlib';
import { defined } from '../../shared/defined.ts';
import type { Finding } from '../../shared/model.ts';
import { hex as hexOf } from '../../shared/units.ts';
import type { Steps } from '../jobs/steps.ts';
import { asciiText, u32, u64 } from '../layout/field.ts';
import { bytesOf } from '../layout/presentation.ts';
import { list, parse, parseSome, struct, type Values } from '../layout/struct.ts';
import { faultText, type ByteSource, type FileFault } from '../source/byte-source.ts';
import type { Segment } from './dump-format.ts';
import { END_MARKER } from './s390-header.ts';
import { PieceColumns } from './piece-columns.ts';
import { SegmentColumns } from './segment-columns.ts';
import type { MemoryPiece } from './memory-piece.ts';

const mebibyte = 1n << 20n;
const maxEntries = 1011;
/** Lengths in MiB that are tried where the recorded one leads nowhere. */
const maxLengthsTried = 4096;
const headersInStep = 64;
/** A segment's header and its first MiB. */
const leastSegmentBytes = 4096 + (1 << 20);
const storedUncompressed = 0x8000_0000;

export const s390SegmentHeader = struct(
  'df_s390_dump_segm_hdr',
  { endian: 'big', size: 4096, doc: 'Source: s390-dump.md section 4.' },
  {
    start: u64(0x00, 'absolute start, a multiple of 1 MiB'),
    len: u64(0x08, 'length in memory', bytesOf),
    stop_marker: u64(0x10, 'all ones in the last segment, else 0'),
    size_on_disk: u32(0x18, '0: stored as it is, else compressed size in device blocks'),
    entry_count: u32(0x30, 'number of compressed entries'),
    entry_offset: list(0x34, maxEntries, u32(0), 'block offset of each compressed entry; bit 31: stored uncompressed'),
  },
);

const headFields = ['start', 'len', 'stop_marker', 'size_on_disk', 'entry_count'] as const;
type SegmentHeader = Pick<Values<typeof s390SegmentHeader.fields>, (typeof headFields)[number]>;

/** A header without its table of entries, which only compressed segments fill: a dump may have a million segments. */
const readHeader = (bytes: Uint8Array): SegmentHeader => parseSome(s390SegmentHeader, bytes, headFields);

export interface SegmentWalk {
  readonly pieces: PieceColumns;
  readonly segments: SegmentColumns;
  readonly findings: readonly Finding[];
  /** Position after the last segment when the stop marker was found: the end marker's place. */
  readonly end: number | undefined;
  /** Memory below this address is accounted for: what no segment holds there is zero. */
  readonly known: bigint;
  readonly compressed: boolean;
  /** True when segments after `known` may have been here, and are lost: the file is cut or the chain broken. */
  readonly lost: boolean;
  /** What the disk does not give of the chain, where that ended the walk. */
  readonly fault?: FileFault;
  /** The chain continues: only so many segments were asked for. */
  readonly goesOn?: true;
}

export interface WalkOptions {
  /** Device block size that compressed segments are counted in. */
  readonly blockSize: number;
  readonly entrySize: number;
  readonly memorySize: bigint;
  /** First address that a segment may start at: where the volume before ended. */
  readonly from?: bigint;
  /** Nothing ends the chain of an earlier volume: what is not a segment header there ends it silently. */
  readonly openEnd?: boolean;
  /** Number of the first segment, when other volumes came before. */
  readonly firstIndex?: number;
  /** False: a wrong length of a segment is not mended. */
  readonly mendLength?: boolean;
  /** Segments after which the walk stops, where the chain continues. */
  readonly most?: number;
  /** Hears of each position that the walk comes to. */
  readonly reached?: (position: number) => void;
}

/** Why these bytes are not a segment header, or undefined. The order of segments is judged elsewhere. */
function implausible(header: SegmentHeader, options: WalkOptions): string | undefined {
  if (header.stop_marker !== 0n && header.stop_marker !== (1n << 64n) - 1n) return `its stop marker is ${hexOf(header.stop_marker)}`;
  if (header.len === 0n) return header.stop_marker === 0n ? 'its length is zero, but it is not the last segment' : undefined;
  if (header.start % mebibyte !== 0n || header.len % mebibyte !== 0n)
    return `it describes ${hexOf(header.start)} + ${hexOf(header.len)}, which is not aligned to whole MiB`;
  if (header.start + header.len > options.memorySize + mebibyte)
    return `it describes ${hexOf(header.start)} + ${hexOf(header.len)}, beyond the memory of ${hexOf(options.memorySize)} bytes`;
  if (header.entry_count > maxEntries) return `it counts ${header.entry_count} compressed entries`;
  if ((header.size_on_disk === 0) !== (header.entry_count === 0))
    return `its size on disk is ${header.size_on_disk} blocks, with ${header.entry_count} compressed entries`;
  return undefined;
}

/** Pieces of a compressed segment: every entry is a zlib stream of its own, or raw. */
function compressedPieces(source: ByteSource, bytes: Uint8Array, dataAt: number, options: WalkOptions): MemoryPiece[] {
  const header = parse(s390SegmentHeader, bytes);
  const pieces: MemoryPiece[] = [];
  const entrySize = BigInt(options.entrySize);
  const dataEnd = dataAt + header.size_on_disk * options.blockSize;
  for (let index = 0; index < header.entry_count; index += 1) {
    const start = header.start + BigInt(index) * entrySize;
    const end = start + entrySize < header.start + header.len ? start + entrySize : header.start + header.len;
    if (start >= end) break;
    // Each entry is padded to a page: more of them than blocks are damage, which a file could repeat for every block.
    if (index >= header.size_on_disk) {
      const covered = header.start + BigInt(header.entry_count) * entrySize;
      const last = covered < header.start + header.len ? covered : header.start + header.len;
      pieces.push({ start, end: last, state: 'unreadable', reason: 'its segment lists more compressed entries than it has blocks on disk' });
      break;
    }
    const offset = header.entry_offset[index] ?? 0;
    const at = dataAt + (offset & ~storedUncompressed) * options.blockSize;
    if ((offset & storedUncompressed) !== 0) {
      pieces.push({ start, end, state: 'stored', source, fileOffset: at });
      continue;
    }
    const next = index + 1 < header.entry_count ? dataAt + ((header.entry_offset[index + 1] ?? 0) & ~storedUncompressed) * options.blockSize : dataEnd;
    pieces.push({ start, end, state: 'stored', source, fileOffset: at, decode: () => inflateEntry(source, at, next - at, Number(end - start)) });
  }
  return pieces;
}

/** One entry: a zlib stream, padded to a page. Never gives more than the entry's own size. */
function inflateEntry(source: ByteSource, at: number, stored: number, size: number): Uint8Array | string {
  // Deflate never needs much more than the raw bytes; a larger claim is damage.
  if (stored <= 0 || stored > size + 65536) return `the compressed entry at 0x${at.toString(16)} claims ${stored} bytes on disk`;
  const input = new Uint8Array(stored);
  const got = at >= source.size ? 0 : source.readInto(at, input);
  const fault = got < stored ? source.faultAt?.(at + got) : undefined;
  if (fault !== undefined) return faultText(fault);
  if (got === 0) return 'the file ends before the compressed entry';
  try {
    const bytes = inflateSync(input.subarray(0, got), { maxOutputLength: size });
    return bytes.length === size ? bytes : `the compressed entry at 0x${at.toString(16)} unpacks to ${bytes.length} bytes instead of ${size}`;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return `the compressed entry at 0x${at.toString(16)} is damaged (${code})`;
  }
}

/** How the chain after a damaged place is walked: only its end shows that it is sound, however few segments were asked for. */
const toItsEnd = (options: WalkOptions): WalkOptions => ({ ...options, most: Number.POSITIVE_INFINITY, mendLength: false });

interface MendedLength {
  readonly last: Segment;
  readonly length: bigint;
  /** The chain after it, which is sound to its end. */
  readonly rest: SegmentWalk;
}

/**
 * Another length of the segment before a place where there is no header: one with which the chain continues from the place after
 * it and comes to its end without a fault. Segments are whole MiB, so there are few places to look at.
 */
function* mendedLength(source: ByteSource, last: Segment | undefined, options: WalkOptions): Steps<MendedLength | undefined> {
  if (last?.memoryBytes !== BigInt(last?.fileBytes ?? 0)) return undefined;
  const bytes = new Uint8Array(s390SegmentHeader.size);
  for (let count = 1; count <= maxLengthsTried; count += 1) {
    if (count % headersInStep === 0) yield;
    const length = BigInt(count) * mebibyte;
    const at = last.fileOffset + Number(length);
    if (at >= source.size) return undefined;
    if (source.readInto(at, bytes) < bytes.length) continue;
    if (length === last.memoryBytes || !startsChain(bytes, last.start + length, options)) continue;
    const rest = yield* walkSegments(source, at, { ...toItsEnd(options), from: last.start + length, firstIndex: last.index + 1 });
    if (rest.end !== undefined && rest.findings.length === 0) return { last, length, rest };
  }
  return undefined;
}

/** The chain after a segment whose header the disk does not give, with which it continues to its end without a fault. */
function* chainBehindLost(source: ByteSource, headerAt: number, known: bigint, firstIndex: number, options: WalkOptions): Steps<SegmentWalk | undefined> {
  if (options.openEnd === true || options.mendLength === false) return undefined;
  const bytes = new Uint8Array(s390SegmentHeader.size);
  for (let count = 1; count <= maxLengthsTried; count += 1) {
    if (count % headersInStep === 0) yield;
    const length = BigInt(count) * mebibyte;
    const at = headerAt + s390SegmentHeader.size + Number(length);
    if (at >= source.size) return undefined;
    if (source.readInto(at, bytes) < bytes.length || !startsChain(bytes, known + length, options)) continue;
    const rest = yield* walkSegments(source, at, { ...toItsEnd(options), from: known + length, firstIndex: firstIndex + 1 });
    if (rest.end !== undefined && rest.findings.length === 0) return rest;
  }
  return undefined;
}

export const lostHeader = (fault: FileFault): string => `the header of its segment cannot be read: ${faultText(fault)}`;

function startsChain(bytes: Uint8Array, from: bigint, options: WalkOptions): boolean {
  const header = readHeader(bytes);
  if (header.len === 0n && header.stop_marker === 0n) return false;
  return implausible(header, options) === undefined && (header.start >= from || header.len === 0n);
}

const lengthFinding = (source: ByteSource, segment: Segment, length: bigint): Finding => ({
  id: 'segments/length',
  severity: 'error',
  title: 'The length of a dump segment is wrong',
  detail: `${source.name}: the segment at absolute ${hexOf(segment.start)} claims ${hexOf(segment.memoryBytes)} bytes, but the next header is after ${hexOf(length)}; from there the chain is sound to its end, and this length is used`,
  where: { fileOffset: segment.fileOffset - s390SegmentHeader.size + 0x08, bytes: 8 },
  recorded: hexOf(segment.memoryBytes),
  computed: hexOf(length),
});

const isEndMarker = (bytes: Uint8Array): boolean => asciiText(bytes.subarray(0, 8)) === END_MARKER;

function chainFinding(source: ByteSource, at: number, what: string): Finding {
  return {
    id: 'container-complete/segment-chain',
    severity: 'error',
    title: 'The chain of dump segments is broken',
    detail: `${source.name}: there should be a segment header at file offset 0x${at.toString(16)}, but ${what}; either this header or the length of the segment before it is wrong, and memory after that segment is not known`,
    where: { fileOffset: at, bytes: 4096 },
  };
}

const unreadHeaderFinding = (at: number, fault: FileFault, next: SegmentWalk | undefined): Finding => ({
  id: 'container-complete/segment-chain',
  severity: 'error',
  title: 'A segment header cannot be read',
  detail: `${faultText(fault)}: ${next === undefined ? 'memory after the segment before it is not known' : 'what its segment holds is not known; the chain is found again after it'}`,
  where: { fileOffset: at, bytes: s390SegmentHeader.size },
});

/** Walks the segments from `position` on, in steps. Never throws: what is broken ends the walk with a finding. */
export function* walkSegments(source: ByteSource, position: number, options: WalkOptions): Steps<SegmentWalk> {
  const pieces = new PieceColumns();
  const segments = new SegmentColumns();
  const findings: Finding[] = [];
  const bytes = new Uint8Array(s390SegmentHeader.size);
  let at = position;
  let known = options.from ?? 0n;
  let compressed = false;
  const result = (end: number | undefined, lost = false): SegmentWalk => ({ pieces, segments, findings, end, known, compressed, lost });
  for (let turns = 0; ; turns += 1) {
    if (turns % headersInStep === 0) {
      options.reached?.(at);
      yield;
    }
    const got = at >= source.size ? 0 : (source.readApart?.(at, bytes) ?? source.readInto(at, bytes));
    if (got < bytes.length) {
      const fault = source.faultAt?.(at + got);
      const rest = fault === undefined ? undefined : yield* chainBehindLost(source, at, known, segments.length, options);
      if (fault !== undefined && rest !== undefined) {
        findings.push(unreadHeaderFinding(at, fault, rest));
        pieces.push({ start: known, end: rest.segments.at(0)?.start ?? options.memorySize, state: 'unreadable', reason: lostHeader(fault) });
        for (const piece of rest.pieces) pieces.push(piece);
        for (const segment of rest.segments) segments.push(segment);
        ({ known } = rest);
        compressed ||= rest.compressed;
        return result(rest.end);
      }
      // A volume may be full to its last block; it does not end within one.
      const isFull = options.openEnd === true && got === 0 && fault === undefined;
      if (fault !== undefined) findings.push(unreadHeaderFinding(at, fault, undefined));
      else if (!isFull) findings.push(chainFinding(source, at, 'the file ends there'));
      return { ...result(undefined, !isFull), ...defined({ fault }) };
    }
    const header = readHeader(bytes);
    const wrong = implausible(header, options);
    // Only the next header shows that the length of the last segment is right: without it the part would speak of memory that it does not know.
    if (turns === options.most && wrong === undefined) return { ...result(undefined), goesOn: true };
    const ascending = header.start >= known || header.len === 0n;
    if (wrong !== undefined && segments.length > 0 && isEndMarker(bytes)) {
      findings.push({
        id: 'segments/stop-marker',
        severity: 'error',
        title: 'The last segment has no stop marker',
        detail: `${source.name}: there is an end marker at file offset 0x${at.toString(16)}, though the segment before it is not marked as the last; the memory is taken as complete`,
        where: { fileOffset: at, bytes: 16 },
      });
      return result(at);
    }
    const mended =
      wrong === undefined || options.openEnd === true || options.mendLength === false
        ? undefined
        : yield* mendedLength(source, segments.at(segments.length - 1), options);
    if (mended !== undefined) {
      const { last, length, rest } = mended;
      pieces.pop();
      pieces.push({ start: last.start, end: last.start + length, state: 'stored', source, fileOffset: last.fileOffset });
      for (const piece of rest.pieces) pieces.push(piece);
      segments.pop();
      segments.push({ ...last, fileBytes: Number(length), memoryBytes: length });
      for (const segment of rest.segments) segments.push(segment);
      findings.push(lengthFinding(source, last, length));
      ({ known } = rest);
      compressed ||= rest.compressed;
      return result(rest.end);
    }
    if (wrong !== undefined || (options.openEnd === true && !ascending)) {
      // On a volume that is not the last, zeros or an older dump follow the last segment.
      // But a dumper continues to the next volume only when too little room is left for another segment.
      const isFull = options.openEnd === true && source.size - at < leastSegmentBytes;
      if (options.openEnd !== true) findings.push(chainFinding(source, at, wrong ?? ''));
      return result(undefined, !isFull);
    }
    const dataAt = at + s390SegmentHeader.size;
    const fileBytes = header.size_on_disk === 0 ? Number(header.len) : header.size_on_disk * options.blockSize;
    if (!ascending) {
      findings.push({
        id: 'segments/order',
        severity: 'error',
        title: 'Dump segments do not ascend',
        detail: `the segment at file offset 0x${at.toString(16)} starts at absolute ${hexOf(header.start)}, below ${hexOf(known)} where the one before it ends`,
        where: { fileOffset: at, bytes: 8 },
      });
    }
    if (header.len > 0n) {
      segments.push({
        index: (options.firstIndex ?? 0) + segments.length,
        fileOffset: dataAt,
        fileBytes,
        start: header.start,
        memoryBytes: header.len,
        source,
      });
      if (header.size_on_disk === 0) pieces.push({ start: header.start, end: header.start + header.len, state: 'stored', source, fileOffset: dataAt });
      else {
        compressed = true;
        for (const piece of compressedPieces(source, bytes, dataAt, options)) pieces.push(piece);
      }
      if (header.start + header.len > known) known = header.start + header.len;
    }
    if (dataAt + fileBytes > source.size && source.rest?.fault !== undefined) return { ...result(undefined, true), fault: source.rest.fault };
    if (dataAt + fileBytes > source.size) {
      findings.push({
        id: 'container-complete/truncated',
        severity: 'error',
        title: 'The file is cut off',
        detail: `${source.name}: the segment at absolute ${hexOf(header.start)} needs ${fileBytes} bytes from file offset 0x${dataAt.toString(16)}; the file ends after ${Math.max(0, source.size - dataAt)} of them, and the dumper may have stopped even before`,
        where: { space: 'absolute', start: hexOf(header.start + BigInt(Math.max(0, source.size - dataAt))), end: hexOf(header.start + header.len) },
        recorded: `${dataAt + fileBytes} bytes`,
        computed: `${source.size} bytes`,
      });
      return result(undefined, true);
    }
    at = dataAt + fileBytes;
    if (header.stop_marker !== 0n) return result(at);
  }
}

/** What no segment holds: zero where the walk came to its end or passed by, missing after the point where it broke. */
export function gapPieces(walk: Pick<SegmentWalk, 'known' | 'fault'>, finished: boolean, memorySize: bigint): MemoryPiece[] {
  const zero = 'the dumper stored only what is not zero';
  const zeroEnd = finished || walk.known > memorySize ? memorySize : walk.known;
  const pieces: MemoryPiece[] = [{ start: 0n, end: zeroEnd, state: 'zero', reason: zero }];
  if (zeroEnd < memorySize) {
    const { fault } = walk;
    const why =
      fault === undefined
        ? ({ state: 'missing', reason: 'the chain of segments ends before it' } as const)
        : ({ state: 'unreadable', reason: lostHeader(fault) } as const);
    pieces.push({ start: zeroEnd, end: memorySize, ...why });
  }
  return pieces;
}
