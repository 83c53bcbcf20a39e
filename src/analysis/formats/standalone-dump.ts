/** What every s390 stand-alone format shares: one header, one end marker, prefixes instead of registers. */
import { defined } from '../../shared/defined.ts';
import { DumpError } from '../../shared/dump-error.ts';
import type { FileType } from '../../shared/catalogue-model.ts';
import { fact } from '../../shared/fact.ts';
import type { Finding, FormatId } from '../../shared/model.ts';
import { asciiText } from '../layout/field.ts';
import { parse, view, type StructView } from '../layout/struct.ts';
import { todToIso } from '../arch/s390x/tod-clock.ts';
import { faultText, readExactly, type ByteSource } from '../source/byte-source.ts';
import { broken, yes, type ContainerFacts, type DumpImage, type EndMarker, type Probe } from './dump-format.ts';
import { fileMark, wordBytes } from './file-mark.ts';
import { END_MARKER, S390_EXT_MAGIC, S390_MAGIC, s390EndMarker, s390Header } from './s390-header.ts';

export const standaloneHeaderBytes = s390Header.size;
const maxCpus = 512;
/** Prefixes are multiples of 8 KiB (Principles of Operation, chapter 3). */
const lowcoreAlignment = 0x2000;
const z_architecture = 2;

/** What a desktop knows all of them as. */
export const standaloneFile: FileType = {
  extension: 's390',
  mimeType: 'application/x-s390-dump',
  title: 'IBM Z dump',
  magic: [[fileMark(0, wordBytes(S390_MAGIC, 8))], [fileMark(0, wordBytes(S390_EXT_MAGIC, 8))]],
};

export type StandaloneHeader = ReturnType<typeof parse<typeof s390Header.fields>>;

/** The part of a probe that follows the magic. */
export function probeHeader(head: Uint8Array): Probe {
  if (head.length < standaloneHeaderBytes) return broken(head.length, `the file ends after ${head.length} bytes`, `a header of ${standaloneHeaderBytes} bytes`);
  const data = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (data.getUint32(0x00c) !== standaloneHeaderBytes) return broken(0x00c, `the header size is 0x${data.getUint32(0x00c).toString(16)}`, '0x1000');
  if (data.getUint32(0x014) !== 4096) return broken(0x014, `the page size is 0x${data.getUint32(0x014).toString(16)}`, '0x1000');
  return yes;
}

/** @throws DumpError unsupported for 31-bit systems, corrupt for a memory size that no machine has */
export function readStandaloneHeader(source: ByteSource): { readonly head: Uint8Array; readonly header: StandaloneHeader } {
  const head = readExactly(source, 0, standaloneHeaderBytes, 'the stand-alone dump header');
  const header = parse(s390Header, head);
  if (header.arch !== z_architecture) {
    const what = `the dumped system has architecture ${header.arch}${header.arch === 1 ? ' (31-bit)' : ''}`;
    throw new DumpError('unsupported', { file: source.name, offset: 0x48 }, what, '2 (64-bit)');
  }
  if (header.mem_size > BigInt(Number.MAX_SAFE_INTEGER) - BigInt(standaloneHeaderBytes)) {
    throw new DumpError('corrupt', { file: source.name, offset: 0x18 }, `mem_size is 0x${header.mem_size.toString(16)}`, 'a memory size below 8 PiB');
  }
  return { head, header };
}

/** The marker after the memory, or what is there instead. Undefined when the file ends before it. */
export function readEndMarker(source: ByteSource, at: number, headerTod: bigint): EndMarker | undefined {
  const found = new Uint8Array(s390EndMarker.size);
  const got = at >= source.size ? 0 : source.readInto(at, found);
  if (got < found.length) {
    const fault = source.faultAt?.(at + got);
    return fault === undefined ? undefined : { fileOffset: at, present: false, text: '', printable: false, tod: 0n, headerTod, fault };
  }
  const marker = found.subarray(0, 8);
  const printable = marker.every((byte) => byte >= 0x20 && byte < 0x7f);
  const text = printable ? asciiText(marker) : `0x${Buffer.from(marker).toString('hex')}`;
  return { fileOffset: at, present: text === END_MARKER, text, printable, tod: parse(s390EndMarker, found).tod, headerTod };
}

function prefixesOf(header: StandaloneHeader, findings: Finding[]): number[] {
  if (header.cpu_cnt <= maxCpus) return header.lc_vec.slice(0, header.cpu_cnt);
  const end = header.lc_vec.findIndex((prefix) => prefix === 0 || prefix % lowcoreAlignment !== 0);
  const prefixes = header.lc_vec.slice(0, end === -1 ? maxCpus : end);
  findings.push({
    id: 'container-complete/cpu-count',
    severity: 'error',
    title: 'The header counts more CPUs than it has room for',
    detail: `cpu_cnt is ${header.cpu_cnt}; the prefix vector has ${maxCpus} slots. The CPUs are those of its leading slots that are filled: ${prefixes.length}`,
    where: { fileOffset: 0x5d, bytes: 2 },
  });
  return prefixes;
}

/** What is in the place of the end marker: text in quotes, or its bytes. */
export const foundMarker = ({ text, printable }: EndMarker): string => (printable ? `"${text}"` : text);

