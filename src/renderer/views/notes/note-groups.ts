/** Notes in groups for the tree: by CPU where they have one, the rest by owner. Dump order is kept. */
import type { NoteJson } from '../../../shared/model.ts';

export interface NoteGroup {
  readonly id: string;
  readonly title: string;
  readonly notes: readonly NoteJson[];
}

export function groupNotes(notes: readonly NoteJson[]): readonly NoteGroup[] {
  const groups = new Map<string, { id: string; title: string; notes: NoteJson[] }>();
  for (const note of notes) {
    const id = note.cpu === undefined ? `owner ${note.owner}` : `cpu ${note.cpu}`;
    const title = note.cpu === undefined ? note.owner : `CPU at position ${note.cpu}`;
    const group = groups.get(id) ?? { id, title, notes: [] };
    group.notes.push(note);
    groups.set(id, group);
  }
  return [...groups.values()];
}
