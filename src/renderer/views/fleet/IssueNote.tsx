import { useState, type SyntheticEvent } from 'react';
import { Hostile } from '../../widgets/Hostile.tsx';
import { useWorkbench } from '../../workbench.ts';
import type { ChangeIssue } from './use-fleet.ts';

/** The draft, and the saved note from which it started. */
interface Draft {
  readonly text: string;
  readonly was: string;
}

/** The note of an issue. A change that another user has saved meanwhile is shown and not overwritten. */
export function IssueNote({ note, onChange }: { readonly note: string; readonly onChange: ChangeIssue }) {
  const { tell } = useWorkbench();
  const [draft, setDraft] = useState<Draft>();
  const isOvertaken = draft !== undefined && draft.was !== note;
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (draft === undefined) return;
    onChange({ note: draft.text, noteWas: draft.was }).then(() => setDraft(undefined), tell);
  };
  return (
    <form className="fleet-note" onSubmit={save}>
      <label className="caption" htmlFor="fleet-note">
        Note
      </label>
      <textarea
        id="fleet-note"
        className="input"
        rows={3}
        maxLength={100_000}
        placeholder="What is known about it, and what to do"
        value={draft?.text ?? note}
        onChange={({ currentTarget }) => setDraft({ text: currentTarget.value, was: draft?.was ?? note })}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save(event);
        }}
        data-testid="fleet-note"
      />
      {isOvertaken ? (
        <p className="tone-warn selectable" role="status">
          Someone else has changed the note in the meantime: <Hostile text={note} />
        </p>
      ) : null}
      {draft === undefined ? null : (
        <div className="fleet-buttons">
          {isOvertaken ? (
            <button type="button" className="button" onClick={() => setDraft({ text: `${note}\n${draft.text}`, was: note })}>
              Add mine below it
            </button>
          ) : (
            <button type="submit" className="button primary" data-testid="fleet-note-save">
              Save note
            </button>
          )}
          <button type="button" className="button" onClick={() => setDraft(undefined)}>
            Discard
          </button>
        </div>
      )}
    </form>
  );
}