/** The finding for an end marker that is not there, or older than the header. None when all is well. */
export function markerFindings(marker: EndMarker): Finding[] {
  if (marker.fault !== undefined) {
    return [
      {
        id: 'end-marker/unreadable',
        severity: 'error',
        title: 'The end marker cannot be read',
        detail: `${faultText(marker.fault)}: whether the dump was finished is not known`,
        where: { fileOffset: marker.fileOffset, bytes: 16 },
      },
    ];
  }
  if (!marker.present) {
    return [
      {
        id: 'end-marker/missing',
        severity: 'error',
        title: 'No end marker: the dump may be incomplete',
        detail: `at file offset 0x${marker.fileOffset.toString(16)} is ${foundMarker(marker)}`,
        where: { fileOffset: marker.fileOffset, bytes: 16 },
        recorded: END_MARKER,
        computed: marker.text,
      },
    ];
  }
  if (marker.tod >= marker.headerTod) return [];
  return [
    {
      id: 'end-marker/time',
      severity: 'error',
      title: 'The dump ends before it starts',
      detail: `the end marker's TOD clock is ${todToIso(marker.tod) ?? 'not recorded'}, the header's ${todToIso(marker.headerTod) ?? 'not recorded'}`,
      where: { fileOffset: marker.fileOffset + 8, bytes: 8 },
      recorded: `0x${marker.headerTod.toString(16)}`,
      computed: `0x${marker.tod.toString(16)}`,
    },
  ];
}

export interface StandaloneParts extends Pick<DumpImage, 'memory' | 'ranges' | 'segments'> {
  readonly format: FormatId;
  readonly source: ByteSource;
  readonly head: Uint8Array;
  readonly header: StandaloneHeader;
  readonly marker: EndMarker | undefined;
  /** File that the marker is in, when it is not `source`. */
  readonly markerSource?: ByteSource;
  readonly findings: readonly Finding[];
  readonly container?: Pick<ContainerFacts, 'compression' | 'volumes' | 'unused' | 'storedBytes'>;
  /** Headers of the other files of a set. */
  readonly otherHeaders?: DumpImage['headerRanges'];
}

const architectures: Readonly<Record<number, string>> = { 1: 's390 (31 bit)', 2: 's390x (64 bit)' };

/** What the header tells of the dumping machine; the converter leaves all of it zero. */
function machineOf(header: StandaloneHeader): DumpImage['machine'] {
  const buildArch = architectures[header.build_arch];
  return {
    arch: 's390x',
    endian: 'big',
    bits: 64,
    ...(header.cpu_cnt > maxCpus ? {} : { cpuCount: header.cpu_cnt }),
    ...(header.real_cpu_cnt === 0 ? {} : { realCpuCount: header.real_cpu_cnt }),
    ...(header.cpu_id === 0n ? {} : { cpuId: header.cpu_id }),
    ...defined({ buildArch }),
    ...(header.mem_size_real === 0n ? {} : { realMemory: header.mem_size_real }),
  };
}

/** Puts the image together: times, CPU id and prefixes come from the header alike. */
export function standaloneImage(parts: StandaloneParts): DumpImage {
  const { source, head, header, marker } = parts;
  const findings = [...parts.findings];
  const prefixes = prefixesOf(header, findings);
  const complete = !findings.some((finding) => finding.severity === 'error');
  const dumpStart = todToIso(header.tod);
  const dumpEnd = marker?.present === true ? todToIso(marker.tod) : undefined;
  // Each time is read from one place; where the end lies before the start, one of them is wrong.
  const timeTrust = marker?.present === true && marker.tod < header.tod ? 'contradicted' : 'unverifiable';
  // The converter leaves every field of the dumping machine zero; a dumper always stores its clock.
  const converted = header.tod === 0n && header.cpu_id === 0n && header.build_arch === 0;
  const structures: StructView[] = [view(s390Header, head, { where: { fileOffset: 0 } })];
  if (marker !== undefined && marker.fault === undefined) {
    const bytes = readExactly(parts.markerSource ?? source, marker.fileOffset, s390EndMarker.size, 'the end marker');
    structures.push(view(s390EndMarker, bytes, { where: { fileOffset: marker.fileOffset } }));
  }
  return {
    format: parts.format,
    source,
    container: {
      version: header.version,
      producer: converted
        ? fact('zgetdump (converted)', 'header without time, CPU id and build architecture')
        : fact('zipl stand-alone dumper', 'header with the time and the id of the dumping CPU'),
      flattened: false,
      complete: fact(complete, 'header, file size and end marker'),
      ...(header.version === 2 && header.zlib_version_s390 !== 0 ? { zlib: { version: header.zlib_version_s390, entryBytes: header.zlib_entry_size } } : {}),
      ...parts.container,
    },
    machine: machineOf(header),
    times: {
      ...(dumpStart === undefined ? {} : { dumpStart: fact(dumpStart, 'TOD clock in the header', timeTrust) }),
      ...(dumpEnd === undefined ? {} : { dumpEnd: fact(dumpEnd, 'TOD clock in the end marker', timeTrust) }),
    },
    memory: parts.memory,
    ranges: parts.ranges,
    segments: parts.segments,
    notes: [],
    prefixes,
    ...defined({ endMarker: marker }),
    structures,
    findings,
    headerRanges: [{ offset: 0, bytes: standaloneHeaderBytes }, ...(parts.otherHeaders ?? [])],
  };
}
