/** Notes in groups for the tree: by CPU if they have one, otherwise by owner. Dump order is kept. */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { NoteJson } from '../../../shared/structure-model.ts';
import { cpuNumber, cpuNumbering } from '../../state/register-lookup.ts';

export interface NoteGroup {
  readonly id: string;
  readonly title: string;
  readonly notes: readonly NoteJson[];
}

/** @param cpus of the dump, for their Linux numbers: a note contains only the position */
export function groupNotes(notes: readonly NoteJson[], cpus: readonly CpuJson[]): readonly NoteGroup[] {
  const numbering = cpuNumbering(cpus);
  const cpuTitle = (position: number): string => {
    const cpu = cpus.find(({ id }) => id === position);
    return cpu === undefined || numbering === 'id' ? `CPU at position ${position}` : `CPU ${cpuNumber(cpu, numbering)}`;
  };
  const groups = new Map<string, { id: string; title: string; notes: NoteJson[] }>();
  for (const note of notes) {
    const id = note.cpu === undefined ? `owner ${note.owner}` : `cpu ${note.cpu}`;
    const title = note.cpu === undefined ? note.owner : cpuTitle(note.cpu);
    const group = groups.get(id) ?? { id, title, notes: [] };
    group.notes.push(note);
    groups.set(id, group);
  }
  return [...groups.values()];
}
