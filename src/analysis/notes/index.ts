/** The registry of note types, and the decoding that follows from it. */
import type { Architecture } from '../arch/architecture-name.ts';
import { everyArchitecture } from '../arch/index.ts';
import type { RawNote } from '../formats/dump-format.ts';
import { asciiText, type Endian } from '../layout/field.ts';
import { view, type StructView } from '../layout/struct.ts';
import { fpregset } from './fpregset.ts';
import { eraseinfoNote, namedNotes, vmcoreinfoNote } from './named.ts';
import type { NoteType } from '../arch/note-type.ts';
import { prpsinfo } from './prpsinfo.ts';
import { prstatus } from './prstatus.ts';
import { xenNotes } from './xen.ts';

export const noteTypes: readonly NoteType[] = [
  prstatus,
  fpregset,
  prpsinfo,
  vmcoreinfoNote,
  eraseinfoNote,
  ...new Set(everyArchitecture.flatMap(({ notes }) => notes.types)),
  ...xenNotes,
  ...namedNotes,
];

/** The type of a note, by owner and number. */
export function noteTypeOf(note: RawNote, architecture: Architecture): NoteType | undefined {
  return noteTypes.find(
    (one) => one.type === note.type && one.owners.includes(note.owner) && (one.architectures === undefined || one.architectures.includes(architecture)),
  );
}

export interface DecodedNote {
  readonly note: RawNote;
  readonly name: string;
  /** What it holds, in words; absent for a type that is not known. */
  readonly title?: string;
  readonly view?: StructView;
  readonly text?: string;
  /** Bytes that the text is of, where the note is longer than is shown. */
  readonly textBytes?: number;
}

/** Texts of kernels take a page (VMCOREINFO_BYTES in include/linux/vmcore_info.h), those of filters some lines. */
const maxTextBytes = 1 << 20;

/** Decodes one note. A descriptor shorter than its layout leaves the fields past its end without value. */
export function decodeNote(note: RawNote, machine: { readonly arch: Architecture; readonly endian: Endian }): DecodedNote {
  const type = noteTypeOf(note, machine.arch);
  if (type === undefined) return { note, name: 'unknown' };
  const named = { note, name: type.name, title: type.title };
  if (type.isText === true) {
    const shown = note.desc.subarray(0, maxTextBytes);
    return { ...named, text: noteText(shown), ...(shown.length < note.desc.length ? { textBytes: shown.length } : {}) };
  }
  const layout = type.layout?.(machine.arch, note.desc.length);
  if (layout === undefined) return named;
  const decoded = view(layout, note.desc, { endian: machine.endian, where: { fileOffset: note.descOffset } });
  // Too short for any field: then the bytes themselves say more.
  return decoded.fields.some(({ value }) => value !== undefined) ? { ...named, view: decoded } : named;
}

/** Lines of text up to the first NUL; everything but line feeds and printable ASCII is escaped. */
export function noteText(desc: Uint8Array): string {
  const end = desc.indexOf(0);
  const used = end === -1 ? desc : desc.subarray(0, end);
  const lines: string[] = [];
  let start = 0;
  for (let at = 0; at <= used.length; at += 1) {
    if (at < used.length && used[at] !== 10) continue;
    lines.push(asciiText(used.subarray(start, at)));
    start = at + 1;
  }
  return lines.join('\n');
}
