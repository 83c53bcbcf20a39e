/** The plain s390 stand-alone dump: header, memory from address 0 as it is, end marker (formats/s390-dump.md). */
import { RangeColumns } from './range-columns.ts';
import { DumpError } from '../../shared/dump-error.ts';
import type { Finding } from '../../shared/model.ts';
import { inOneStep } from '../jobs/steps.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { no, type DumpFormat, type DumpImage, type EndMarker } from './dump-format.ts';
import { S390_MAGIC, s390EndMarker } from './s390-header.ts';
import { segmentMemory } from './segment-memory.ts';
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

/** A header that claims too much memory is determined by the end marker that then is at the very end of the file. */
function markerAtFileEnd(source: ByteSource): number | undefined {
  const at = source.size - s390EndMarker.size;
  if (at < standaloneHeaderBytes || (at - standaloneHeaderBytes) % 4096 !== 0) return undefined;
  return readEndMarker(source, at, 0n)?.present === true ? at : undefined;
}

function completenessFindings(source: ByteSource, header: StandaloneHeader, marker: EndMarker | undefined): Finding[] {
  if (marker !== undefined) return markerFindings(marker);
  const expectedAt = standaloneHeaderBytes + Number(header.mem_size);
  const missing = expectedAt - source.size;
  const elsewhere = markerAtFileEnd(source);
  if (elsewhere !== undefined) {
    return [
      {
        id: 'container-complete/memory-size',
        severity: 'error',
        title: 'The header claims more memory than the dump holds',
        detail: `mem_size is 0x${header.mem_size.toString(16)}, but a valid end marker is at the end of the file, after 0x${(elsewhere - standaloneHeaderBytes).toString(16)} bytes of memory`,
        where: { fileOffset: 0x18, bytes: 8 },
        recorded: `0x${header.mem_size.toString(16)}`,
        computed: `0x${(elsewhere - standaloneHeaderBytes).toString(16)}`,
      },
    ];
  }
  if (missing <= 0) {
    return [
      {
        id: 'end-marker/missing',
        severity: 'error',
        title: 'The end marker is missing',
        detail: `the memory is complete, but the file ends ${source.size - expectedAt} bytes after it and has no room for the marker`,
        where: { fileOffset: expectedAt, bytes: 16 },
      },
    ];
  }
  return [
    {
      id: 'container-complete/truncated',
      severity: 'error',
      title: 'The file is cut off',
      detail: `the header describes ${header.mem_size} bytes of memory; the file ends ${missing} bytes too early`,
      where: { space: 'absolute', start: `0x${Math.max(0, source.size - standaloneHeaderBytes).toString(16)}`, end: `0x${header.mem_size.toString(16)}` },
      recorded: `${expectedAt + s390EndMarker.size} bytes`,
      computed: `${source.size} bytes`,
    },
  ];
}

function open(source: ByteSource): DumpImage {
  const { head, header } = readStandaloneHeader(source);
  if (header.mvdump === 1) {
    throw new DumpError('unsupported', { file: source.name, offset: 0x5c }, `it is volume ${header.volnr} of a multi-volume dump`, 'a single-volume dump');
  }
  const marker = readEndMarker(source, standaloneHeaderBytes + Number(header.mem_size), header.tod);
  return standaloneImage({
    format: 's390',
    source,
    head,
    header,
    marker,
    findings: completenessFindings(source, header, marker),
    memory: segmentMemory(source, [{ start: 0n, end: header.mem_size, state: 'stored', fileOffset: standaloneHeaderBytes }]),
    ranges: RangeColumns.merged([{ start: 0n, end: header.mem_size }]),
    segments: [{ index: 0, fileOffset: standaloneHeaderBytes, fileBytes: Number(header.mem_size), start: 0n, memoryBytes: header.mem_size }],
  });
}

export const s390: DumpFormat = {
  id: 's390',
  title: 's390 stand-alone dump',
  about: 'the stand-alone dumpers of zipl, zgetdump',
  extensions: ['s390', 'dump'],
  fileType: standaloneFile,
  probe(head) {
    if (head.length < 8 || new DataView(head.buffer, head.byteOffset).getBigUint64(0) !== S390_MAGIC) return no;
    return probeHeader(head);
  },
  open: inOneStep(open),
};
