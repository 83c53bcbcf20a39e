/** Writes a bookmark or an annotation. */
import { useEffect, useRef, useState } from 'react';
import { markColours, type MarkColour } from '../../shared/session-model.ts';
import { positionText } from '../state/position.ts';
import { useStore } from '../hooks/use-store.ts';
import { useWorkbench, type MarkDraft } from '../workbench.ts';
import { plural } from '../words/numbers.ts';
import './overlay.css';
import './mark-dialog.css';

function Form({ draft }: { readonly draft: MarkDraft }) {
  const { marks, markDraft } = useWorkbench();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [colour, setColour] = useState<MarkColour>(draft.kind === 'bookmark' ? 'blue' : 'yellow');
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  // The dialog's own closing gives the focus back to where it was.
  const close = (): void => dialog.current?.close();
  const save = (event: { preventDefault: () => void }): void => {
    event.preventDefault();
    const { space, cpu, address, length } = draft.position;
    const end = address + BigInt(draft.kind === 'bookmark' ? 1 : Math.max(1, length));
    marks.add(draft.dump, { kind: draft.kind, space, ...(cpu === undefined ? {} : { cpu }), start: address, end, text: text.trim(), colour });
    close();
  };
  const range = draft.kind === 'annotation' ? `, ${plural(Math.max(1, draft.position.length), 'byte')}` : '';
  return (
    <dialog
      ref={dialog}
      className="overlay mark-dialog"
      aria-label={draft.kind === 'bookmark' ? 'Bookmark' : 'Annotation'}
      onClose={() => markDraft.set(undefined)}
      data-testid="mark-dialog"
    >
      <form onSubmit={save}>
        <h2>{draft.kind === 'bookmark' ? 'Bookmark' : 'Annotation'}</h2>
        <p className="dim code">
          {positionText(draft.position)}
          {range}
        </p>
        <label>
          <span className="caption">{draft.kind === 'bookmark' ? 'Comment' : 'What is to be said about these bytes'}</span>
          <input
            className="palette-input"
            value={text}
            maxLength={2000}
            spellCheck={false}
            onChange={(event) => setText(event.currentTarget.value)}
            data-testid="mark-text"
          />
        </label>
        <fieldset className="mark-colours">
          <legend className="caption">Colour</legend>
          {markColours.map((one) => (
            <label key={one} className="mark-choice">
              <input type="radio" name="colour" checked={one === colour} onChange={() => setColour(one)} />
              <span className={`mark-dot mark-${one}`} aria-hidden="true" />
              {one}
            </label>
          ))}
        </fieldset>
        <div className="mark-actions">
          <button type="submit" className="button primary" data-testid="mark-save">
            Save
          </button>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}

export function MarkDialog() {
  const draft = useStore(useWorkbench().markDraft);
  return draft === undefined ? null : <Form draft={draft} />;
}
