/** The ranges of a LiME or AVML file, one after the other: a header of 32 bytes, and the bytes of the range as they are or as framed Snappy. */
import type { Finding } from '../../shared/model.ts';
import { hex } from '../../shared/units.ts';
import { stepTurns, type Steps } from '../jobs/steps.ts';
import type { Endian } from '../layout/field.ts';
import { parse, type Values } from '../layout/struct.ts';
import { whyShort, type ByteSource } from '../source/byte-source.ts';
import { nextRange, walkStream } from './avml-stream.ts';
import { LimitedFindings } from './finding-limit.ts';
import { AVML_MAGIC, avmlVersion, LIME_MAGIC, limeHeader, limeVersion, trailerBytes } from './lime-layout.ts';
import { PieceColumns } from './piece-columns.ts';
import { SegmentColumns } from './segment-columns.ts';
import { FrameIndex, unframedSource } from './snappy-frames.ts';

type Header = Values<typeof limeHeader.fields>;
export type RangeKind = 'lime' | 'avml';

const largest = BigInt(Number.MAX_SAFE_INTEGER);
/** Enough for any machine; more are damage that would cost memory. */
const maxRanges = 1 << 20;
const atEnd = 'the file ends before it';
const behindDamage = 'the compressed data before it are damaged';

export const kindOf = ({ magic, version }: Pick<Header, 'magic' | 'version'>): RangeKind | undefined =>
  magic === LIME_MAGIC && version === limeVersion ? 'lime' : magic === AVML_MAGIC && version === avmlVersion ? 'avml' : undefined;

/** What is wrong with a header, and its first wrong byte. */
export function wrongHeader(header: Header): { readonly at: number; readonly what: string; readonly expected: string } | undefined {
  const { magic, version, start, last } = header;
  if (magic !== LIME_MAGIC && magic !== AVML_MAGIC)
    return { at: 0, what: `the magic is 0x${magic.toString(16)}`, expected: '0x4c694d45 (LiME) or 0x4c4d5641 (AVML)' };
  if (kindOf(header) === undefined) {
    const [name, known] = magic === LIME_MAGIC ? ['LiME', limeVersion] : ['AVML', avmlVersion];
    return { at: 4, what: `the version of this ${name} header is ${version}`, expected: String(known) };
  }
  if (last < start)
    return { at: 16, what: `the range ends at ${hex(last)}, before it begins at ${hex(start)}`, expected: 'a last address not below the first' };
  if (last >= largest) return { at: 16, what: `the range ends at ${hex(last)}`, expected: 'an address below 2^53' };
  return header.reserved.some((byte) => byte !== 0) ? { at: 24, what: 'the reserved bytes are not zero', expected: 'zeros' } : undefined;
}

export interface RangeWalk {
  readonly pieces: PieceColumns;
  readonly segments: SegmentColumns;
  readonly findings: readonly Finding[];
  /** Kinds of the ranges that were found. */
  readonly kinds: ReadonlySet<RangeKind>;
  /** File offsets of the first headers. */
  readonly headers: readonly number[];
  /** Bytes that are held to know where compressed ones lie. */
  readonly heldBytes: number;
  readonly largestRange: bigint;
}

const firstHeaders = 64;

/**
 * One look at all headers, and at those of compressed chunks.
 * @param reached hears how far it came
 */
