/** Maps notes to their bytes in the dump file, and back. */
import type { FieldJson, NoteJson } from '../../../shared/structure-model.ts';
import type { Position } from '../../state/position.ts';

/** The note that contains the cursor, and the offset in its descriptor; undefined outside all notes. */
export function noteAt(notes: readonly NoteJson[], cursor: Position | undefined): { readonly note: NoteJson; readonly offset: number } | undefined {
  if (cursor?.space !== 'file') return undefined;
  for (const note of notes) {
    const start = note.descriptorOffset;
    if (start === undefined) continue;
    const offset = cursor.address - BigInt(start);
    if (offset >= 0n && offset < BigInt(note.bytes)) return { note, offset: Number(offset) };
  }
  return undefined;
}

/** The field that contains a byte: the smallest if fields overlap. */
export function fieldAt(fields: readonly FieldJson[] | undefined, offset: number): FieldJson | undefined {
  return fields
    ?.filter((field) => offset >= field.offset && offset < field.offset + field.size)
    .reduce<FieldJson | undefined>((best, field) => (best === undefined || field.size < best.size ? field : best), undefined);
}

/** Where the bytes of a field, or the byte at an offset, are. */
export function bytesAt(note: NoteJson, offset: number, length: number): Position | undefined {
  return note.descriptorOffset === undefined ? undefined : { space: 'file', address: BigInt(note.descriptorOffset + offset), length };
}
