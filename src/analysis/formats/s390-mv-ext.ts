/** The extended stand-alone dump over several volumes: each holds a header and a chain of segments (s390-dump.md section 4). */
import { append } from '../../shared/append.ts';
import type { Finding } from '../../shared/model.ts';
import type { Steps } from '../jobs/steps.ts';
import type { ByteSource, FileFault } from '../source/byte-source.ts';
import type { DumpFormat, DumpImage, EndMarker, OpenContext } from './dump-format.ts';
import { S390_EXT_MAGIC } from './s390-header.ts';
import { gapPieces, lostHeader, walkSegments } from './s390-segments.ts';
import type { MemoryPiece } from './memory-piece.ts';
import { collectVolumes, missingVolumes, probeVolume, volumeSetImage } from './s390-volumes.ts';
import { manySegments } from './segment-memory.ts';
import { markerFindings, readEndMarker, standaloneFile, standaloneHeaderBytes } from './standalone-dump.ts';
import { chained, PieceColumns } from './piece-columns.ts';
import { SegmentColumns } from './segment-columns.ts';

function* open(opened: ByteSource, context?: OpenContext): Steps<DumpImage> {
  yield;
  if (context?.look !== undefined) yield* context.look();
  const set = collectVolumes(opened, S390_EXT_MAGIC, context);
  const { source, header } = set.volumes[0];
  const gaps = missingVolumes(set.volumes);
  const pieces = new PieceColumns();
  const segments = new SegmentColumns();
  const findings: Finding[] = [...set.findings, ...gaps];
  let known = 0n;
  let marker: EndMarker | undefined;
  let markerSource: ByteSource | undefined;
  let finished = false;
  let hollow = false;
  /** Memory that segments of a damaged volume may have held: nothing there may be called zero. */
  const unknown: MemoryPiece[] = [];
  let lostFrom: bigint | undefined;
  let lostBy: FileFault | undefined;
  for (const volume of set.volumes) {
    const walk = yield* walkSegments(volume.source, standaloneHeaderBytes, {
      blockSize: 4096,
      entrySize: 0x100000,
      memorySize: header.mem_size,
      from: known,
      openEnd: true,
      firstIndex: segments.length,
    });
    if (lostFrom !== undefined) unknown.push(lostPiece(lostFrom, walk.segments.at(0)?.start ?? header.mem_size, lostBy));
    lostBy = walk.fault;
    lostFrom = walk.lost && volume !== set.volumes.at(-1) ? walk.known : undefined;
    if (lostFrom !== undefined && walk.segments.length > 0 && walk.findings.length === 0) findings.push(earlyEnd(volume.source, lostFrom));
    for (const piece of walk.pieces) pieces.push(piece);
    for (const segment of walk.segments) segments.push(segment);
    append(findings, walk.findings);
    // Between the volumes at hand a whole one may be missing: then nothing is known of what lies between them.
    known = walk.known;
    if (walk.end === undefined && walk.segments.length === 0 && walk.findings.length === 0) {
      hollow = true;
      findings.push({
        id: 'container-complete/truncated',
        severity: 'error',
        title: 'A volume is cut off',
        detail: `${volume.source.name} has a header but no segment after it; a dumper takes a volume only for at least one`,
        where: { fileOffset: volume.source.size, bytes: 0 },
      });
    }
    if (walk.end === undefined) continue;
    finished = true;
    markerSource = volume.source;
    marker = readEndMarker(volume.source, walk.end, header.tod);
  }
  if (!finished && lostBy === undefined) {
    findings.push({
      id: 'volume-set/no-last-volume',
      severity: 'error',
      title: 'The last volume is missing',
      detail: 'none of the volumes at hand holds the last segment; memory after the last one found is not known',
    });
  } else if (marker !== undefined) append(findings, markerFindings(marker));
  else if (finished)
    findings.push({ id: 'end-marker/missing', severity: 'error', title: 'The end marker is missing', detail: 'the last volume ends after its last segment' });
  const end = lostBy === undefined ? { known } : { known, fault: lostBy };
  const zeroAndMissing = gaps.length === 0 && !hollow ? gapPieces(end, finished, header.mem_size) : unknownGaps(header.mem_size);
  const image = volumeSetImage(set, {
    format: 's390-mv-ext',
    marker,
    markerSource,
    findings,
    memory: yield* manySegments(source, chained(pieces, unknown, zeroAndMissing)),
    segments,
  });
  return finished || lostBy === undefined ? image : { ...image, endMarkerFault: lostBy };
}

const lostPiece = (start: bigint, end: bigint, fault: FileFault | undefined): MemoryPiece =>
  fault === undefined
    ? { start, end, state: 'missing', reason: 'the volume that may hold it is damaged' }
    : { start, end, state: 'unreadable', reason: lostHeader(fault) };

/** The chain of a volume ends although another segment would have had room there. */
const earlyEnd = (source: ByteSource, known: bigint): Finding => ({
  id: 'container-complete/segment-chain',
  severity: 'error',
  title: 'The chain of dump segments is broken',
  detail: `${source.name}: after the segment that ends at absolute 0x${known.toString(16)} there is room for another one, but no segment header; what it held is not known`,
});

/** With a volume missing, a gap between segments may be what that volume holds: nothing there may be called zero. */
function unknownGaps(memorySize: bigint): MemoryPiece[] {
  return [{ start: 0n, end: memorySize, state: 'missing', reason: 'a volume is missing that may hold it' }];
}

export const s390MvExt: DumpFormat = {
  id: 's390-mv-ext',
  title: 's390 multi-volume dump (extended)',
  about: 'the multi-volume dumper of zipl from 2.4 on, to several partitions',
  extensions: ['s390', 'dump'],
  fileType: standaloneFile,
  probe: (head) => probeVolume(head, S390_EXT_MAGIC),
  open,
};
