/** Opens one dump whose files are named, or one of the two systems in it. */
import { useState } from 'react';
import { memoryViews, type MemoryView } from '../../shared/model.ts';
import { useStore } from '../hooks/use-store.ts';
import { viewWords } from '../words/dump-way.ts';
import { useWorkbench, type OpeningDraft } from '../workbench.ts';
import { Dialog } from '../widgets/dialog/Dialog.tsx';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { IconButton } from '../widgets/IconButton.tsx';
import './choice-dialog.css';

const viewNotes: Readonly<Record<MemoryView, string>> = {
  all: 'as it lies in the dump',
  prod: 'the one that crashed, its memory put back where it was',
  kdump: 'the one that was started to take the dump',
};

function Form({ draft }: { readonly draft: OpeningDraft }) {
  const { dumps, places, openingDraft, closeDump, shell } = useWorkbench();
  const [paths, setPaths] = useState(draft.paths);
  const [view, setView] = useState<MemoryView>('all');
  const [error, setError] = useState<string>();
  const close = (): void => openingDraft.set(undefined);
  const add = (): void => {
    setError(undefined);
    shell.call('chooseDumps', {}).then(
      (answer) => setPaths((old) => [...new Set([...old, ...answer.paths])]),
      (wrong: unknown) => setError(wrong instanceof Error ? wrong.message : String(wrong)),
    );
  };
  const open = (): void => {
    const [path, ...volumes] = paths;
    if (path === undefined) return;
    close();
    if (draft.instead !== undefined) closeDump(draft.instead);
    const key = dumps.open(path, { ...(volumes.length === 0 ? {} : { volumes }), ...(view === 'all' ? {} : { view }) });
    places.show('overview', key);
  };
  return (
    <Dialog
      title="Open one dump"
      testId="opening-dialog"
      action={{ label: 'Open', run: open, disabled: paths.length === 0, testId: 'opening-open' }}
      error={error}
      onClose={close}
    >
      <p className="dim">
        {paths.length === 0
          ? 'Choose the file. Of a set whose files lie in several folders choose them all: together they are one dump.'
          : paths.length === 1
            ? 'Add the other files of the set, if it has some elsewhere. Those in the same folder are found without.'
            : `${paths.length} files, opened as one dump.`}
      </p>
      <ul className="choice-list">
        {paths.map((path) => (
          <li key={path} className="choice-file">
            <span className="cut code">
              <Hostile text={path} title />
            </span>
            <IconButton icon="close" label={`Leave out ${path}`} onPress={() => setPaths((old) => old.filter((one) => one !== path))} />
          </li>
        ))}
      </ul>
      <button type="button" className="button choice-add" onClick={add} data-testid="opening-add">
        <Icon name="folder-opened" /> {paths.length === 0 ? 'Choose files…' : 'Add files…'}
      </button>
      <fieldset className="choice-views">
        <legend className="caption">Where two systems are in the dump, show</legend>
        {memoryViews.map((one) => (
          <label key={one}>
            <input type="radio" name="view" checked={one === view} onChange={() => setView(one)} data-testid={`opening-${one}`} /> {viewWords[one]}{' '}
            <span className="dim">{viewNotes[one]}</span>
          </label>
        ))}
      </fieldset>
    </Dialog>
  );
}

export function OpeningDialog() {
  const draft = useStore(useWorkbench().openingDraft);
  return draft === undefined ? null : <Form draft={draft} />;
}
