/** Writes a bookmark or an annotation. */
import { useState } from 'react';
import { defined } from '../../shared/defined.ts';
import { markColours, type MarkColour } from '../../shared/session-model.ts';
import { positionText } from '../state/position.ts';
import { useStore } from '../hooks/use-store.ts';
import { Dialog } from '../widgets/dialog/Dialog.tsx';
import { useWorkbench, type MarkDraft } from '../workbench.ts';
import { plural } from '../words/numbers.ts';
import './mark-dialog.css';

const titles = {
  bookmark: { add: 'Add a bookmark', edit: 'Edit the bookmark' },
  annotation: { add: 'Add an annotation', edit: 'Edit the annotation' },
} as const;

function Form({ draft }: { readonly draft: MarkDraft }) {
  const { markEdits, markDraft } = useWorkbench();
  const { mark } = draft;
  const [text, setText] = useState(mark?.text ?? '');
  const [colour, setColour] = useState<MarkColour>(mark?.colour ?? (draft.kind === 'bookmark' ? 'blue' : 'yellow'));
  const close = (): void => markDraft.set(undefined);
  const save = (): void => {
    const { space, cpu, address, length } = draft.position;
    const end = address + BigInt(draft.kind === 'bookmark' ? 1 : Math.max(1, length));
    if (mark === undefined) markEdits.add(draft.dump, { kind: draft.kind, space, ...defined({ cpu }), start: address, end, text: text.trim(), colour });
    else markEdits.change(draft.dump, mark.id, { text: text.trim(), colour });
    close();
  };
  const range = draft.kind === 'annotation' ? `, ${plural(Math.max(1, draft.position.length), 'byte')}` : '';
  return (
    <Dialog
      title={titles[draft.kind][mark === undefined ? 'add' : 'edit']}
      testId="mark-dialog"
      size="narrow"
      action={{ label: 'Save', run: save, testId: 'mark-save' }}
      onClose={close}
    >
      <p className="dim code">
        {positionText(draft.position)}
        {range}
      </p>
      <label className="dialog-field">
        <span className="caption">{draft.kind === 'bookmark' ? 'Comment' : 'What these bytes are'}</span>
        <input
          className="input"
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
    </Dialog>
  );
}

export function MarkDialog() {
  const draft = useStore(useWorkbench().markDraft);
  return draft === undefined ? null : <Form key={draft.mark?.id} draft={draft} />;
}
