/** LKCD dumps of s390x: header facts and pages (formats/s390-dump.md section 6). */
import { defined } from '../../shared/defined.ts';
import { DumpError } from '../../shared/dump-error.ts';
import { fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/model.ts';
import { pageSize } from '../../shared/units.ts';
import { microsecondsToIso } from '../arch/s390x/tod-clock.ts';
import type { Steps } from '../jobs/steps.ts';
import { parse, view, type StructView } from '../layout/struct.ts';
import { readExactly, type ByteSource } from '../source/byte-source.ts';
import { broken, no, yes, type DumpFormat, type DumpImage } from './dump-format.ts';
import { fileMark, wordBytes } from './file-mark.ts';
import {
  LKCD_MAGIC,
  LKCD_S390_MAGIC,
  lkcdBufferSize,
  lkcdBufferSizeVersion,
  lkcdCompressions,
  lkcdHeader,
  lkcdPagesStart,
  lkcdS390Header,
} from './lkcd-layout.ts';
import { lkcdPages } from './lkcd-pages.ts';
import { RangeColumns } from './range-columns.ts';

/** LKCD ran on others too; their header extensions are not read. */
const readMachines: ReadonlySet<string> = new Set(['s390x']);
const maxCpus = 512;

interface S390Part {
  readonly prefixes: readonly number[];
  readonly cpuCount: number | undefined;
  readonly realCpuCount: number | undefined;
  readonly structures: readonly StructView[];
  readonly findings: readonly Finding[];
}

/** The extension that holds the prefixes; a dump without it has no registers. */
function readS390Part(source: ByteSource, at: number, pagesStart: number): S390Part {
  const bytes = new Uint8Array(lkcdS390Header.size);
  const inside = at >= 0 && at + bytes.length <= pagesStart && source.readInto(at, bytes) === bytes.length;
  const values = inside ? parse(lkcdS390Header, bytes) : undefined;
  if (values?.magic !== LKCD_S390_MAGIC || values.cpu_cnt > maxCpus) {
    const detail =
      values?.magic === LKCD_S390_MAGIC ? `it counts ${values.cpu_cnt} CPUs` : `there is no such header at file offset 0x${at.toString(16)} (hdr_size)`;
    const finding: Finding = {
      id: 'container-complete/s390-header',
      severity: 'warning',
      title: 'The s390 header of the LKCD dump cannot be used',
      detail: `${detail}; the prefixes of the CPUs are not known`,
    };
    return { prefixes: [], cpuCount: undefined, realCpuCount: undefined, structures: [], findings: [finding] };
  }
  return {
    prefixes: values.lc_vec.slice(0, values.cpu_cnt),
    cpuCount: values.cpu_cnt,
    realCpuCount: values.real_cpu_cnt,
    structures: [view(lkcdS390Header, bytes, { where: { fileOffset: at } })],
    findings: [],
  };
}

interface HeaderArea {
  readonly pagesStart: number;
  readonly structures: readonly StructView[];
  readonly findings: readonly Finding[];
}

/** Where the pages begin: the header says so from version 9 on. */
function headerArea(source: ByteSource, version: number): HeaderArea {
  const at = lkcdHeader.size;
  const bytes = new Uint8Array(lkcdBufferSize.size);
  if (version < lkcdBufferSizeVersion || source.readInto(at, bytes) < bytes.length) return { pagesStart: lkcdPagesStart, structures: [], findings: [] };
  const size = parse(lkcdBufferSize, bytes).dump_buffer_size;
  const structures = [view(lkcdBufferSize, bytes, { where: { fileOffset: at } })];
  if (size >= BigInt(at + bytes.length) && size < BigInt(source.size)) return { pagesStart: Number(size), structures, findings: [] };
  const finding: Finding = {
    id: 'container-complete/buffer-size',
    severity: 'warning',
    title: 'The header gives an impossible place of the pages',
    detail: `dump_buffer_size is 0x${size.toString(16)} in a file of 0x${source.size.toString(16)} bytes; pages are looked for at 0x${lkcdPagesStart.toString(16)}, where older versions have them`,
    where: { fileOffset: at, bytes: bytes.length },
  };
  return { pagesStart: lkcdPagesStart, structures, findings: [finding] };
}

/** How pages are compressed, as the header says. */
function compressionOf(code: number): string | undefined {
  switch (code) {
    case lkcdCompressions.none:
      return undefined;
    case lkcdCompressions.rle:
      return 'RLE';
    case lkcdCompressions.gzip:
      return 'zlib';
    default:
      return `unknown (${code})`;
  }
}

function* open(source: ByteSource): Steps<DumpImage> {
  const head = readExactly(source, 0, lkcdHeader.size, 'the LKCD header');
  const header = parse(lkcdHeader, head);
  if (!readMachines.has(header.machine))
    throw new DumpError('unsupported', { file: source.name, offset: 584 }, `the machine of this LKCD dump is "${header.machine}"`, '"s390x"');
  if (header.mem_size > BigInt(Number.MAX_SAFE_INTEGER))
    throw new DumpError('corrupt', { file: source.name, offset: 24 }, `mem_size is 0x${header.mem_size.toString(16)}`, 'a memory size below 8 PiB');
  const area = headerArea(source, header.version);
  const s390Part = readS390Part(source, header.hdr_size, area.pagesStart);
  const pages = Math.ceil(Number(header.mem_size) / pageSize);
  const compression = compressionOf(header.dump_compress);
  const plan = { pages, pagesStart: area.pagesStart, compression: header.dump_compress };
  const { memory, records, findings: pageFindings } = yield* lkcdPages(source, plan);
  const findings: Finding[] = [...area.findings, ...s390Part.findings, ...pageFindings];
  if (records !== header.num_dump_pgs) {
    findings.push({
      id: 'container-complete/page-count',
      severity: 'warning',
      title: 'The header does not count the pages that there are',
      detail: `num_dump_pgs is ${header.num_dump_pgs}; there are ${records} page records`,
      where: { fileOffset: 48, bytes: 4 },
      recorded: String(header.num_dump_pgs),
      computed: String(records),
    });
  }
  const seconds = header.time_tv_sec;
  const dumpStart =
    seconds > 0n && seconds < 253402300800n
      ? { dumpStart: fact(microsecondsToIso(seconds * 1_000_000n + (header.time_tv_usec % 1_000_000n)), 'time in the header') }
      : {};
  return {
    format: 'lkcd',
    source,
    container: {
      version: header.version,
      producer: fact('LKCD', 'LKCD header'),
      ...(compression === undefined ? {} : { compression: fact(compression, 'dump_compress in the header') }),
      flattened: false,
      complete: fact(!findings.some((finding) => finding.severity === 'error'), 'headers and the chain of page records'),
      storedBytes: records * pageSize,
    },
    machine: {
      arch: 's390x',
      endian: 'big',
      bits: 64,
      ...defined({ cpuCount: s390Part.cpuCount, realCpuCount: s390Part.realCpuCount }),
    },
    names: { nodename: header.nodename, release: header.release, version: header.uts_version },
    times: dumpStart,
    memory,
    ranges: RangeColumns.merged([{ start: 0n, end: header.mem_size }]),
    segments: [],
    notes: [],
    prefixes: s390Part.prefixes,
    structures: [view(lkcdHeader, head, { where: { fileOffset: 0 } }), ...area.structures, ...s390Part.structures],
    findings,
    headerRanges: [{ offset: 0, bytes: Math.min(area.pagesStart, lkcdPagesStart) }],
  };
}

export const lkcd: DumpFormat = {
  id: 'lkcd',
  title: 'LKCD dump',
  about: 'Linux Kernel Crash Dump on s390x',
  extensions: ['lkcd', 'dump'],
  fileType: { extension: 'lkcd', mimeType: 'application/x-lkcd-dump', title: 'LKCD dump', magic: [[fileMark(0, wordBytes(LKCD_MAGIC, 8))]] },
  probe(head) {
    if (head.length < 8 || new DataView(head.buffer, head.byteOffset).getBigUint64(0) !== LKCD_MAGIC) return no;
    if (head.length < lkcdHeader.size) return broken(head.length, `the file ends after ${head.length} bytes`, `a header of ${lkcdHeader.size} bytes`);
    const size = new DataView(head.buffer, head.byteOffset).getUint32(20);
    return size === pageSize ? yes : broken(20, `the page size is 0x${size.toString(16)}`, '0x1000');
  },
  open,
};
