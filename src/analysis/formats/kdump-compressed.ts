/** kdump-compressed dumps as makedumpfile and QEMU write them, single or as a split set (formats/kdump-compressed.md). */
import { append } from '../../shared/append.ts';
import { defined } from '../../shared/defined.ts';
import { DumpError } from '../../shared/dump-error.ts';
import { fact, type Fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/model.ts';
import { microsecondsToIso } from '../arch/s390x/tod-clock.ts';
import type { Steps } from '../jobs/steps.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { broken, no, yes, type ContainerTimes, type DumpFormat, type DumpImage, type OpenContext, type RawNote } from './dump-format.ts';
import { cutFinding, readNotes } from './elf-notes.ts';
import { kdumpRanges } from './kdump-ranges.ts';
import { headFault, unreadableVolume } from './unreadable-volume.ts';
import { bitmapFacts, countedBits } from './kdump-bitmaps.ts';
import { detectWords, readKdumpHeader, type KdumpHeader } from './kdump-header.ts';
import { kdumpStructure } from './kdump-structure.ts';
import { flattenedSignature } from '../source/flattened-source.ts';
import { fileMark } from './file-mark.ts';
import { KDUMP_SIGNATURE, kdumpCodecs, kdumpFlags } from './kdump-layout.ts';
import { machineOf } from './dump-machine.ts';
import { exportFindings, exportProducer } from './export-note.ts';
import { originFinding, originOf, registerNoteFindings } from './dump-origin.ts';
import { architectureNamed } from '../arch/architecture-name.ts';
import { kdumpMemory } from './kdump-memory.ts';
import type { KdumpGeometry, KdumpPart } from './kdump-geometry.ts';

const maxTextBytes = 1 << 20;

/** Two headers of one split set: same system, same moment, same geometry. */
function sameDump(left: KdumpHeader, right: KdumpHeader): boolean {
  const key = (header: KdumpHeader): string =>
    JSON.stringify([
      header.names,
      String(header.seconds),
      String(header.microseconds),
      header.blockSize,
      header.maxMapnr,
      header.bitmapBlocks,
      header.subHeaderBlocks,
      header.endian,
      header.bits,
    ]);
  return left.split !== undefined && right.split !== undefined && key(left) === key(right);
}

/** Blocks that two bitmaps of all page frames take. */
const neededBitmapBlocks = (header: KdumpHeader): number => 2 * Math.ceil(Math.ceil(header.maxMapnr / 8) / header.blockSize);

/** A number of bitmap blocks that no file has room for, where the number that the page frames need fits: then that one is used. */
function mendedHeader(source: ByteSource, header: KdumpHeader, findings: Finding[]): KdumpHeader {
  const needed = neededBitmapBlocks(header);
  if (header.bitmapBlocks <= needed || descriptorsAt(header) <= source.size || descriptorsAt({ ...header, bitmapBlocks: needed }) > source.size) return header;
  findings.push({
    id: 'container-complete/bitmap-blocks',
    severity: 'error',
    title: 'The header claims more bitmap blocks than the file has',
    detail: `bitmap_blocks is ${header.bitmapBlocks}; ${header.maxMapnr} page frames need ${needed}, and this number is used`,
    where: { fileOffset: header.bits === 64 ? 436 : 424, bytes: 4 },
    recorded: String(header.bitmapBlocks),
    computed: String(needed),
  });
  return { ...header, bitmapBlocks: needed };
}

const descriptorsAt = (header: KdumpHeader): number => (1 + header.subHeaderBlocks + header.bitmapBlocks) * header.blockSize;

interface SetPart {
  readonly source: ByteSource;
  readonly header: KdumpHeader;
}

function kdumpHeaderOf(source: ByteSource): KdumpHeader | undefined {
  const head = new Uint8Array(8);
  if (source.readInto(0, head) < 8 || Buffer.from(head).toString('latin1') !== KDUMP_SIGNATURE) return undefined;
  try {
    return readKdumpHeader(source);
  } catch (error) {
    if (error instanceof DumpError) return undefined;
    throw error;
  }
}

/** What is to be said of a file that is not part of the set: all when the user named it, else only that a part of another set lies there. */
function stranger(source: ByteSource, header: KdumpHeader | undefined, named: boolean): Finding | undefined {
  if (header?.split !== undefined) {
    const title = named ? 'A part of another dump was named' : 'A part of another dump is in the same folder';
    return { id: 'volume-set/other-run', severity: named ? 'error' : 'info', title, detail: `${source.name} belongs to another split set; it is not used` };
  }
  if (!named) return undefined;
  return {
    id: 'volume-set/no-volume',
    severity: 'error',
    title: 'A file that was named is not a part',
    detail: `${source.name} is not part of a split set; it is not used`,
  };
}

interface SplitSet {
  readonly parts: SetPart[];
  readonly findings: Finding[];
  /** Files at hand that a finding names as not used. */
  readonly unused: readonly string[];
}

/** The other parts of a split set among the files at hand, each range once. */
function splitParts(source: ByteSource, header: KdumpHeader, context: OpenContext | undefined): SplitSet {
  const parts: SetPart[] = [{ source, header }];
  const findings: Finding[] = [];
  const unused: string[] = [];
  if (header.split === undefined) return { parts, findings, unused };
  const leaveOut = (file: ByteSource, finding: Finding | undefined): void => {
    if (finding === undefined) return;
    findings.push(finding);
    unused.push(file.name);
  };
  const named = context?.named === true;
  for (const candidate of context?.companions() ?? []) {
    const other = kdumpHeaderOf(candidate);
    if (other === undefined || !sameDump(header, other)) {
      const fault = other === undefined ? headFault(candidate) : undefined;
      if (fault === undefined) leaveOut(candidate, stranger(candidate, other, named));
      else findings.push(unreadableVolume(fault));
      continue;
    }
    const twin = parts.find((part) => part.header.split?.start === other.split?.start && part.header.split?.end === other.split?.end);
    if (twin === undefined) parts.push({ source: candidate, header: other });
    else {
      const detail = `${candidate.name} and ${twin.source.name} hold the same page frames; the latter is used`;
      leaveOut(candidate, { id: 'volume-set/duplicate', severity: 'warning', title: 'A part is present twice', detail });
    }
  }
  const order = [...parts];
  parts.sort((a, b) => (a.header.split?.start ?? 0) - (b.header.split?.start ?? 0) || (a.header.split?.end ?? 0) - (b.header.split?.end ?? 0));
  if (named && order.some((part, index) => part !== parts[index])) {
    const detail = 'their headers say which page frames each of them holds, and they are used accordingly';
    findings.push({ id: 'volume-set/order', severity: 'info', title: 'The parts were named in another order', detail });
  }
  return { parts, findings, unused };
}

function splitFindings(parts: readonly SetPart[], maxMapnr: number): Finding[] {
  if (parts[0]?.header.split === undefined) return [];
  const findings: Finding[] = [];
  let covered = 0;
  const gap = (start: number, end: number, size: number): void => {
    findings.push({
      id: 'volume-set/missing-part',
      severity: 'error',
      title: 'A part of the split set is missing',
      detail: `no file at hand holds the page frames 0x${start.toString(16)} to 0x${end.toString(16)}; the other parts are looked for in the same folder, by their headers`,
      where: { space: 'absolute', start: `0x${(BigInt(start) * BigInt(size)).toString(16)}`, end: `0x${(BigInt(end) * BigInt(size)).toString(16)}` },
    });
  };
  for (const { header } of parts) {
    const { start, end } = header.split ?? { start: 0, end: 0 };
    if (start > covered) gap(covered, start, header.blockSize);
    covered = Math.max(covered, end);
  }
  if (covered < maxMapnr) gap(covered, maxMapnr, parts[0].header.blockSize);
  return findings;
}

/** Two full bitmaps, or only one (section 4). */
function bitmapOffsets(header: KdumpHeader): { readonly bitmap1: number | undefined; readonly bitmap2: number } {
  const first = (1 + header.subHeaderBlocks) * header.blockSize;
  if (header.bitmapBlocks < neededBitmapBlocks(header)) return { bitmap1: undefined, bitmap2: first };
  return { bitmap1: first, bitmap2: first + (header.bitmapBlocks / 2) * header.blockSize };
}

function textAt(source: ByteSource, extent: { readonly offset: number; readonly bytes: number }): Uint8Array {
  const bytes = new Uint8Array(Math.min(extent.bytes, maxTextBytes, Math.max(0, source.size - extent.offset)));
  return bytes.subarray(0, bytes.length === 0 ? 0 : source.readInto(extent.offset, bytes));
}

/** The same up to the zeros that pad one of them. */
const startsAlike = (one: Uint8Array, other: Uint8Array): boolean => {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return Buffer.compare(short, long.subarray(0, short.length)) === 0 && long.subarray(short.length).every((byte) => byte === 0);
};

/** Notes of the sub header; vmcoreinfo and erase info as notes too where they lie outside. */
function* notesOf(source: ByteSource, header: KdumpHeader, findings: Finding[]): Steps<RawNote[]> {
  const notes: RawNote[] = [];
  if (header.notes !== undefined) {
    const segment = yield* readNotes(source, BigInt(header.notes.offset), BigInt(header.notes.bytes), header.endian);
    append(notes, segment.notes);
    append(findings, segment.findings);
  }
  const add = (owner: string, extent: { readonly offset: number; readonly bytes: number } | undefined): void => {
    if (extent === undefined || notes.some((note) => note.owner === owner && note.descOffset === extent.offset)) return;
    const desc = textAt(source, extent);
    // One that says the same as a note, as makedumpfile writes it, is not a second one.
    if (notes.some((note) => note.owner === owner && startsAlike(note.desc, desc))) return;
    if (desc.length < Math.min(extent.bytes, maxTextBytes)) {
      const detail = `the sub header claims ${extent.bytes} bytes of ${owner} at file offset 0x${extent.offset.toString(16)}; ${desc.length} of them can be read`;
      findings.push(cutFinding(extent.offset, extent.bytes, detail));
    }
    if (desc.length > 0) notes.push({ owner, type: 0, fileOffset: extent.offset, descOffset: extent.offset, desc });
  };
  add('VMCOREINFO', header.vmcoreinfo);
  add('ERASEINFO', header.eraseinfo);
  return notes;
}

/** QEMU leaves all names but the machine's empty. */
const plausibleSystem = ({ names }: KdumpHeader): boolean => names.sysname === 'Linux' || names.sysname === '';

/** Names that were copied from the wrong place are none: the kernel's own are in vmcoreinfo and in memory. */
const damagedNames = ({ names }: KdumpHeader): Finding => ({
  id: 'container-complete/names',
  severity: 'warning',
  title: 'The names in the header are damaged',
  detail: `the system is called "${names.sysname}" and the machine "${names.machine}"; makedumpfile before 1.6.9 writes the names of kernel 5.11 and later without their first 4 bytes. None of them is used`,
  where: { fileOffset: 12, bytes: 390 },
});

const subHeaderPhysBase = ({ physBase }: KdumpHeader): Pick<DumpImage, 'physBase'> =>
  physBase === undefined ? {} : { physBase: { value: physBase, source: 'phys_base in the kdump sub header', given: false } };

function producerOf(header: KdumpHeader): Fact<string> {
  if (header.names.sysname === '' && header.seconds === 0n) return fact('QEMU dump-guest-memory', 'a header without system name and time');
  return fact('makedumpfile', 'a header with system name and time');
}

/** Seconds of CRASHTIME in a VMCOREINFO note. */
function crashSeconds(notes: readonly RawNote[]): bigint | undefined {
  const text = notes.find(({ owner }) => owner === 'VMCOREINFO')?.desc;
  const digits = text === undefined ? undefined : /^CRASHTIME=(\d{1,12})$/m.exec(Buffer.from(text).toString('latin1'))?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

/** makedumpfile writes the time of the crash into the header where vmcoreinfo has one (read_vmcoreinfo() in its makedumpfile.c): that is not a time of the dump. */
function timesOf(header: KdumpHeader, notes: readonly RawNote[]): ContainerTimes {
  if (header.seconds <= 0n || header.seconds >= 253402300800n) return {};
  if (header.microseconds === 0n && crashSeconds(notes) === header.seconds)
    return { headerTime: 'the time in the header is a copy of CRASHTIME that makedumpfile makes, and says nothing about when the dump was taken' };
  return { dumpStart: fact(microsecondsToIso(header.seconds * 1_000_000n + (header.microseconds % 1_000_000n)), 'time in the header') };
}

/** Notes of CPUs exist from version 4 on; makedumpfile's nr_cpus is their number (kdump-compressed.md section 2). */
const cpuNotesOf = (header: KdumpHeader, producer: string): Pick<DumpImage, 'cpuNotes'> =>
  header.version < 4 ? { cpuNotes: false } : producer === 'makedumpfile' || producer.includes('Dumpbench') ? { cpuNotes: 'counted' } : {};

function* open(opened: ByteSource, context?: OpenContext): Steps<DumpImage> {
  const first = readKdumpHeader(opened);
  yield;
  if (first.split !== undefined && context?.look !== undefined) yield* context.look();
  const { parts, findings: setFindings, unused } = splitParts(opened, first, context);
  const findings: Finding[] = [];
  const [{ source, header: ownHeader } = { source: opened, header: first }] = parts;
  const header = mendedHeader(source, ownHeader, findings);
  const { bitmap1, bitmap2 } = bitmapOffsets(header);
  const pieces: KdumpPart[] = parts.map((part) => ({
    source: part.source,
    start: part.header.split?.start ?? 0,
    end: part.header.split?.end ?? header.maxMapnr,
    descriptors: descriptorsAt(header),
    ranOut: (part.header.status & kdumpFlags.incomplete) !== 0,
  }));
  const geometry: KdumpGeometry = {
    endian: header.endian,
    blockSize: header.blockSize,
    maxMapnr: header.maxMapnr,
    source,
    bitmap1Offset: bitmap1,
    bitmap2Offset: bitmap2,
    parts: pieces,
  };
  const bitmaps = yield* countedBits(geometry);
  const structure = yield* kdumpStructure(geometry, header, bitmaps.stored);
  append(findings, structure.findings);
  append(findings, [...setFindings, ...splitFindings(parts, header.maxMapnr)]);
  const notes = yield* notesOf(source, header, findings);
  const { machine } = header.names;
  const named = { text: machine, architecture: architectureNamed(machine), offset: 272, bytes: 65 };
  const { endian, bits } = header;
  const known = machineOf({ header: named, notes, endian, bits, given: context?.machine }, source.name, findings);
  const shifted = named.architecture === undefined && !plausibleSystem(header);
  if (shifted) findings.push(damagedNames(header));
  const origin = originOf(notes, endian);
  append(findings, registerNoteFindings(notes, known.arch, endian));
  if (origin !== undefined) findings.push(originFinding(origin));
  append(findings, exportFindings(notes));
  const complete = findings.every((finding) => finding.severity !== 'error');
  const compression = kdumpCodecs.filter(([flag]) => (header.status & flag) !== 0).map(([, name]) => name);
  const producer = exportProducer(notes) ?? producerOf(header);
  return {
    format: 'kdump-compressed',
    source,
    container: {
      version: header.version,
      producer,
      ...(compression.length === 0 ? {} : { compression: fact(compression.join(', '), 'status in the header') }),
      flattened: false,
      complete: fact(complete, `headers, bitmaps, ${structure.descriptors} and file size`),
      ...(header.split === undefined
        ? {}
        : { unused, volumes: parts.map((part, index) => ({ path: part.source.name, bytes: part.source.size, number: index })) }),
    },
    machine: { ...known, endian: header.endian, bits: header.bits, pageSize: header.blockSize, cpuCount: header.cpuCount },
    ...defined({ origin }),
    ...(shifted ? {} : { names: { nodename: header.names.nodename, release: header.names.release, version: header.names.version } }),
    ...subHeaderPhysBase(header),
    times: timesOf(header, notes),
    memory: kdumpMemory(geometry, bitmaps),
    ranges: yield* kdumpRanges(bitmaps.exists ?? bitmaps.stored, header.blockSize),
    segments: [],
    notes,
    ...cpuNotesOf(header, producer.value),
    prefixes: [],
    bitmaps: () => bitmapFacts(geometry, bitmaps),
    structures: header.structures,
    findings,
    headerRanges: [
      { offset: 0, bytes: 464 },
      { offset: header.blockSize, bytes: Math.min(header.subHeaderBlocks * header.blockSize, 1 << 20) },
      ...parts.slice(1).map((part) => ({ offset: header.blockSize, bytes: Math.min(header.subHeaderBlocks * header.blockSize, 1 << 20), source: part.source })),
    ],
  };
}

export const kdumpCompressed: DumpFormat = {
  id: 'kdump-compressed',
  title: 'kdump-compressed',
  about: 'makedumpfile and QEMU',
  extensions: ['kdump', 'vmcore', 'dump'],
  fileType: {
    extension: 'kdump',
    mimeType: 'application/x-kdump',
    title: 'Compressed kernel crash dump',
    magic: [[fileMark(0, Buffer.from(KDUMP_SIGNATURE))], [fileMark(0, Buffer.from(flattenedSignature))]],
  },
  probe(head) {
    const signature = Buffer.from(head.subarray(0, 8)).toString('latin1');
    if (signature === 'DISKDUMP') return broken(0, 'it is in the old diskdump format', `"${KDUMP_SIGNATURE}"`);
    if (signature !== KDUMP_SIGNATURE) return no;
    if (head.length < 464) return broken(head.length, `the file ends after ${head.length} bytes`, 'a header of 464 bytes');
    if (detectWords(head) === undefined)
      return broken(416, 'block size, bitmap size and number of page frames are not consistent in any byte order', 'consistent sizes');
    return yes;
  },
  open,
};
