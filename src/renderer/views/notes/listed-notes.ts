/** Limits the notes in the view: enough for any real dump, but not the tens of thousands of a damaged one. */
import { defined } from '../../../shared/defined.ts';
import type { NoteJson } from '../../../shared/structure-model.ts';
import type { Missing } from '../../../shared/result.ts';
import { append } from '../../../shared/append.ts';
import type { EngineLink } from '../../engine/engine-link.ts';

/** 512 CPUs of s390x with a dozen notes each. */
const mostListed = 8192;

export async function listedNotes(
  engine: Pick<EngineLink, 'call'>,
  dump: string,
  signal: AbortSignal,
): Promise<{ readonly notes: readonly NoteJson[]; readonly more: boolean; readonly missing: readonly Missing[] }> {
  const listed: NoteJson[] = [];
  for (let start: number | undefined; ;) {
    const { notes, next, missing = [] } = await engine.call('notes', { dump, ...defined({ start }) }, { signal });
    append(listed, notes);
    if (next === undefined) return { notes: listed, more: false, missing };
    if (listed.length >= mostListed) return { notes: listed, more: true, missing };
    start = next;
  }
}
