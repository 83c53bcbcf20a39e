/**
 * ELF64 core dumps of kernels: /proc/vmcore, QEMU's dump-guest-memory, zgetdump and makedumpfile -E
 * (formats/elf-vmcore.md).
 */
import { append } from '../../shared/append.ts';
import { defined } from '../../shared/defined.ts';
import { DumpError, ForeignFile } from '../../shared/dump-error.ts';
import { fact, type Fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/model.ts';
import type { FileMark } from '../../shared/catalogue-model.ts';
import type { AddressRange } from '../../shared/units.ts';
import type { Steps } from '../jobs/steps.ts';
import type { Endian } from '../layout/field.ts';
import { parse, view, type StructView } from '../layout/struct.ts';
import { readExactly, type ByteSource } from '../source/byte-source.ts';
import type { Architecture } from '../arch/architecture-name.ts';
import { architectureOfElf, architectures } from '../arch/index.ts';
import { broken, no, yes, type DumpFormat, type DumpImage, type OpenContext, type RawNote, type Segment } from './dump-format.ts';
import { machineOf } from './dump-machine.ts';
import { exportFindings, exportProducer } from './export-note.ts';
import { originFinding, originOf, registerNoteFindings } from './dump-origin.ts';
import { fileMark, wordBytes } from './file-mark.ts';
import { elfHeader, elfProgramHeader, elfSectionHeader, ET_CORE, PN_XNUM, PT_LOAD, PT_NOTE, type ProgramHeader } from './elf-layout.ts';
import { loadPieces, truncationFindings } from './elf-loads.ts';
import { readNoteSegments } from './elf-notes.ts';
import { undescribedBytes } from './elf-undescribed.ts';
import { ProgramHeaders } from './elf-program-headers.ts';
import type { Loads } from './elf-segments.ts';
import { kcoreLoads, numbered } from './kcore.ts';
import { processCore, type CoreSegment } from './process-core.ts';
import { xenGuestCore } from './xen-guest-core.ts';
import { RangeColumns } from './range-columns.ts';
import { limitFindings } from './finding-limit.ts';
import { manySegments } from './segment-memory.ts';

const elfMagic = [0x7f, 0x45, 0x4c, 0x46];
const EM_386 = 3;
/** Enough for any machine; more is a damaged count that would cost memory. */
const maxProgramHeaders = 1 << 20;

const endianOf = (head: Uint8Array): Endian => (head[5] === 1 ? 'little' : 'big');

const typeNames: Readonly<Record<number, string>> = { 1: 'an ELF object file', 2: 'an ELF executable', 3: 'an ELF shared object or executable' };

type Load = Pick<Segment, 'virtual' | 'start' | 'memoryBytes'>;
type Header = ReturnType<typeof parse<typeof elfHeader.fields>>;

/** The true number of program headers: e_phnum, or sh_info of section header 0 when it does not fit there. */
function programHeaderCount(source: ByteSource, header: Header, endian: Endian): number {
  if (header.e_phnum !== PN_XNUM) return header.e_phnum;
  const bytes = readExactly(source, Number(header.e_shoff), elfSectionHeader.size, 'section header 0, which holds the number of program headers');
  return parse(elfSectionHeader, bytes, { endian }).sh_info;
}

function readProgramHeaders(
  source: ByteSource,
  header: Header,
  endian: Endian,
  findings: Finding[],
): { headers: ProgramHeaders; bytes: number; offset: number } {
  const count = programHeaderCount(source, header, endian);
  if (header.e_phentsize !== elfProgramHeader.size) {
    throw new DumpError('corrupt', { file: source.name, offset: 54 }, `e_phentsize is ${header.e_phentsize}`, `${elfProgramHeader.size}`);
  }
  const offset = Number(header.e_phoff);
  const fits = Math.floor(Math.max(0, source.size - offset) / elfProgramHeader.size);
  if (count === 0 || fits === 0) {
    const what =
      count === 0
        ? 'e_phnum is 0: the file has no program headers'
        : `e_phoff points to 0x${header.e_phoff.toString(16)}, past the end of the file (${source.size} bytes)`;
    throw new DumpError(count === 0 ? 'corrupt' : 'truncated', { file: source.name, offset: count === 0 ? 56 : 32 }, what, 'program headers inside the file');
  }
  const usable = Math.min(count, fits, maxProgramHeaders);
  if (usable < count) {
    findings.push({
      id: 'container-complete/program-headers',
      severity: 'error',
      title: 'Not all program headers are in the file',
      detail: `the ELF header counts ${count} program headers at offset 0x${offset.toString(16)}, but the file has room for ${fits} of them`,
      where: { fileOffset: 56, bytes: 2 },
    });
  }
  return { headers: new ProgramHeaders({ source, offset, length: usable, endian }), bytes: usable * elfProgramHeader.size, offset };
}

/** Who wrote the file, by the evidence of elf-vmcore.md section 9. */
function producerOf(arch: Architecture, header: Header, notes: readonly RawNote[]): Fact<string> | undefined {
  const position = (type: number): number => notes.findIndex((note) => note.type === type);
  const has = (owner: string): boolean => notes.some((note) => note.owner === owner);
  if (has('QEMU')) return fact('QEMU dump-guest-memory', 'its notes named QEMU');
  if (has('ERASEINFO')) return fact('makedumpfile', 'an ERASEINFO note');
  if (!architectures[arch].features.has('lowcore')) {
    if (header.e_ehsize === 8) return fact('QEMU dump-guest-memory', 'e_ehsize 8');
    return has('VMCOREINFO') ? fact('Linux kdump (/proc/vmcore)', 'VMCOREINFO note, no QEMU note') : undefined;
  }
  const prefix = position(0x305);
  const control = position(0x304);
  const hasProcessInfo = notes.some((note) => note.owner === 'CORE' && note.type === 3);
  if (!hasProcessInfo && prefix !== -1 && prefix < control) return fact('QEMU dump-guest-memory', 'no PRPSINFO note, PREFIX before CTRS');
  const low = position(0x309);
  const high = position(0x30a);
  if (hasProcessInfo && low !== -1 && low < high) return fact('zgetdump', 'VXRS_LOW note before VXRS_HIGH');
  if (hasProcessInfo && high !== -1) return fact('Linux kdump (/proc/vmcore)', 'PRPSINFO note, VXRS_HIGH before VXRS_LOW');
  return header.e_ehsize === 8 ? fact('QEMU dump-guest-memory', 'e_ehsize 8') : undefined;
}

function headerFindings(source: ByteSource, header: Header): Finding[] {
  const findings: Finding[] = [];
  if (header.e_ehsize !== elfHeader.size) {
    findings.push({
      id: 'container-complete/elf-header-size',
      severity: 'info',
      title: 'The ELF header gives a wrong size of itself',
      detail: `e_ehsize is ${header.e_ehsize} instead of ${elfHeader.size}, as QEMU 7.2 writes it; other tools refuse such a file, the contents are not affected`,
      where: { fileOffset: 52, bytes: 2 },
      recorded: String(header.e_ehsize),
      computed: String(elfHeader.size),
    });
  }
  if ((header.e_flags & 1) === 1) {
    findings.push({
      id: 'container-complete/incomplete-flag',
      severity: 'error',
      title: 'The dump is marked incomplete',
      detail: 'e_flags bit 0 is set: makedumpfile ran out of space while writing',
      where: { fileOffset: 48, bytes: 4 },
    });
  }
  const lastByte = header.e_phoff > BigInt(source.size);
  if (lastByte) {
    findings.push({
      id: 'container-complete/program-header-offset',
      severity: 'error',
      title: 'The program headers lie past the end of the file',
      detail: `e_phoff is 0x${header.e_phoff.toString(16)}, the file has ${source.size} bytes`,
      where: { fileOffset: 32, bytes: 8 },
    });
  }
  return findings;
}

function* coreSegments(loads: Iterable<ProgramHeader>): Generator<CoreSegment, undefined> {
  for (const { p_vaddr: virtual, p_paddr: physical, p_memsz: bytes } of loads) yield { virtual, physical, bytes };
  return undefined;
}

const asLoad = (load: ProgramHeader): Load => ({ virtual: load.p_vaddr, start: load.p_paddr, memoryBytes: load.p_memsz });

function loadedPhysBase(arch: Architecture, segments: Iterable<Load>): Pick<DumpImage, 'physBase'> {
  const value = architectures[arch].loadedPhysBase?.(segments);
  return value === undefined ? {} : { physBase: { value, source: 'the PT_LOAD of the kernel image', given: false } };
}

function* segmentRanges(segments: Iterable<Segment>): Generator<AddressRange, undefined> {
  for (const { start, memoryBytes } of segments) yield { start, end: start + memoryBytes };
  return undefined;
}

/** Machines of e_machine that are not read: refused by name. Numbers of include/uapi/linux/elf-em.h. */
const otherMachines: Readonly<Record<number, string>> = {
  2: 'sparc', 3: 'i386', 4: 'm68k', 8: 'mips', 15: 'parisc', 18: 'sparc', 20: 'ppc', 40: 'arm', 42: 'sh4', 43: 'sparc64', 50: 'ia64', 94: 'xtensa', 195: 'arc', 243: 'riscv', 252: 'csky', 258: 'loongarch64',
}; // prettier-ignore

function* open(source: ByteSource, context?: OpenContext): Steps<DumpImage> {
  const head = readExactly(source, 0, elfHeader.size, 'the ELF header');
  const endian = endianOf(head);
  const header = parse(elfHeader, head, { endian });
  const guest = header.e_phnum === 0 ? xenGuestCore(source) : undefined;
  if (guest !== undefined) throw new ForeignFile({ file: source.name, offset: 0 }, guest);
  const findings = headerFindings(source, header);
  const programHeaders = readProgramHeaders(source, header, endian, findings);
  const fixed = [
    { offset: 0, bytes: elfHeader.size },
    { offset: programHeaders.offset, bytes: programHeaders.bytes },
  ];
  const headerRanges = [...fixed];
  const { notes, fault: lostNotes, ...noted } = yield* readNoteSegments(source, programHeaders.headers.ofType(PT_NOTE), endian);
  append(findings, noted.findings);
  append(headerRanges, noted.ranges);
  const process = processCore(notes, coreSegments(programHeaders.headers.ofType(PT_LOAD)), head[7] ?? 0);
  if (process !== undefined) throw new ForeignFile({ file: source.name, offset: 0 }, process);
  const machineName = otherMachines[header.e_machine] ?? `e_machine ${header.e_machine}`;
  const named = { text: machineName, architecture: architectureOfElf(header.e_machine, endian), offset: 18, bytes: 2 };
  const known = machineOf({ header: named, notes, endian, bits: 64, given: context?.machine }, source.name, findings);
  const { arch } = known;
  const origin = originOf(notes, endian);
  append(findings, registerNoteFindings(notes, arch, endian));
  if (origin !== undefined) findings.push(originFinding(origin));
  append(findings, exportFindings(notes));
  const producer = exportProducer(notes) ?? (origin?.kind === 'kcore' ? fact('/proc/kcore', 'NT_TASKSTRUCT note') : producerOf(arch, header, notes));
  const kcore = origin?.kind === 'kcore' ? kcoreLoads(arch, programHeaders.headers.ofType(PT_LOAD)) : undefined;
  if (kcore !== undefined) append(findings, kcore.findings);
  const { headers } = programHeaders;
  const loads: Loads = kcore === undefined ? (from) => headers.ofType(PT_LOAD, from) : numbered(kcore.loads);
  const count = kcore?.loads.length ?? programHeaders.headers.count(PT_LOAD);
  const { pieces, segments, findings: loadFindings } = yield* loadPieces(loads, count, producer?.value, lostNotes);
  for (const finding of loadFindings) findings.push(finding);
  const cut = truncationFindings(source, segments);
  for (const finding of cut) findings.push(finding);
  const { e_shoff, e_shnum, e_shentsize } = header;
  // Segments of /proc/kcore are views of virtual memory: their places in the file are none of a dump's.
  const undescribed =
    kcore === undefined
      ? yield* undescribedBytes({ source, endian, fixed, headers, sections: { offset: e_shoff, count: e_shnum, entryBytes: e_shentsize } })
      : undefined;
  if (undescribed !== undefined) findings.push(undescribed);
  if (segments.length === 0 && loadFindings.length === 0 && origin?.kind !== 'kcore') {
    findings.push({
      id: 'container-complete/no-memory',
      severity: 'error',
      title: 'The dump holds no memory',
      detail: 'there is no PT_LOAD among the program headers',
    });
  }
  const complete =
    cut.length === 0 &&
    segments.length > 0 &&
    (header.e_flags & 1) === 0 &&
    !findings.some((finding) => finding.id.startsWith('container-complete/') && finding.severity === 'error');
  const structures: StructView[] = [
    view(elfHeader, head, { endian, where: { fileOffset: 0 } }),
    ...Array.from({ length: Math.min(64, programHeaders.headers.length) }, (_, index) => {
      const at = programHeaders.offset + index * elfProgramHeader.size;
      return view(elfProgramHeader, readExactly(source, at, elfProgramHeader.size, 'a program header'), { endian, where: { fileOffset: at } });
    }),
  ];
  const memory = yield* manySegments(source, pieces);
  return {
    format: 'elf-vmcore',
    source,
    container: {
      ...defined({ producer }),
      flattened: false,
      complete: fact(complete, 'ELF header, program headers and file size'),
    },
    machine: { ...known, endian, bits: 64 },
    ...defined({ origin }),
    times: {},
    memory,
    ranges: yield* RangeColumns.mergedInSteps(segmentRanges(segments), segments.length),
    segments,
    ...loadedPhysBase(arch, kcore === undefined ? segments : kcore.placed.map(asLoad)),
    notes,
    prefixes: [],
    structures,
    findings: limitFindings(findings),
    headerRanges,
  };
}

/** A core of a process has no such note. Where it begins later, only the name of the file says that it is a kernel's. */
const kernelCore = (endian: Endian): FileMark[] => [
  fileMark(0, Buffer.from([...elfMagic, 2, endian === 'little' ? 1 : 2])),
  fileMark(16, wordBytes(BigInt(ET_CORE), 2, endian)),
  fileMark(elfHeader.size, Buffer.from('VMCOREINFO\0'), 4096 - 'VMCOREINFO\0'.length),
];

export const elfVmcore: DumpFormat = {
  id: 'elf-vmcore',
  title: 'ELF vmcore',
  about: '/proc/vmcore of a kdump kernel, makedumpfile -E, QEMU, zgetdump',
  extensions: ['vmcore', 'elf', 'core', 'dump'],
  fileType: {
    extension: 'vmcore',
    mimeType: 'application/x-linux-vmcore',
    title: 'Linux kernel crash dump',
    names: ['vmcore'],
    magic: [kernelCore('little'), kernelCore('big')],
  },
  probe(head) {
    if (elfMagic.some((byte, index) => head[index] !== byte)) return no;
    if (head.length < elfHeader.size) return broken(head.length, `the file ends after ${head.length} bytes`, `an ELF header of ${elfHeader.size} bytes`);
    if (head[4] === 1) {
      const machine = parse(elfHeader, head, { endian: endianOf(head) }).e_machine;
      return broken(4, `it is a 32-bit ELF file${machine === EM_386 ? ' of an i386 system' : ''}`, 'ELFCLASS64 (2): 32-bit cores are not supported');
    }
    if (head[4] !== 2) return broken(4, `the ELF class is ${head[4]}`, 'ELFCLASS64 (2)');
    if (head[5] !== 1 && head[5] !== 2) return broken(5, `the ELF byte order is ${head[5]}`, '1 (little) or 2 (big)');
    const header = parse(elfHeader, head, { endian: endianOf(head) });
    if (header.e_type !== ET_CORE)
      return broken(16, `it is ${typeNames[header.e_type] ?? `ELF type ${header.e_type}`}, not a core dump`, `e_type ${ET_CORE} (core file)`);
    return yes;
  },
  open,
};
