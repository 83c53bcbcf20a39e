/** The older stand-alone dump over several volumes: memory continues from one partition to the next (s390-dump.md section 4). */
import { append } from '../../shared/append.ts';
import type { Finding } from '../../shared/model.ts';
import type { Steps } from '../jobs/steps.ts';
import { faultText, type ByteSource } from '../source/byte-source.ts';
import type { DumpFormat, DumpImage, EndMarker, OpenContext, Segment } from './dump-format.ts';
import { S390_MAGIC } from './s390-header.ts';
import type { MemoryPiece } from './memory-piece.ts';
import { collectVolumes, missingVolumes, probeVolume, volumeSetImage } from './s390-volumes.ts';
import { segmentMemory } from './segment-memory.ts';
import { markerFindings, readEndMarker, standaloneFile, standaloneHeaderBytes } from './standalone-dump.ts';

const pageBytes = 4096;

function* open(opened: ByteSource, context?: OpenContext): Steps<DumpImage> {
  yield;
  if (context?.look !== undefined) yield* context.look();
  const set = collectVolumes(opened, S390_MAGIC, context);
  const { source, header } = set.volumes[0];
  const gaps = missingVolumes(set.volumes);
  const findings: Finding[] = [...set.findings, ...gaps];
  const pieces: MemoryPiece[] = [];
  const segments: Segment[] = [];
  let start = 0n;
  let marker: EndMarker | undefined;
  let markerSource: ByteSource | undefined;
  let expected = 0;
  /** A volume of which not all came out of its packed file: how much it holds is not known, and so not where the memory of the later ones lies. */
  let shortened: ByteSource | undefined;
  for (const volume of set.volumes) {
    // How much a missing volume holds is its own size: everything after it has no known address.
    if (volume.header.volnr !== expected) break;
    expected += 1;
    const room = Math.floor((volume.source.size - standaloneHeaderBytes) / pageBytes) * pageBytes;
    const length = header.mem_size - start < BigInt(room) ? header.mem_size - start : BigInt(room);
    if (length > 0n) {
      pieces.push({ start, end: start + length, state: 'stored', source: volume.source, fileOffset: standaloneHeaderBytes });
      segments.push({
        index: segments.length,
        fileOffset: standaloneHeaderBytes,
        fileBytes: Number(length),
        start,
        memoryBytes: length,
        source: volume.source,
      });
    }
    start += length;
    if (start < header.mem_size && volume.source.rest !== undefined) {
      shortened = volume.source;
      break;
    }
    if (start < header.mem_size) continue;
    markerSource = volume.source;
    marker = readEndMarker(volume.source, standaloneHeaderBytes + Number(length), header.tod);
    if (marker !== undefined) break;
  }
  if (shortened !== undefined) {
    const fault = shortened.rest?.fault;
    const why = 'a volume was not unpacked to its end: the addresses of memory after that are not known';
    pieces.push({
      start,
      end: header.mem_size,
      ...(fault === undefined ? { state: 'missing', reason: why } : { state: 'unreadable', reason: `${faultText(fault)}: ${why}` }),
    });
    findings.push({
      id: 'container-complete/truncated',
      severity: 'error',
      title: 'A volume was not unpacked to its end',
      detail: `${shortened.name} holds memory up to 0x${start.toString(16)} and beyond, by an unknown amount: the memory of later volumes has no known address and is not used`,
      where: { space: 'absolute', start: `0x${start.toString(16)}`, end: `0x${header.mem_size.toString(16)}` },
    });
  } else if (start < header.mem_size) {
    pieces.push({ start, end: header.mem_size, state: 'missing', reason: 'the volume that holds it is not at hand' });
    findings.push({
      id: 'volume-set/no-last-volume',
      severity: 'error',
      title: 'Volumes are missing',
      detail: `the volumes at hand hold memory up to 0x${start.toString(16)} of 0x${header.mem_size.toString(16)}`,
      where: { space: 'absolute', start: `0x${start.toString(16)}`, end: `0x${header.mem_size.toString(16)}` },
    });
  } else if (marker !== undefined) append(findings, markerFindings(marker));
  else {
    findings.push({
      id: 'end-marker/missing',
      severity: 'error',
      title: 'The end marker is missing',
      detail: 'no volume has room for the marker after the memory: where one of them is shortened, the memory of the later ones is not where it seems',
    });
  }
  return volumeSetImage(set, { format: 's390-mv', marker, markerSource, findings, memory: segmentMemory(source, pieces), segments });
}

export const s390Mv: DumpFormat = {
  id: 's390-mv',
  title: 's390 multi-volume dump',
  about: 'the multi-volume dumper of zipl, to several partitions',
  extensions: ['s390', 'dump'],
  fileType: standaloneFile,
  probe: (head) => probeVolume(head, S390_MAGIC),
  open,
};
