/**
 * ELF files that the format of vmcores does not take: 32-bit cores, executables, objects. Which of them are not dumps at all is determined by their notes:
 * a dump whose header is damaged has those of one.
 */
import { append } from '../../shared/append.ts';
import type { ForeignKind } from '../../shared/foreign-kind.ts';
import type { Steps } from '../jobs/steps.ts';
import type { Endian } from '../layout/field.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { RawNote } from './dump-format.ts';
import { ET_CORE, PT_LOAD, PT_NOTE } from './elf-layout.ts';
import { NoteBudget, readNotes } from './elf-notes.ts';
import { processCore, type CoreSegment } from './process-core.ts';

interface Peek {
  readonly type: number;
  readonly osAbi: number;
  readonly notes: readonly RawNote[];
  readonly segments: readonly CoreSegment[];
}

/** Places in the headers of a class: e_phoff, e_phentsize, e_phnum, then p_offset, p_vaddr, p_paddr, p_filesz, p_memsz and their width. */
const classes = {
  1: { wide: false, table: 28, entry: 42, count: 44, bytes: 32, fields: [4, 8, 12, 16, 20] },
  2: { wide: true, table: 32, entry: 54, count: 56, bytes: 56, fields: [8, 16, 24, 32, 40] },
} as const;
const headerBytes = 64;
const mostHeaders = 4096;
const mostNotes = 256;

function* peek(source: ByteSource): Steps<Peek | undefined> {
  const head = new Uint8Array(headerBytes);
  const layout = classes[(source.readInto(0, head) === head.length ? head[4] : 0) as keyof typeof classes] as
    (typeof classes)[keyof typeof classes] | undefined;
  if (layout === undefined || (head[5] !== 1 && head[5] !== 2)) return undefined;
  const endian: Endian = head[5] === 2 ? 'big' : 'little';
  const isLittle = endian === 'little';
  const header = new DataView(head.buffer);
  const wordOf = (view: DataView, at: number): bigint => (layout.wide ? view.getBigUint64(at, isLittle) : BigInt(view.getUint32(at, isLittle)));
  const [entry, count] = [header.getUint16(layout.entry, isLittle), header.getUint16(layout.count, isLittle)];
  const offset = wordOf(header, layout.table);
  const notes: RawNote[] = [];
  const segments: CoreSegment[] = [];
  // One for all: thousands of headers can name the same bytes.
  const budget = new NoteBudget();
  const table = new Uint8Array(entry === layout.bytes && offset < BigInt(source.size) ? Math.min(count, mostHeaders) * layout.bytes : 0);
  const view = new DataView(table.buffer, 0, table.length === 0 ? 0 : source.readInto(Number(offset), table));
  for (let at = 0; at + layout.bytes <= view.byteLength; at += layout.bytes) {
    const type = view.getUint32(at, isLittle);
    const [start, virtual, physical, fileBytes, bytes] = layout.fields.map((field) => wordOf(view, at + field));
    if (start === undefined || virtual === undefined || physical === undefined || fileBytes === undefined || bytes === undefined) break;
    if (type === PT_NOTE && notes.length < mostNotes && budget.bytes > 0)
      append(notes, (yield* readNotes(source, start, fileBytes, endian, budget)).notes.slice(0, mostNotes - notes.length));
    else if (type === PT_LOAD) segments.push({ virtual, physical, bytes });
  }
  return { type: header.getUint16(16, isLittle), osAbi: head[7] ?? 0, notes, segments };
}

const programs: Readonly<Record<number, string>> = {
  1: 'ELF object file (a kernel module, for example)',
  2: 'ELF executable',
  3: 'ELF program or shared object',
};
const ofDumps = /^(CORE|LINUX|VMCOREINFO|QEMU|ERASEINFO|VBCORE)$/;

/** The kind of an ELF file that is not a dump of a kernel; undefined where it may be a damaged one. */
export function* foreignElf(source: ByteSource): Steps<ForeignKind | undefined> {
  const found = yield* peek(source);
  if (found === undefined) return undefined;
  const { type, osAbi, notes, segments } = found;
  if (type === ET_CORE) return processCore(notes, segments, osAbi);
  const name = programs[type];
  if (name === undefined || notes.some(({ owner }) => ofDumps.test(owner))) return undefined;
  return {
    id: 'elf-program',
    name: `${name}, not a core dump`,
    wayOut: 'open the dump that it belongs to; where this is its vmlinux, attach it to that dump',
  };
}
