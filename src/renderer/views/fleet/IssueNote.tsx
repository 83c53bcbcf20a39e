import { useState, type SyntheticEvent } from 'react';
import { useWorkbench } from '../../workbench.ts';
import type { ChangeIssue } from './use-fleet.ts';

/** What people know of an issue. Another note than the one that is shown is not written over. */
export function IssueNote({ note, onChange }: { readonly note: string; readonly onChange: ChangeIssue }) {
  const { tell } = useWorkbench();
  const [text, setText] = useState(note);
  const isChanged = text !== note;
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    onChange({ note: text, noteWas: note }).catch(tell);
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
        placeholder="What is known of it, and what to do"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save(event);
        }}
        data-testid="fleet-note"
      />
      {isChanged ? (
        <div className="fleet-buttons">
          <button type="submit" className="button primary" data-testid="fleet-note-save">
            Save note
          </button>
          <button type="button" className="button" onClick={() => setText(note)}>
            Discard
          </button>
        </div>
      ) : null}
    </form>
  );
}
