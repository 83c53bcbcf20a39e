/** The plain s390 stand-alone dump: header, memory from address 0 as it is, end marker (formats/s390-dump.md). */
import { DumpError } from '../../shared/dump-error.ts';
import { fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/model.ts';
import { asciiText } from '../layout/field.ts';
import { parse, view, type StructView } from '../layout/struct.ts';
import { todToIso } from '../arch/s390x/tod-clock.ts';
import { readExactly, type ByteSource } from '../source/byte-source.ts';
import { broken, no, yes, type DumpFormat, type DumpImage, type EndMarker } from './dump-format.ts';
import { END_MARKER, S390_MAGIC, s390EndMarker, s390Header } from './s390-header.ts';
import { segmentMemory } from './segment-memory.ts';

const headerSize = s390Header.size;
const maxCpus = 512;
const z_architecture = 2;

type Header = ReturnType<typeof parse<typeof s390Header.fields>>;

/** The marker behind the memory, or what stands there instead. Undefined when the file ends before it. */
function readEndMarker(source: ByteSource, at: number, headerTod: bigint): EndMarker | undefined {
  const found = new Uint8Array(s390EndMarker.size);
  const got = at >= source.size ? 0 : source.readInto(at, found);
  if (got < found.length) return undefined;
  const text = asciiText(found.subarray(0, 8));
  return { fileOffset: at, present: text === END_MARKER, text, tod: parse(s390EndMarker, found).tod, headerTod };
}

/** A header that claims too much memory is told by the end marker that then stands at the very end of the file. */
function markerAtFileEnd(source: ByteSource): number | undefined {
  const at = source.size - s390EndMarker.size;
  if (at < headerSize || (at - headerSize) % 4096 !== 0) return undefined;
  return readEndMarker(source, at, 0n)?.present === true ? at : undefined;
}

function completenessFindings(source: ByteSource, header: Header, marker: EndMarker | undefined): Finding[] {
  const expectedAt = headerSize + Number(header.mem_size);
  if (marker?.present === true) {
    if (marker.tod >= header.tod) return [];
    return [
      {
        id: 'end-marker/time',
        severity: 'error',
        title: 'The dump ends before it starts',
        detail: `the end marker's TOD clock is ${todToIso(marker.tod) ?? 'not recorded'}, the header's ${todToIso(header.tod) ?? 'not recorded'}`,
        where: { fileOffset: marker.fileOffset + 8, bytes: 8 },
        recorded: `0x${header.tod.toString(16)}`,
        computed: `0x${marker.tod.toString(16)}`,
      },
    ];
  }
  if (marker !== undefined) {
    return [
      {
        id: 'end-marker/missing',
        severity: 'error',
        title: 'No end marker: the dump may be incomplete',
        detail: `at file offset 0x${expectedAt.toString(16)} stands "${marker.text}"`,
        where: { fileOffset: expectedAt, bytes: 16 },
        recorded: END_MARKER,
        computed: marker.text,
      },
    ];
  }
  const missing = expectedAt - source.size;
  const elsewhere = markerAtFileEnd(source);
  if (elsewhere !== undefined) {
    return [
      {
        id: 'container-complete/memory-size',
        severity: 'error',
        title: 'The header claims more memory than the dump holds',
        detail: `mem_size is 0x${header.mem_size.toString(16)}, but a valid end marker stands at the end of the file, behind 0x${(elsewhere - headerSize).toString(16)} bytes of memory`,
        where: { fileOffset: 0x18, bytes: 8 },
        recorded: `0x${header.mem_size.toString(16)}`,
        computed: `0x${(elsewhere - headerSize).toString(16)}`,
      },
    ];
  }
  if (missing <= 0) {
    return [
      {
        id: 'end-marker/missing',
        severity: 'error',
        title: 'The end marker is missing',
        detail: `the memory is complete, but the file ends ${source.size - expectedAt} bytes behind it and has no room for the marker`,
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
      where: { space: 'absolute', start: `0x${Math.max(0, source.size - headerSize).toString(16)}`, end: `0x${header.mem_size.toString(16)}` },
      recorded: `${expectedAt + s390EndMarker.size} bytes`,
      computed: `${source.size} bytes`,
    },
  ];
}

function prefixesOf(header: Header, findings: Finding[]): number[] {
  if (header.cpu_cnt <= maxCpus) return header.lc_vec.slice(0, header.cpu_cnt);
  findings.push({
    id: 'container-complete/cpu-count',
    severity: 'error',
    title: 'The header counts more CPUs than it has room for',
    detail: `cpu_cnt is ${header.cpu_cnt}; the prefix vector has ${maxCpus} slots`,
    where: { fileOffset: 0x5d, bytes: 2 },
  });
  return [];
}

function open(source: ByteSource): DumpImage {
  const head = readExactly(source, 0, headerSize, 'the stand-alone dump header');
  const header = parse(s390Header, head);
  if (header.arch !== z_architecture) {
    throw new DumpError(
      'unsupported',
      { file: source.name, offset: 0x48 },
      `the dumped system has architecture ${header.arch}${header.arch === 1 ? ' (31-bit)' : ''}`,
      '2 (64-bit)',
    );
  }
  if (header.mvdump === 1) {
    throw new DumpError('unsupported', { file: source.name, offset: 0x5c }, `it is volume ${header.volnr} of a multi-volume dump`, 'a single-volume dump');
  }
  if (header.mem_size > BigInt(Number.MAX_SAFE_INTEGER) - BigInt(headerSize)) {
    throw new DumpError('corrupt', { file: source.name, offset: 0x18 }, `mem_size is 0x${header.mem_size.toString(16)}`, 'a memory size below 8 PiB');
  }
  const markerAt = headerSize + Number(header.mem_size);
  const marker = readEndMarker(source, markerAt, header.tod);
  const findings = completenessFindings(source, header, marker);
  const prefixes = prefixesOf(header, findings);
  const complete = findings.length === 0;
  const dumpStart = todToIso(header.tod);
  const dumpEnd = marker?.present === true ? todToIso(marker.tod) : undefined;
  // The converter leaves every field of the dumping machine zero; a dumper always stores its clock.
  const converted = header.tod === 0n && header.cpu_id === 0n && header.build_arch === 0;
  const structures: StructView[] = [view(s390Header, head, { where: { fileOffset: 0 } })];
  if (marker !== undefined) {
    structures.push(view(s390EndMarker, readExactly(source, markerAt, s390EndMarker.size, 'the end marker'), { where: { fileOffset: markerAt } }));
  }
  return {
    format: 's390',
    source,
    container: {
      version: header.version,
      producer: converted
        ? fact('zgetdump (converted)', 'header without time, CPU id and build architecture')
        : fact('zipl stand-alone dumper', 'header with the time and the id of the dumping CPU'),
      flattened: false,
      complete: fact(complete, 'header, file size and end marker'),
    },
    machine: { arch: 's390x', endian: 'big', bits: 64, cpuCount: header.cpu_cnt, ...(header.cpu_id === 0n ? {} : { cpuId: header.cpu_id }) },
    times: {
      ...(dumpStart === undefined ? {} : { dumpStart: fact(dumpStart, 'TOD clock in the header') }),
      ...(dumpEnd === undefined ? {} : { dumpEnd: fact(dumpEnd, 'TOD clock in the end marker') }),
    },
    memory: segmentMemory(source, [{ start: 0n, end: header.mem_size, state: 'stored', fileOffset: headerSize }]),
    ranges: [{ start: 0n, end: header.mem_size }],
    segments: [{ index: 0, fileOffset: headerSize, fileBytes: Number(header.mem_size), start: 0n, memoryBytes: header.mem_size }],
    notes: [],
    prefixes,
    ...(marker === undefined ? {} : { endMarker: marker }),
    structures,
    findings,
    headerRanges: [{ offset: 0, bytes: headerSize }],
  };
}

export const s390: DumpFormat = {
  id: 's390',
  title: 's390 stand-alone dump',
  extensions: ['s390', 'dump'],
  probe(head) {
    if (head.length < 8) return no;
    const data = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (data.getBigUint64(0) !== S390_MAGIC) return no;
    if (head.length < headerSize) return broken(head.length, `the file ends after ${head.length} bytes`, `a header of ${headerSize} bytes`);
    if (data.getUint32(0x00c) !== headerSize) return broken(0x00c, `the header size is 0x${data.getUint32(0x00c).toString(16)}`, '0x1000');
    if (data.getUint32(0x014) !== 4096) return broken(0x014, `the page size is 0x${data.getUint32(0x014).toString(16)}`, '0x1000');
    return yes;
  },
  open,
};
