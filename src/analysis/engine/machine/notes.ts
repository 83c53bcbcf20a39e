/** `notes`: ELF notes, decoded. */
import { type DecodedNote, decodeNote } from '../../notes/index.ts';
import type { Session } from '../session/session.ts';
import { defined } from '../../../shared/defined.ts';
import type { NoteJson } from '../../../shared/structure-model.ts';
import { notesByCpu } from '../../memory/cpu-state.ts';
import { schemaVersion } from '../../../shared/model.ts';

const rawNoteBytes = 4096;

/** Whether the fields or the text are all of a note: its structure has the descriptor's size. Else the bytes are shown as well. */
const saysAll = (decoded: DecodedNote, bytes: number): boolean => decoded.text !== undefined || decoded.view?.size === bytes;

export function describeNotes(session: Session): { schema: 1; notes: NoteJson[] } {
  const { image } = session;
  const cpuOf = new Map(notesByCpu(image.notes).flatMap((group, cpu) => group.map((note) => [note, cpu] as const)));
  // In a flattened stream or a compressed file, positions are those of the file inside: no door can go there, so the bytes come along.
  const atPlace = image.source === session.file;
  const notes = image.notes.map((note, index): NoteJson => {
    const decoded = decodeNote(note, image.machine);
    const cpu = cpuOf.get(note);
    return {
      index,
      owner: note.owner,
      type: note.type,
      name: decoded.name,
      ...defined({ title: decoded.title, cpu }),
      fileOffset: note.fileOffset,
      ...(atPlace ? { descriptorOffset: note.descOffset } : {}),
      bytes: note.desc.length,
      ...(decoded.view === undefined ? {} : { fields: decoded.view.fields.map(({ doc: _, ...field }) => field) }),
      ...defined({ text: decoded.text }),
      ...(atPlace && saysAll(decoded, note.desc.length) ? {} : { raw: Buffer.from(note.desc.subarray(0, rawNoteBytes)).toString('hex') }),
    };
  });
  return { schema: schemaVersion, notes };
}
