/** Opens one dump whose files are named, or one of the two systems in it. */
import { useState } from 'react';
import type { MemoryView } from '../../shared/model.ts';
import { useStore } from '../hooks/use-store.ts';
import { plural } from '../words/numbers.ts';
import { useWorkbench, type OpeningDraft } from '../workbench.ts';
import { Dialog } from '../widgets/dialog/Dialog.tsx';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { IconButton } from '../widgets/IconButton.tsx';
import { draftOf, noSaid, SaidFields, saidOfDraft, type SaidDraft } from './SaidFields.tsx';
import './choice-dialog.css';

function Form({ draft }: { readonly draft: OpeningDraft }) {
  const { dumps, places, openingDraft, closeDump, askPaths, catalogue, shell } = useWorkbench();
  const { views } = useStore(catalogue);
  const [paths, setPaths] = useState(draft.paths);
  const [view, setView] = useState<MemoryView>('all');
  const before = draft.instead === undefined ? undefined : dumps.find(draft.instead)?.said;
  const [said, setSaid] = useState<SaidDraft>(() => (before === undefined ? noSaid : draftOf(before, draft.paths)));
  const [error, setError] = useState<string>();
  const fail = (wrong: unknown): void => setError(wrong instanceof Error ? wrong.message : String(wrong));
  const close = (): void => openingDraft.set(undefined);
  const add = (): void => {
    setError(undefined);
    askPaths().then((more) => setPaths((old) => [...new Set([...old, ...more])]), fail);
  };
  const chooseKey = (): void => {
    setError(undefined);
    shell.call('chooseCommunicationKey', {}).then(({ path }) => {
      if (path !== undefined) setSaid((old) => ({ ...old, key: path }));
    }, fail);
  };
  const open = (): void => {
    const [path, ...volumes] = paths;
    if (path === undefined) return;
    const given = saidOfDraft(said, paths);
    if (typeof given === 'string') {
      setError(given);
      return;
    }
    close();
    if (draft.instead !== undefined) closeDump(draft.instead);
    const key = dumps.open(path, { ...(volumes.length === 0 ? {} : { volumes }), ...(view === 'all' ? {} : { view }), said: given });
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
          ? 'Choose the file. If a set spans several folders, select all its files; they open as one dump.'
          : paths.length === 1
            ? 'Add the files of the set that are in other folders. Those in the same folder are found automatically.'
            : `${plural(paths.length, 'file')}, opened as one dump.`}
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
        <legend className="caption">If the dump holds two systems, show</legend>
        {views.map(({ id, title, about }) => (
          <label key={id}>
            <input type="radio" name="view" checked={id === view} onChange={() => setView(id)} data-testid={`opening-${id}`} /> {title}{' '}
            <span className="dim">{about}</span>
          </label>
        ))}
      </fieldset>
      <SaidFields draft={said} paths={paths} change={setSaid} chooseKey={chooseKey} />
    </Dialog>
  );
}

export function OpeningDialog() {
  const draft = useStore(useWorkbench().openingDraft);
  return draft === undefined ? null : <Form draft={draft} />;
}
