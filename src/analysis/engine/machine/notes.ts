/** `notes`: ELF notes, decoded. */
import { type DecodedNote, decodeNote } from '../../notes/index.ts';
import { derived } from '../session/memo.ts';
import type { Session } from '../session/session.ts';
import { defined } from '../../../shared/defined.ts';
import type { NoteJson, NotesJson } from '../../../shared/structure-model.ts';
import { notesByCpu } from '../../formats/cpu-notes.ts';
import { noteFinding } from '../../formats/elf-notes.ts';
import { schemaVersion } from '../../../shared/model.ts';
import type { Missing } from '../../../shared/result.ts';

const rawNoteBytes = 4096;
/** Of an answer: the largest machines have a dozen notes for each of some hundred CPUs. */
const notesInPage = 256;
/** Characters in an answer: what is over before the collector takes it for something that stays. */
const lengthOfPage = 1 << 17;
/** What a field takes, with its title. */
const lengthOfField = 100;

/** Whether the fields or the text are all of a note: its structure has the descriptor's size. Else the bytes are shown as well. */
const saysAll = (decoded: DecodedNote, bytes: number): boolean => decoded.text !== undefined || decoded.view?.size === bytes;

/** The CPU that each note is of, by its index; -1 where it is of none. */
const cpusOfNotes = derived((session: Session): Int32Array => {
  const { notes } = session.image;
  const numbers = new Map(notesByCpu(notes).flatMap((group, cpu) => group.map((note) => [note, cpu] as const)));
  return Int32Array.from(notes, (note) => numbers.get(note) ?? -1);
});

/** All notes of a dump, decoded one at a time: text and bytes of thousands of them take more than is held at once. */
export function* notesOf(session: Session, start = 0): Generator<NoteJson, undefined> {
  const { image } = session;
  const cpus = cpusOfNotes(session);
  // In a flattened stream or a compressed file, positions are those of the file inside: no door can go there, so the bytes come along.
  const atPlace = image.source === session.placed;
  for (let index = start; index < image.notes.length; index += 1) {
    const note = image.notes[index];
    if (note === undefined) return;
    const decoded = decodeNote(note, image.machine);
    const number = cpus[index] ?? -1;
    const cpu = number < 0 ? undefined : number;
    yield {
      index,
      owner: note.owner,
      type: note.type,
      name: decoded.name,
      ...defined({ title: decoded.title, cpu }),
      fileOffset: note.fileOffset,
      ...(atPlace ? { descriptorOffset: note.descOffset } : {}),
      bytes: note.desc.length,
      ...(decoded.view === undefined ? {} : { fields: decoded.view.fields.map(({ doc: _, ...field }) => field) }),
      ...defined({ text: decoded.text, textBytes: decoded.textBytes }),
      ...(atPlace && saysAll(decoded, note.desc.length) ? {} : { raw: Buffer.from(note.desc.subarray(0, rawNoteBytes)).toString('hex') }),
    };
  }
}

/** Findings about what leads to notes, and about notes. */
const ofNotes: ReadonlySet<string> = new Set([noteFinding, 'container-complete/program-headers', 'container-complete/program-header-offset']);

/** What of the notes is not among them. A list without it would look like that of a dump that has no more. */
const missingNotes = ({ image }: Session): readonly Missing[] =>
  image.findings.filter(({ id }) => ofNotes.has(id)).map(({ detail, where }) => ({ what: 'some of the notes', why: detail, ...defined({ where }) }));

/** A page of the notes. @param start index of the first one */
export function describeNotes(session: Session, start = 0): NotesJson {
  const notes: NoteJson[] = [];
  const lost = missingNotes(session);
  const missing = lost.length === 0 ? {} : { missing: [...lost] };
  let length = 0;
  for (const note of notesOf(session, start)) {
    length += (note.text?.length ?? 0) + (note.raw?.length ?? 0) + (note.fields?.length ?? 0) * lengthOfField;
    if (notes.length > 0 && (notes.length === notesInPage || length > lengthOfPage)) return { schema: schemaVersion, notes, next: note.index, ...missing };
    notes.push(note);
  }
  return { schema: schemaVersion, notes, ...missing };
}
