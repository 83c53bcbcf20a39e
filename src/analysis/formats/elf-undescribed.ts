/**
 * Bytes of an ELF dump that no header describes. Every writer puts headers, notes, memory and sections one after another, with less
 * than a page of padding (elf-vmcore.md sections 1 and 2), so that other bytes are memory whose header is lost, or no part of the dump.
 */
import type { Finding } from '../../shared/model.ts';
import { pageSize, type AddressRange } from '../../shared/units.ts';
import { stepTurns, type Steps } from '../jobs/steps.ts';
import type { Endian } from '../layout/field.ts';
import { parse } from '../layout/struct.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { elfProgramHeader, elfSectionHeader, PT_LOAD, PT_NOTE, type ProgramHeader } from './elf-layout.ts';
import type { ProgramHeaders } from './elf-program-headers.ts';
import { RangeColumns } from './range-columns.ts';

const noBits = 8;
/** A dump of a secure guest has four; more than these are a damaged count. */
const mostSections = 64;
/** Zeros are padding, as a block of a disk or tape has it: so much is looked at of a gap from its beginning on, and spread over it. */
const piecesOfGap = 64;
const pieceBytes = 65_536;
/** Of all gaps: 32 MiB of a file that has none of a writer's. */
const mostPieces = 512;
const mostUncounted = 64;

interface FileRange {
  readonly start: number;
  readonly end: number;
}

export interface ElfFileParts {
  readonly source: ByteSource;
  readonly endian: Endian;
  /** The ELF header and the table of program headers. */
  readonly fixed: readonly { readonly offset: number; readonly bytes: number }[];
  readonly headers: ProgramHeaders;
  readonly sections: { readonly offset: bigint; readonly count: number; readonly entryBytes: number };
}

const held = ({ p_offset, p_filesz }: Pick<ProgramHeader, 'p_offset' | 'p_filesz'>): AddressRange => ({ start: p_offset, end: p_offset + p_filesz });

/** Section headers and what they describe; QEMU writes them in the byte order of its host (elf-vmcore.md section 1). */
function* sectionRanges({ source, sections }: ElfFileParts): Generator<AddressRange, undefined> {
  const { offset, count, entryBytes } = sections;
  if (offset === 0n || entryBytes !== elfSectionHeader.size || offset > BigInt(source.size)) return undefined;
  const bytes = new Uint8Array(Math.min(count, mostSections) * entryBytes);
  const got = source.readInto(Number(offset), bytes);
  yield { start: offset, end: offset + BigInt(bytes.length) };
  for (let at = 0; at + entryBytes <= got; at += entryBytes) {
    for (const endian of ['little', 'big'] as const) {
      const { sh_type, sh_offset, sh_size } = parse(elfSectionHeader, bytes.subarray(at, at + entryBytes), { endian });
      if (sh_type !== 0 && sh_type !== noBits && sh_offset + sh_size <= BigInt(source.size)) yield { start: sh_offset, end: sh_offset + sh_size };
    }
  }
  return undefined;
}

/** The one range of the file that the segments fill, whatever their order, with less than a page between them; undefined where there are gaps. */
function* oneRange(headers: ProgramHeaders): Steps<AddressRange | undefined> {
  let range: AddressRange | undefined;
  let turns = 0;
  for (const load of headers.ofType(PT_LOAD)) {
    if (++turns % stepTurns === 0) yield;
    const { start, end } = held(load);
    if (start === end) continue;
    range ??= { start, end };
    if (start >= range.end + BigInt(pageSize) || end + BigInt(pageSize) <= range.start) return undefined;
    range = { start: start < range.start ? start : range.start, end: end > range.end ? end : range.end };
  }
  return range;
}

function* describedRanges(parts: ElfFileParts, one: AddressRange | undefined): Generator<AddressRange, undefined> {
  for (const { offset, bytes } of parts.fixed) yield { start: BigInt(offset), end: BigInt(offset + bytes) };
  for (const note of parts.headers.ofType(PT_NOTE)) yield held(note);
  if (one === undefined) for (const load of parts.headers.ofType(PT_LOAD)) yield held(load);
  else yield one;
  yield* sectionRanges(parts);
  return undefined;
}

