/** Which notes of two dumps differ: by digests, because damaged dumps have tens of thousands of them, and their bytes take hundreds of MiB. */
import { createHash } from 'node:crypto';
import type { Difference } from '../../shared/compare-model.ts';
import { defined } from '../../shared/defined.ts';
import type { NoteJson } from '../../shared/structure-model.ts';
import { differingFields, type Fields } from './fields.ts';

/** Notes of a dump in their order, made one at a time. A plain array is one. */
export interface ComparedNotes extends Iterable<NoteJson> {
  at(index: number): NoteJson | undefined;
}

/** Characters of values in the differences; of notes beyond these, digests are named. A dump has a few KiB of notes that are compared. */
const shownCharacters = 1 << 20;

interface Noted {
  readonly index: number;
  /** SHA-256 of what is compared. */
  readonly digest: string;
}

interface NoteIndex {
  /** By the name that tells it from others of its kind. */
  readonly notes: ReadonlyMap<string, Noted>;
  readonly counts: ReadonlyMap<string, number>;
}

/** Registers are compared as CPUs and vmcoreinfo by its lines; of a CPU's notes only which ones there are. */
const isComparedElsewhere = (note: NoteJson): boolean => note.cpu !== undefined || note.owner === 'VMCOREINFO';

function fieldsOf(note: NoteJson, name: string): Fields {
  if (note.fields === undefined) return new Map([[name, note.text ?? (note.raw === undefined ? '' : `0x${note.raw}`)]]);
  return new Map(note.fields.flatMap((field) => (field.value === undefined ? [] : [[`${name}.${field.name}`, String(field.value)] as const])));
}

function indexOf(notes: ComparedNotes): NoteIndex {
  const counts = new Map<string, number>();
  const found = new Map<string, Noted>();
  for (const note of notes) {
    const kind = `${note.owner} ${note.name}`;
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    if (isComparedElsewhere(note)) continue;
    const name = number === 1 ? kind : `${kind} (${number})`;
    const hash = createHash('sha256');
    for (const [field, value] of fieldsOf(note, '')) hash.update(`${field}\0${value}\0`);
    found.set(name, { index: note.index, digest: hash.digest('hex') });
  }
  return { notes: found, counts };
}

const none: Fields = new Map();
const digestText = (noted: Noted | undefined): string | undefined => (noted === undefined ? undefined : `SHA-256 ${noted.digest}`);
const lengthOf = (differences: readonly Difference[]): number => differences.reduce((sum, { left = '', right = '' }) => sum + left.length + right.length, 0);

/** What differs, in the order of the left dump, then what only the right one has, then how many notes of each kind there are. */
export function differingNotes(left: ComparedNotes, right: ComparedNotes): Difference[] {
  const [one, other] = [indexOf(left), indexOf(right)];
  const differences: Difference[] = [];
  let shown = 0;
  const differ = (name: string, before: Noted | undefined, after: Noted | undefined): void => {
    if (before?.digest === after?.digest) return;
    const fields = (notes: ComparedNotes, noted: Noted | undefined): Fields => {
      const note = noted === undefined ? undefined : notes.at(noted.index);
      return note === undefined ? none : fieldsOf(note, name);
    };
    const found =
      shown < shownCharacters
        ? differingFields(fields(left, before), fields(right, after))
        : [{ field: name, ...defined({ left: digestText(before), right: digestText(after) }) }];
    shown += lengthOf(found);
    for (const difference of found) differences.push(difference);
  };
  for (const [name, before] of one.notes) differ(name, before, other.notes.get(name));
  for (const [name, after] of other.notes) if (!one.notes.has(name)) differ(name, undefined, after);
  const counted = ({ counts }: NoteIndex): Fields => new Map(Array.from(counts, ([kind, count]) => [`${kind}: notes`, String(count)]));
  for (const difference of differingFields(counted(one), counted(other))) differences.push(difference);
  return differences;
}
