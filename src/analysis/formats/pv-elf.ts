/**
 * ELF dumps of secure guests (IBM Secure Execution) as QEMU writes them: memory and CPU states are encrypted; zero and shared
 * pages can be determined from the storage state (formats/s390-dump.md section 8). With the key of the guest's owner both are decrypted as they are read.
 */
import { defined } from '../../shared/defined.ts';
import { DumpError } from '../../shared/dump-error.ts';
import { fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/model.ts';
import { isFailure } from '../../shared/result.ts';
import { pageSize } from '../../shared/units.ts';
import { stepTurns, type Steps } from '../jobs/steps.ts';
import { parse, view, type StructView, type Values } from '../layout/struct.ts';
import { faultText, readAround, readExactly, whyShort, type ByteSource, type FileFault } from '../source/byte-source.ts';
import { broken, no, yes, type DumpFormat, type DumpImage, type ExtentState, type OpenContext, type RawNote, type RecordedCpu } from './dump-format.ts';
import { elfHeader, elfSectionHeader, ET_CORE } from './elf-layout.ts';
import { elfVmcore } from './elf-vmcore.ts';
import { PieceColumns } from './piece-columns.ts';
import { decryptedSource, openCompletion, openCpuState, type DumpKeys } from './pv-decryption.ts';
import { pageFlags, pvCompletion, specialEntry, storageEntryBytes } from './pv-layout.ts';
import { manySegments } from './segment-memory.ts';

const EM_S390 = 22;
const NT_S390_PV_CPU_DATA = 0x30e;
const maxSections = 4096;
const maxNameBytes = 1 << 20;
const entryBytes = storageEntryBytes;
const readBytes = 1 << 20;
/** Changes of state between neighbouring pages that are listed; more would cost too much memory. */
const maxPieces = 1 << 20;
const encryptedReason = 'encrypted: it belongs to a secure guest';

type SectionHeader = Values<typeof elfSectionHeader.fields>;
interface Section {
  readonly header: SectionHeader;
  readonly index: number;
  readonly at: number;
}
type SectionName = 'pv_compl' | 'pv_mem_meta';

/** The two sections that make a dump one of a secure guest; undefined for another file; a fault where the disk does not let us know. */
function pvSections(head: Uint8Array, source: ByteSource): Readonly<Record<SectionName, Section>> | FileFault | undefined {
  const isElf64 = head.length >= elfHeader.size && Buffer.from(head.subarray(0, 6)).toString('hex') === '7f454c460202';
  if (!isElf64) return undefined;
  const header = parse(elfHeader, head, { endian: 'big' });
  if (header.e_machine !== EM_S390 || header.e_type !== ET_CORE || header.e_shentsize !== elfSectionHeader.size) return undefined;
  const count = Math.min(header.e_shnum, maxSections);
  const end = header.e_shoff + BigInt(count * elfSectionHeader.size);
  if (count === 0 || header.e_shstrndx >= count || end > BigInt(source.size)) return undefined;
  const table = new Uint8Array(count * elfSectionHeader.size);
  const got = source.readInto(Number(header.e_shoff), table);
  if (got < table.length) return source.faultAt?.(Number(header.e_shoff) + got);
  const sections = Array.from({ length: count }, (_, index): Section => {
    const at = index * elfSectionHeader.size;
    return { header: parse(elfSectionHeader, table.subarray(at), { endian: 'big' }), index, at: Number(header.e_shoff) + at };
  });
  const names = sections[header.e_shstrndx]?.header;
  if (names === undefined || names.sh_size > BigInt(maxNameBytes) || names.sh_offset + names.sh_size > BigInt(source.size)) return undefined;
  const texts = new Uint8Array(Number(names.sh_size));
  const came = source.readInto(Number(names.sh_offset), texts);
  // Taken for an ordinary dump, an encrypted one would show nonsense.
  if (came < texts.length) return source.faultAt?.(Number(names.sh_offset) + came);
  const nameOf = (offset: number): string => {
    const stop = texts.indexOf(0, offset);
    return Buffer.from(texts.subarray(offset, stop === -1 ? texts.length : stop)).toString('latin1');
  };
  const named = (name: SectionName): Section | undefined => sections.find((section) => nameOf(section.header.sh_name) === name);
  const [completion, meta] = [named('pv_compl'), named('pv_mem_meta')];
  return completion === undefined || meta === undefined ? undefined : { pv_compl: completion, pv_mem_meta: meta };
}

/** Of a page as the storage state has it; `invalid`: neither zero nor shared, and without a tweak. */
type StorageState = Exclude<ExtentState, 'missing' | 'excluded'> | 'invalid';

function stateOf(entry: DataView, at: number): StorageState {
  if (entry.getUint32(at) !== specialEntry) return 'encrypted';
  const bits = entry.getUint8(at + entryBytes - 1);
  if ((bits & pageFlags.zero) !== 0) return 'zero';
  return (bits & pageFlags.shared) !== 0 ? 'stored' : 'invalid';
}

const reasons: Partial<Record<StorageState, string>> = {
  encrypted: encryptedReason,
  invalid: 'its storage state says neither that it is zero or shared, nor how it is encrypted',
  zero: 'the storage state says that it is zero',
  unreadable: 'its storage state cannot be read',
};

const stateFinding = (fault: FileFault): Finding => ({
  id: 'container-complete/storage-state',
  severity: 'error',
  title: 'The storage state cannot be read',
  detail: `${faultText(fault)}, within pv_mem_meta`,
  where: { fileOffset: fault.offset, bytes: fault.bytes },
});

/** Pieces of the one PT_LOAD by the storage state of each page: neighbours may differ all the way. */
function* pagePieces(
  source: ByteSource,
  meta: SectionHeader,
  load: { readonly start: bigint; readonly bytes: number; readonly fileOffset: number },
  findings: Finding[],
  decrypted: ByteSource | undefined,
): Steps<PieceColumns> {
  const pages = Math.ceil(load.bytes / pageSize);
  const offset = Number(meta.sh_offset);
  const available = meta.sh_offset >= BigInt(source.size) ? 0 : source.size - offset;
  const held = Math.min(pages, Math.floor(Math.min(available, meta.sh_size > BigInt(available) ? available : Number(meta.sh_size)) / entryBytes));
  const pieces = new PieceColumns();
  const block = new Uint8Array(readBytes);
  let from = 0;
  let current: StorageState | undefined;
  const close = (to: number): void => {
    if (current === undefined || to <= from) return;
    const start = load.start + BigInt(from) * BigInt(pageSize);
    const piece = { start, end: start + BigInt(to - from) * BigInt(pageSize), fileOffset: load.fileOffset + from * pageSize };
    if (current === 'stored') pieces.push({ ...piece, state: 'stored' });
    else if (current === 'encrypted' && decrypted !== undefined) pieces.push({ ...piece, state: 'stored', source: decrypted });
    else {
      const state = current === 'invalid' ? 'unreadable' : current;
      pieces.push({ start, end: piece.end, state, ...defined({ reason: reasons[current] }) });
    }
  };
  let page = 0;
  for (; page < held && pieces.length < maxPieces;) {
    let fault: FileFault | undefined;
    const lost = new Set<number>();
    const got = readAround(source, offset + page * entryBytes, block.subarray(0, (held - page) * entryBytes), (start, end, why) => {
      fault ??= why;
      for (let index = Math.floor(start / entryBytes); index * entryBytes < end; index += 1) lost.add(index);
    });
    if (fault !== undefined) findings.push(stateFinding(fault));
    const entries = new DataView(block.buffer, 0, got);
    const count = Math.min(held - page, Math.floor(got / entryBytes));
    if (count === 0) break;
    for (let index = 0; index < count; index += 1) {
      if (index % stepTurns === 0) yield;
      const state = lost.has(index) ? 'unreadable' : stateOf(entries, index * entryBytes);
      if (state === current) continue;
      close(page + index);
      from = page + index;
      current = state;
    }
    page += count;
  }
  close(page);
  if (page < pages) {
    const start = load.start + BigInt(page) * BigInt(pageSize);
    pieces.push({ start, end: load.start + BigInt(load.bytes), state: 'encrypted', reason: 'its storage state is not in the file' });
    findings.push({
      id: 'container-complete/storage-state',
      severity: 'error',
      title: 'The storage state is not complete',
      detail: `pv_mem_meta describes ${page} of ${pages} pages`,
    });
  }
  return pieces;
}

const encryptedMemory = 'the memory is encrypted: the dump is of a secure guest, and its customer communication key was not given';
const encryptedFinding: Finding = {
  id: 'container-complete/encrypted',
  severity: 'info',
  title: 'The dump is of a secure guest and encrypted',
  detail:
    'memory and CPU states can be read only with the customer communication key of the guest, which was not given; headers, sections, zero and shared pages are shown',
};
const decryptedFinding: Finding = {
  id: 'container-complete/decrypted',
  severity: 'info',
  title: 'The dump is of a secure guest and was decrypted',
  detail:
    'the customer communication key matches: completion data and CPU states are authentic. Pages have no authentication of their own: one that was changed after it was encrypted shows noise. No page index of this dump is kept on disk',
};

/** Registers of all CPUs; a note that cannot be opened is a finding. */
function cpusOf(notes: readonly RawNote[], keys: DumpKeys, findings: Finding[]): readonly RecordedCpu[] {
  return notes
    .filter(({ type }) => type === NT_S390_PV_CPU_DATA)
    .flatMap((note, index) => {
      const cpu = openCpuState(note.desc, keys);
      if (!isFailure(cpu)) return [cpu.value];
      findings.push({
        id: 'container-complete/cpu-state',
        severity: 'error',
        title: 'A CPU state cannot be decrypted',
        detail: `the note NT_S390_PV_CPU_DATA at position ${index}, file offset 0x${note.fileOffset.toString(16)}: ${cpu.missing.why}`,
        where: { fileOffset: note.descOffset, bytes: note.desc.length },
      });
      return [];
    });
}

function* open(source: ByteSource, context?: OpenContext): Steps<DumpImage> {
  const head = readExactly(source, 0, elfHeader.size, 'the ELF header');
  const image = yield* elfVmcore.open(source);
  const sections = pvSections(head, source);
  if (sections === undefined || 'why' in sections) return image;
  const findings: Finding[] = [context?.communicationKey === undefined ? encryptedFinding : decryptedFinding, ...image.findings];
  const structures: StructView[] = Object.entries(sections).map(([name, { at }]) => ({
    ...view(elfSectionHeader, readExactly(source, at, elfSectionHeader.size, 'a section header'), { endian: 'big', where: { fileOffset: at } }),
    name: `Elf64_Shdr of ${name}`,
  }));
  const completionAt = sections.pv_compl.header.sh_offset;
  const completion = new Uint8Array(pvCompletion.size);
  const came = completionAt + BigInt(completion.length) <= BigInt(source.size) ? source.readInto(Number(completionAt), completion) : 0;
  const inside = came === completion.length;
  if (inside) structures.push(view(pvCompletion, completion, { where: { fileOffset: Number(completionAt) } }));
  else {
    findings.push({
      id: 'container-complete/completion-data',
      severity: 'error',
      title: 'The completion data are not in the file',
      detail: `${whyShort(source, Number(completionAt) + came, 'the file ends before them')}; without the section pv_compl nobody can decrypt this dump`,
      ...(came === 0 && completionAt >= BigInt(source.size) ? {} : { where: { fileOffset: Number(completionAt), bytes: completion.length } }),
    });
  }
  const communicationKey = context?.communicationKey?.bytes;
  if (communicationKey !== undefined && !inside)
    throw new DumpError(
      'truncated',
      { file: source.name, offset: Number(completionAt) },
      'the completion data are not in the file: no key opens this dump',
      'the section pv_compl',
    );
  const keys = communicationKey === undefined ? undefined : openCompletion(completion, communicationKey, source.name, Number(completionAt));
  const recordedCpus = keys === undefined ? undefined : cpusOf(image.notes, keys, findings);
  const [load, ...others] = image.segments;
  const meta = sections.pv_mem_meta.header;
  const place = load === undefined ? undefined : { start: load.start, bytes: load.fileBytes, fileOffset: load.fileOffset };
  const decrypted = keys === undefined || place === undefined ? undefined : decryptedSource(source, place, Number(meta.sh_offset), keys);
  const pieces = place === undefined ? new PieceColumns() : yield* pagePieces(source, meta, place, findings, decrypted);
  for (const other of others) {
    if (other.memoryBytes > 0n) pieces.push({ start: other.start, end: other.start + other.memoryBytes, state: 'encrypted', reason: encryptedReason });
  }
  const headerRanges = [...image.headerRanges, ...(inside ? [{ offset: Number(completionAt), bytes: completion.length }] : [])];
  const complete = image.container.complete.value && !findings.some((finding) => finding.severity === 'error');
  return {
    ...image,
    format: 'pv-elf',
    container: {
      ...image.container,
      producer: fact('QEMU dump-guest-memory', 'sections pv_compl and pv_mem_meta'),
      complete: fact(complete, 'ELF headers, sections and file size'),
    },
    memory: yield* manySegments(source, pieces),
    structures: [...image.structures, ...structures],
    findings,
    headerRanges,
    ...(recordedCpus === undefined ? { encrypted: encryptedMemory } : { recordedCpus, isDecrypted: true as const, placement: 'decrypted' }),
  };
}

export const pvElf: DumpFormat = {
  id: 'pv-elf',
  title: 'encrypted ELF dump of a secure guest',
  about: 'QEMU on IBM Z with Secure Execution',
  extensions: ['elf', 'dump'],
  probe(head, source) {
    const sections = pvSections(head, source);
    if (sections === undefined) return no;
    return 'why' in sections ? broken(sections.offset, sections.why, 'readable section headers, which say whether it is of a secure guest') : yes;
  },
  open,
};
