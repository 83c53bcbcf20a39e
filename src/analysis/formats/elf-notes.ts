/** Walks the note records of a PT_NOTE segment (elf-vmcore.md section 3: alignment is 4 even in 64-bit cores). */
import type { Finding } from '../../shared/model.ts';
import { append } from '../../shared/append.ts';
import { defined } from '../../shared/defined.ts';
import { stepTurns, type Steps } from '../jobs/steps.ts';
import type { Endian } from '../layout/field.ts';
import { asciiText } from '../layout/field.ts';
import { parse } from '../layout/struct.ts';
import { faultText, readAround, type ByteSource, type FileFault } from '../source/byte-source.ts';
import type { RawNote } from './dump-format.ts';
import { elfNoteHeader, type ProgramHeader } from './elf-layout.ts';
import { LimitedFindings } from './finding-limit.ts';

/** The largest real dumps (512 CPUs with a dozen notes each, thousands with two: some MiB) stay far below: more is a header gone wrong. */
const maxNoteBytes = 32 * 1024 * 1024;
const maxNotes = 65_536;
/** Kernels write one for all CPUs; of the crashed one's there are as many as CPUs before they are merged. */
const maxNoteSegments = 16_384;
/** Owner names are a few letters. */
const maxOwnerBytes = 64;

/** What may still be read of all notes of a dump: a hostile header can list the same bytes as thousands of segments. */
export class NoteBudget {
  bytes = maxNoteBytes;
  notes = maxNotes;
  segments = maxNoteSegments;
}

/** Not with bit operators: a damaged size has all 32 bits, and a negative step would never end. */
const align4 = (size: number): number => Math.ceil(size / 4) * 4;

export interface NoteSegment {
  readonly notes: readonly RawNote[];
  readonly findings: readonly Finding[];
  /** Bytes read from the file. */
  readonly bytes: number;
  /** Why some of the notes are not known. */
  readonly fault?: FileFault;
}

export interface Notes extends NoteSegment {
  /** Where they lie. */
  readonly ranges: readonly { readonly offset: number; readonly bytes: number }[];
}

/** Notes of all PT_NOTE segments of a file, in steps: damaged headers may list a million. */
export function* readNoteSegments(source: ByteSource, segments: Iterable<ProgramHeader>, endian: Endian): Steps<Notes> {
  const budget = new NoteBudget();
  const notes: RawNote[] = [];
  const findings = new LimitedFindings();
  const ranges: { readonly offset: number; readonly bytes: number }[] = [];
  let fault: FileFault | undefined;
  let bytes = 0;
  for (const one of segments) {
    if (budget.segments === 0) {
      findings.push(cutFinding(Number(one.p_offset), 0, `the dump has more than ${maxNoteSegments} note segments; the rest is not read`));
      break;
    }
    budget.segments -= 1;
    const segment = yield* readNotes(source, one.p_offset, one.p_filesz, endian, budget);
    append(notes, segment.notes);
    for (const finding of segment.findings) findings.push(finding);
    fault ??= segment.fault;
    bytes += segment.bytes;
    if (segment.bytes > 0) ranges.push({ offset: Number(one.p_offset), bytes: segment.bytes });
  }
  return { notes, findings: findings.all(), ranges, bytes, ...defined({ fault }) };
}

/** Id of the findings about notes that cannot be read. */
export const noteFinding = 'container-complete/notes';

export const cutFinding = (fileOffset: number, size: number, detail: string): Finding => ({
  id: noteFinding,
  severity: 'error',
  title: 'The note segment is damaged',
  detail,
  where: { fileOffset, bytes: size },
});

/**
 * Notes of one segment, in steps. What is cut off or out of bounds becomes a finding; the notes before it stay.
 * @param start p_offset, whatever it is
 * @param size p_filesz, whatever it is
 */
export function* readNotes(source: ByteSource, start: bigint, size: bigint, endian: Endian, budget = new NoteBudget()): Steps<NoteSegment> {
  if (start >= BigInt(source.size)) {
    const detail = `the note segment begins at file offset 0x${start.toString(16)}, the file has ${source.size} bytes`;
    return { notes: [], findings: [{ id: noteFinding, severity: 'error', title: 'The note segment is not in the file', detail }], bytes: 0 };
  }
  const offset = Number(start);
  const wanted = Number(size < BigInt(budget.bytes) ? size : BigInt(budget.bytes));
  const data = new Uint8Array(Math.min(wanted, source.size - offset));
  const findings: Finding[] = [];
  const lost: { readonly start: number; readonly end: number; readonly fault: FileFault }[] = [];
  const got = readAround(source, offset, data, (from, to, fault) => {
    lost.push({ start: from, end: to, fault });
    // Where the disk has them: the notes may lie in a file within a file (NGDump, flattened dumps).
    findings.push(cutFinding(fault.offset, to - from, `${faultText(fault)}, within the notes`));
  });
  const lostIn = (from: number, to: number): boolean => lost.some((gap) => gap.start < to && gap.end > from);
  budget.bytes -= got;
  if (BigInt(got) < size) {
    const why =
      got < wanted ? `the file ends after ${got} of the ${size} bytes of the notes` : `the note segment claims ${size} bytes; only the first ${got} are read`;
    findings.push(cutFinding(offset, got, why));
  }
  const notes: RawNote[] = [];
  let at = 0;
  // What the disk does not give of a note's header says where the next note is.
  for (let turns = 0; at + elfNoteHeader.size <= got && !lostIn(at, at + elfNoteHeader.size); turns += 1) {
    if (turns % stepTurns === 0) yield;
    const header = parse(elfNoteHeader, data.subarray(at), { endian });
    if (header.n_namesz === 0 && header.n_descsz === 0) break;
    if (budget.notes === 0) {
      findings.push(cutFinding(offset + at, elfNoteHeader.size, `the dump has more than ${maxNotes} notes; the rest is not read`));
      break;
    }
    budget.notes -= 1;
    const descAt = at + elfNoteHeader.size + align4(header.n_namesz);
    const next = descAt + align4(header.n_descsz);
    if (descAt + header.n_descsz > got) {
      findings.push(
        cutFinding(
          offset + at,
          elfNoteHeader.size,
          `note at file offset 0x${(offset + at).toString(16)} (type 0x${header.n_type.toString(16)}) claims a name of ${header.n_namesz} bytes and a descriptor of ${header.n_descsz}, but the segment has ${Math.max(0, got - descAt)} left`,
        ),
      );
      break;
    }
    if (lostIn(at, descAt + header.n_descsz)) {
      at = next;
      continue;
    }
    const owner = asciiText(data.subarray(at + elfNoteHeader.size, at + elfNoteHeader.size + Math.min(header.n_namesz, maxOwnerBytes)));
    notes.push({
      owner,
      type: header.n_type,
      fileOffset: offset + at,
      descOffset: offset + descAt,
      desc: data.subarray(descAt, descAt + header.n_descsz),
    });
    at = next;
  }
  return { notes, findings, bytes: got, ...(lost[0] === undefined ? {} : { fault: lost[0].fault }) };
}
