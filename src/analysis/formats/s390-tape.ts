/**
 * An s390 tape dump as an image file: the header record, memory in records of 32 KiB, the end marker (s390-dump.md section 4).
 * Only the place of the marker tells it from a plain dump; where the two places are one, the layouts are one too.
 */
import type { ByteSource } from '../source/byte-source.ts';
import { inOneStep } from '../jobs/steps.ts';
import { asciiText } from '../layout/field.ts';
import { no, yes, type DumpFormat, type DumpImage, type EndMarker } from './dump-format.ts';
import { END_MARKER, S390_EXT_MAGIC, S390_MAGIC, s390EndMarker } from './s390-header.ts';
import { segmentMemory } from './segment-memory.ts';
import { markerFindings, probeHeader, readEndMarker, readStandaloneHeader, standaloneHeaderBytes, standaloneImage } from './standalone-dump.ts';
import { RangeColumns } from './range-columns.ts';

const recordBytes = 32768n;
/** Old dumpers wrote the text of the marker alone. */
const shortMarkerBytes = 8;

const roundedToRecords = (size: bigint): bigint => ((size + recordBytes - 1n) / recordBytes) * recordBytes;

function markerTextAt(source: ByteSource, at: bigint): boolean {
  if (at + BigInt(shortMarkerBytes) > BigInt(source.size)) return false;
  const found = new Uint8Array(shortMarkerBytes);
  const got = source.readInto(Number(at), found);
  if (got === found.length) return asciiText(found) === END_MARKER;
  // What the disk does not give is the marker where the file is as long as it would be with one there.
  const behind = source.faultAt?.(Number(at) + got) === undefined ? 0n : BigInt(source.size) - at;
  return behind === BigInt(shortMarkerBytes) || behind === BigInt(s390EndMarker.size);
}

function open(source: ByteSource): DumpImage {
  const { head, header } = readStandaloneHeader(source);
  const at = standaloneHeaderBytes + Number(roundedToRecords(header.mem_size));
  const marker = readEndMarker(source, at, header.tod);
  const image = standaloneImage({
    format: 's390-tape',
    source,
    head,
    header,
    marker,
    findings: marker === undefined ? [] : markerFindings(marker),
    memory: segmentMemory(source, [{ start: 0n, end: header.mem_size, state: 'stored', fileOffset: standaloneHeaderBytes }]),
    ranges: RangeColumns.merged([{ start: 0n, end: header.mem_size }]),
    segments: [{ index: 0, fileOffset: standaloneHeaderBytes, fileBytes: Number(header.mem_size), start: 0n, memoryBytes: header.mem_size }],
  });
  if (marker !== undefined) return image;
  // The probe saw the text: what is not there is the time.
  const short: EndMarker = { fileOffset: at, present: true, text: END_MARKER, printable: true, tod: header.tod, headerTod: header.tod };
  return { ...image, endMarker: short };
}

export const s390Tape: DumpFormat = {
  id: 's390-tape',
  title: 's390 tape dump',
  about: 'the tape dumper of zipl',
  extensions: ['tape', 'dump'],
  probe(head, source) {
    if (head.length < standaloneHeaderBytes) return no;
    const data = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const magic = data.getBigUint64(0);
    if ((magic !== S390_MAGIC && magic !== S390_EXT_MAGIC) || data.getUint8(0x5c) === 1) return no;
    const size = data.getBigUint64(0x18);
    const plain = BigInt(standaloneHeaderBytes) + size;
    const tape = BigInt(standaloneHeaderBytes) + roundedToRecords(size);
    if (tape === plain || markerTextAt(source, plain) || !markerTextAt(source, tape)) return no;
    const probe = probeHeader(head);
    return probe.answer === 'yes' ? yes : probe;
  },
  open: inOneStep(open),
};
