/** ELF notes as a tree: group, note, fields; VMCOREINFO as searchable text. */
import { useEffect, useMemo, useState } from 'react';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { missingText } from '../../../shared/analysis-text.ts';
import type { Missing } from '../../../shared/result.ts';
import type { NoteJson } from '../../../shared/structure-model.ts';
import { useQuery } from '../../hooks/use-query.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useFollowedCursor } from '../../hooks/use-cursor.ts';
import { plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { NoteDetails } from './NoteDetails.tsx';
import { NoteTree, type NoteChoice } from './NoteTree.tsx';
import { noteAt } from './note-bytes.ts';
import { listedNotes } from './listed-notes.ts';
import { groupNotes } from './note-groups.ts';
import { VmcoreinfoPane } from './VmcoreinfoPane.tsx';
import './notes.css';

const none: readonly NoteJson[] = [];
const noneMissing: readonly Missing[] = [];
const noCpus: readonly CpuJson[] = [];

export function NotesView({ dump }: { readonly dump: OpenDump }) {
  const { engine } = useWorkbench();
  const query = useQuery(dump, 'notes', (handle, signal) => listedNotes(engine, handle, signal));
  const [choice, setChoice] = useState<NoteChoice>({ kind: 'vmcoreinfo' });
  const cpus = dump.triage?.cpus ?? noCpus;
  const notes = query.value?.notes ?? none;
  const lost = query.value?.missing ?? noneMissing;
  const rest = query.value?.more === true;
  // A cursor set in the hex view within a note selects the note here.
  const { position: cursor } = useFollowedCursor(dump.key);
  const found = noteAt(notes, cursor)?.note.index;
  useEffect(() => {
    if (found !== undefined) setChoice({ kind: 'note', index: found });
  }, [found, cursor]);
  const groups = useMemo(() => groupNotes(notes, cpus), [notes, cpus]);
  if (query.value === undefined) {
    return (
      <div className="view">
        <QueryMessage query={query} what="the notes" />
      </div>
    );
  }
  const note = choice.kind === 'note' ? notes.find(({ index }) => index === choice.index) : undefined;
  return (
    <div className="view notes-view">
      <SplitPane name="notes" label="Width of the list of notes" share={0.24} least={[160, 260]} stackBelow={560}>
        <nav className="notes-tree" aria-label="Notes">
          <p className="dim notes-count">
            {notes.length === 0 && lost.length === 0
              ? 'This dump has no ELF notes.'
              : rest
                ? `The first ${plural(notes.length, 'note')}; there are more`
                : plural(notes.length, 'note')}
          </p>
          {lost.map((one) => (
            <p key={missingText(one)} className="tone-warn notes-count">
              Not listed: <Hostile text={missingText(one)} />
            </p>
          ))}
          <NoteTree groups={groups} choice={choice} onChoose={setChoice} />
        </nav>
        <div className="notes-detail">{note === undefined ? <VmcoreinfoPane dump={dump} /> : <NoteDetails key={note.index} dump={dump} note={note} />}</div>
      </SplitPane>
    </div>
  );
}