/** The pieces of a gap that are looked at. */
function* lookedPieces({ start, end }: FileRange): Generator<FileRange, undefined> {
  const pieces = Math.ceil((end - start) / pieceBytes);
  for (let at = 0; at < Math.min(pieces, 2 * piecesOfGap); at += 1) {
    const index = at < piecesOfGap ? at : Math.floor(((at - piecesOfGap) * pieces) / piecesOfGap);
    const from = start + index * pieceBytes;
    yield { start: from, end: Math.min(from + pieceBytes, end) };
  }
  return undefined;
}

/** The gaps in which a byte that is looked at is not zero. */
function* filledGaps(source: ByteSource, gaps: Iterable<FileRange>): Steps<FileRange[]> {
  const bytes = new Uint8Array(pieceBytes);
  const filled: FileRange[] = [];
  let looked = 0;
  for (const gap of gaps) {
    for (const { start, end } of lookedPieces(gap)) {
      if ((looked += 1) > mostPieces) return filled;
      yield;
      const piece = bytes.subarray(0, end - start);
      const got = source.readInto(start, piece);
      if (piece.subarray(0, got).every((byte) => byte === 0)) continue;
      filled.push(gap);
      break;
    }
  }
  return filled;
}

/** Where nothing lies that is described, a page and more. */
function* gapsBetween(described: RangeColumns, size: number): Generator<FileRange, undefined> {
  let position = 0;
  for (const { start, end } of described) {
    if (Number(start) >= size) break;
    if (Number(start) - position >= pageSize) yield { start: position, end: Number(start) };
    position = Number(end);
  }
  if (size - position >= pageSize) yield { start: position, end: size };
  return undefined;
}

/** Program headers that follow the table and describe bytes of the gaps: the count of headers is too small. */
function uncounted({ source, endian, fixed }: ElfFileParts, gaps: FileRange): number {
  const table = fixed.at(-1);
  if (table === undefined) return 0;
  const bytes = new Uint8Array(mostUncounted * elfProgramHeader.size);
  const got = source.readInto(table.offset + table.bytes, bytes);
  let count = 0;
  for (; (count + 1) * elfProgramHeader.size <= got; count += 1) {
    const { p_type, p_offset, p_filesz } = parse(elfProgramHeader, bytes.subarray(count * elfProgramHeader.size), { endian });
    if ((p_type !== PT_LOAD && p_type !== PT_NOTE) || p_filesz === 0n || p_offset < BigInt(gaps.start) || p_offset + p_filesz > BigInt(gaps.end)) break;
  }
  return count;
}

/** What nothing describes, in pieces of a page and more that hold anything. @returns undefined where there is none */
export function* undescribedBytes(parts: ElfFileParts): Steps<Finding | undefined> {
  const { source } = parts;
  const one = yield* oneRange(parts.headers);
  const described = yield* RangeColumns.mergedInSteps(describedRanges(parts, one));
  const gaps = yield* filledGaps(source, gapsBetween(described, source.size));
  const [first] = gaps;
  const last = gaps.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const bytes = gaps.reduce((sum, { start, end }) => sum + end - start, 0);
  const more = uncounted(parts, { start: first.start, end: last.end });
  const why =
    more > 0
      ? `${more === 1 ? 'a program header that e_phnum does not count follows' : `${more} program headers that e_phnum does not count follow`} the table and ${more === 1 ? 'describes' : 'describe'} bytes there`
      : 'headers of memory may be lost, or these are other data';
  return {
    id: 'container-complete/undescribed',
    severity: 'error',
    title: 'The file has bytes that no header describes',
    detail: `${bytes} of the ${source.size} bytes of the file, ${gaps.length === 1 ? '' : `in ${gaps.length} places, `}starting at file offset 0x${first.start.toString(16)}, are not all zero and belong to no segment, note or section: ${why}. Whether the dump holds all memory is not known`,
    where: { fileOffset: first.start, bytes: first.end - first.start },
  };
}
