/** The extended stand-alone dump of one volume: segments, gaps that are zero, zlib entries in version 2 (s390-dump.md section 4). */
import { RangeColumns } from './range-columns.ts';
import { chained } from './piece-columns.ts';
import { memoryBytesOf } from './segment-columns.ts';
import { fact } from '../../shared/fact.ts';
import { hex } from '../../shared/units.ts';
import type { Finding } from '../../shared/model.ts';
import type { Steps } from '../jobs/steps.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { no, type DumpFormat, type DumpImage, type EndMarker, type OpenContext } from './dump-format.ts';
import { firstPartOf } from './first-part.ts';
import { S390_EXT_MAGIC } from './s390-header.ts';
import { gapPieces, walkSegments, type SegmentWalk } from './s390-segments.ts';
import { manySegments } from './segment-memory.ts';
import {
  markerFindings,
  probeHeader,
  readEndMarker,
  readStandaloneHeader,
  standaloneHeaderBytes,
  standaloneImage,
  type StandaloneHeader,
  standaloneFile,
} from './standalone-dump.ts';

/** Sizes of DASD blocks, the usual one first. The file does not record which. */
const blockSizes = [4096, 2048, 1024, 512] as const;
const defaultEntrySize = 0x100000;
/** Segments of which first facts are made: the headers of so many take 0.1 s, and dumps with more are rare. */
const firstSegments = 1 << 15;

interface Reading {
  readonly walk: SegmentWalk;
  readonly marker: EndMarker | undefined;
  readonly blockSize: number;
}

function* readWith(source: ByteSource, header: StandaloneHeader, blockSize: number, context: OpenContext | undefined): Steps<Reading> {
  const walk = yield* walkSegments(source, standaloneHeaderBytes, {
    blockSize,
    entrySize: header.zlib_entry_size === 0 ? defaultEntrySize : header.zlib_entry_size,
    memorySize: header.mem_size,
    reached: (position) => context?.reached?.(position, source.size),
    ...(context?.inPart === true ? { most: firstSegments } : {}),
  });
  const marker = walk.end === undefined ? undefined : readEndMarker(source, walk.end, header.tod);
  return { walk, marker, blockSize };
}

/** The block size with which the walk ends at a valid end marker, else where the disk does not give one; else the one that came furthest within the file. */
function* bestReading(source: ByteSource, header: StandaloneHeader, context: OpenContext | undefined): Steps<Reading> {
  const readings: Reading[] = [];
  for (const blockSize of blockSizes) {
    const reading = yield* readWith(source, header, blockSize, context);
    // Thousands of headers, each where the one before it leads, are not chance either.
    if (reading.marker?.present === true || reading.walk.goesOn === true) return reading;
    readings.push(reading);
    // Without compressed segments the block size plays no part.
    if (!reading.walk.compressed) break;
  }
  const rank = ({ walk, marker }: Reading): number =>
    (marker?.fault === undefined ? 0 : 1e12) + (marker === undefined ? 0 : 1e11) + (walk.end === undefined ? 0 : 1e10) + walk.segments.length;
  return readings.reduce((best, one) => (rank(one) > rank(best) ? one : best));
}

const inPartFinding = ({ segments, known }: SegmentWalk): Finding => ({
  id: 'container-complete/read-in-part',
  severity: 'info',
  title: 'The chain of dump segments has been partly read',
  detail: `the headers of the first ${segments.length} segments are read, those of memory below ${hex(known)} if later segments ascend; whether the dump is complete is known when all are, which all commands but info and read wait for`,
});

function findingsOf(reading: Reading, source: ByteSource): Finding[] {
  const { walk, marker } = reading;
  if (walk.goesOn === true) return [...walk.findings, inPartFinding(walk)];
  if (walk.end === undefined) return [...walk.findings];
  if (marker !== undefined) return [...walk.findings, ...markerFindings(marker)];
  return [
    ...walk.findings,
    {
      id: 'end-marker/missing',
      severity: 'error',
      title: 'The end marker is missing',
      detail: `all segments are complete, but the file ends ${source.size - walk.end} bytes after them and has no room for the marker`,
      where: { fileOffset: walk.end, bytes: 16 },
    },
  ];
}

function* open(source: ByteSource, context?: OpenContext): Steps<DumpImage> {
  const { head, header } = readStandaloneHeader(source);
  const reading = yield* bestReading(source, header, context);
  const { walk, marker } = reading;
  const memory = yield* manySegments(source, chained(walk.pieces, gapPieces(walk, walk.end !== undefined, header.mem_size)));
  const isPart = walk.goesOn === true;
  const image = standaloneImage({
    format: 's390-ext',
    source,
    head,
    header,
    marker,
    findings: findingsOf(reading, source),
    memory: isPart ? firstPartOf(memory, walk.known) : memory,
    ranges: RangeColumns.merged([{ start: 0n, end: header.mem_size }]),
    segments: walk.segments,
    container: {
      ...(isPart ? {} : { storedBytes: memoryBytesOf(walk.segments) }),
      ...(walk.compressed ? { compression: fact('zlib', `compressed segments, counted in blocks of ${reading.blockSize} bytes`) } : {}),
    },
  });
  if (walk.end === undefined && walk.fault !== undefined) return { ...image, endMarkerFault: walk.fault };
  return isPart ? { ...image, partial: { known: walk.known } } : image;
}

export const s390Ext: DumpFormat = {
  id: 's390-ext',
  title: 's390 stand-alone dump (extended)',
  about: 'the stand-alone dumpers of zipl from 2.4 on',
  extensions: ['s390', 'dump'],
  fileType: standaloneFile,
  probe(head) {
    if (head.length < 8) return no;
    const data = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (data.getBigUint64(0) !== S390_EXT_MAGIC) return no;
    // A volume of a multi-volume dump has the same magic; it is the other format's.
    if (head.length > 0x5c && data.getUint8(0x5c) === 1) return no;
    return probeHeader(head);
  },
  open,
};
