/**
 * The note that an export carries: what it was made from, and what of that was lost before. An ELF file or kdump-compressed file is whole by its own headers
 * although the dump it was exported from was cut off; without this note it would pass as a complete dump.
 */
import * as v from 'valibot';
import { fact, type Fact } from '../../shared/fact.ts';
import type { Finding } from '../../shared/model.ts';
import type { DumpImage, RawNote } from './dump-format.ts';

export const exportNoteOwner = 'DUMPBENCH';
/** "DB", then the version of what is in it. Tools tell notes by type alone, whoever owns them: a small number would be a register set to them. */
const exportNoteType = 0x4442_0001;
/** What is read of a note and of a text in it: a file may claim anything. */
const mostBytes = 65_536;
const mostLosses = 16;
const shortText = v.pipe(v.string(), v.maxLength(300));

const exportNoteSchema = v.object({
  /** Name and version of the program. */
  tool: shortText,
  /** The dump that it was made from. */
  source: v.object({ format: shortText, producer: v.optional(shortText), complete: v.boolean(), losses: v.pipe(v.array(shortText), v.maxLength(mostLosses)) }),
  view: shortText,
  /** True where ranges of addresses were asked for: what lies outside of them is not in the file. */
  part: v.boolean(),
  /** Levels by which pages were left out. */
  filter: v.pipe(v.array(shortText), v.maxLength(mostLosses)),
});
export type ExportNote = v.InferOutput<typeof exportNoteSchema>;

type Source = Pick<DumpImage, 'format' | 'container' | 'findings'>;

/** What the note says of the dump that is exported. Names of files stay out of it: a dump is handed on. */
export function exportSource({ format, container, findings }: Source): ExportNote['source'] {
  const losses = new Set(findings.filter(({ severity }) => severity === 'error').map(({ title }) => title.slice(0, 300)));
  return {
    format,
    ...(container.producer === undefined ? {} : { producer: container.producer.value.slice(0, 300) }),
    complete: container.complete.value,
    losses: [...losses].slice(0, mostLosses),
  };
}

/** The note as it goes into a file. */
export const writeExportNote = (note: ExportNote): { readonly owner: string; readonly type: number; readonly desc: Uint8Array } => ({
  owner: exportNoteOwner,
  type: exportNoteType,
  desc: Buffer.from(`${JSON.stringify(note)}\0`),
});

function readNote({ owner, type, desc }: RawNote): ExportNote | undefined {
  if (owner !== exportNoteOwner || type !== exportNoteType || desc.length > mostBytes) return undefined;
  try {
    const result = v.safeParse(exportNoteSchema, JSON.parse(Buffer.from(desc).toString('utf8').replace(/\0+$/, '')));
    return result.success ? result.output : undefined;
  } catch {
    // No JSON: a damaged note says nothing.
    return undefined;
  }
}

/** The program that wrote the dump of which this is an export, and that it is one; undefined for any other file. */
export function exportProducer(notes: readonly RawNote[]): Fact<string> | undefined {
  const note = notes.findLast((one) => readNote(one) !== undefined);
  const read = note === undefined ? undefined : readNote(note);
  if (read === undefined) return undefined;
  const { producer } = read.source;
  // An export of an export names the writer of the first one already.
  return fact(
    producer === undefined || producer.startsWith('Dumpbench')
      ? 'Dumpbench export'
      : producer.replace(/(, exported by Dumpbench)?$/, ', exported by Dumpbench'),
    'DUMPBENCH note',
  );
}

const left = ({ part, filter, view }: ExportNote): string =>
  [
    ...(view === 'all' ? [] : [`view ${view}`]),
    ...(part ? ['only the ranges that were asked for'] : []),
    ...(filter.length === 0 ? [] : [`filtered by ${filter.join(', ')}`]),
  ].join('; ') || 'all of its memory';

/** What the notes of exports say, of each export that the file went through. */
export function exportFindings(notes: readonly RawNote[]): readonly Finding[] {
  return notes.flatMap((note): Finding[] => {
    const read = readNote(note);
    if (read === undefined) return [];
    const { source } = read;
    const where = { fileOffset: note.descOffset, bytes: note.desc.length };
    const what = `${read.tool} exported it from a dump in the format ${source.format} (${left(read)})`;
    const losses = source.losses.length === 0 ? '' : `: ${source.losses.join('; ')}`;
    if (source.complete) return [{ id: 'container/export', severity: 'info', title: 'This file is an export of another dump', detail: what, where }];
    return [
      {
        id: 'container-complete/export-source',
        severity: 'error',
        title: 'The dump that this file was exported from is incomplete',
        detail: `${what}, which was not complete${losses}; what it lacked is not in this file either`,
        where,
      },
    ];
  });
}