export function* walkRanges(source: ByteSource, endian: Endian, reached: (position: number) => void): Steps<RangeWalk> {
  const pieces = new PieceColumns();
  const segments = new SegmentColumns();
  const findings = new LimitedFindings();
  const kinds = new Set<RangeKind>();
  const headers: number[] = [];
  const index = new FrameIndex();
  const unframed = unframedSource(source, index);
  const head = new Uint8Array(limeHeader.size);
  let largestRange = 0n;
  let at = 0;

  const wrong = (id: string, title: string, detail: string, place: number, bytes: number): void => {
    findings.push({ id: `container-complete/${id}`, severity: 'error', title, detail, where: { fileOffset: place, bytes } });
  };
  const cut = (what: string, place: number): void => wrong('truncated', 'The file is cut off', `${what} at file offset ${hex(BigInt(place))}`, place, 1);

  function* compressed(start: bigint, end: bigint, dataAt: number): Steps<number> {
    const position = index.size;
    const contents = Number(end - start);
    const { known, end: streamEnd, trouble } = yield* walkStream(source, dataAt, contents, index);
    const middle = start + BigInt(known);
    if (known > 0) pieces.push({ start, end: middle, state: 'stored', fileOffset: position, source: unframed });
    if (middle < end)
      pieces.push({
        start: middle,
        end,
        ...(trouble?.kind === 'cut' ? { state: 'missing', reason: atEnd } : { state: 'unreadable', reason: behindDamage }),
      });
    segments.push({ index: segments.length, fileOffset: position, fileBytes: known, start, memoryBytes: end - start, source: unframed });
    if (streamEnd === undefined) {
      if (trouble?.kind !== 'damaged') {
        cut(`${trouble?.what ?? atEnd}: ${known} of the ${contents} bytes of the range ${hex(start)} to ${hex(end)} are there;`, trouble?.at ?? source.size);
        return source.size;
      }
      const next = yield* nextRange(source, dataAt);
      const rest = next === undefined ? `; the ${source.size - trouble.at} bytes of the file after that are not read` : '';
      const detail = `in the range ${hex(start)} to ${hex(end)}, at file offset ${hex(BigInt(trouble.at))}: ${trouble.what}; of the range ${known} bytes are known${rest}`;
      wrong('frames', 'Compressed data are damaged', detail, trouble.at, 4);
      return next ?? source.size;
    }
    const trailer = new Uint8Array(trailerBytes);
    const got = source.readInto(streamEnd, trailer);
    if (got < trailerBytes) cut(whyShort(source, streamEnd + got, 'the file ends within the length of a compressed range'), streamEnd);
    else {
      const recorded = new DataView(trailer.buffer).getBigUint64(0, true);
      const computed = BigInt(streamEnd - dataAt);
      if (recorded !== computed)
        findings.push({
          id: 'container-complete/range-length',
          severity: 'warning',
          title: 'A compressed range does not have the length that it records',
          detail: `the range ${hex(start)} to ${hex(end)} at file offset ${hex(BigInt(dataAt))} takes ${computed} bytes and records ${recorded}`,
          where: { fileOffset: streamEnd, bytes: trailerBytes },
          recorded: String(recorded),
          computed: String(computed),
        });
    }
    return streamEnd + trailerBytes;
  }

  for (let turns = 0; at < source.size; turns += 1) {
    if (turns % stepTurns === 0) yield;
    reached(at);
    if (segments.length >= maxRanges) {
      wrong(
        'ranges',
        'Not all ranges are read',
        `there are more than ${maxRanges}; those starting at file offset ${hex(BigInt(at))} are left out`,
        at,
        limeHeader.size,
      );
      break;
    }
    const got = source.readInto(at, head);
    if (got < head.length) {
      cut(whyShort(source, at + got, `the file ends after ${got} of the ${head.length} bytes of a header`), at);
      break;
    }
    const header = parse(limeHeader, head, { endian });
    const bad = wrongHeader(header);
    if (bad !== undefined) {
      const isAvml = kinds.has('avml') || header.magic === AVML_MAGIC;
      const next = isAvml ? yield* nextRange(source, at + limeHeader.size) : undefined;
      const rest = next === undefined ? `the ${source.size - at} bytes of the file after that are not read` : 'the memory of this range is not known';
      const detail = `at file offset ${hex(BigInt(at))}: ${bad.what} (expected: ${bad.expected}); ${rest}`;
      wrong('range-header', 'A header of a range cannot be used', detail, at + bad.at, limeHeader.size - bad.at);
      if (next === undefined) break;
      at = next;
      continue;
    }
    const kind = kindOf(header) ?? 'lime';
    kinds.add(kind);
    if (headers.length < firstHeaders) headers.push(at);
    const [start, end] = [header.start, header.last + 1n];
    const dataAt = at + limeHeader.size;
    if (end - start > largestRange) largestRange = end - start;
    if (kind === 'avml') {
      at = yield* compressed(start, end, dataAt);
      continue;
    }
    const length = Number(end - start);
    pieces.push({ start, end, state: 'stored', fileOffset: dataAt });
    segments.push({ index: segments.length, fileOffset: dataAt, fileBytes: length, start, memoryBytes: end - start });
    at = dataAt + length;
    if (at > source.size && source.rest?.fault === undefined)
      cut(
        `the range ${hex(start)} to ${hex(end)} needs ${length} bytes, and the file has ${source.size - dataAt} of them from the header`,
        dataAt - limeHeader.size,
      );
  }
  return { pieces, segments, findings: findings.all(), kinds, headers, heldBytes: index.heldBytes, largestRange };
}
