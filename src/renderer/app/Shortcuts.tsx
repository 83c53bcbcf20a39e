/** The keyboard map: every action, and the keys for it. */
import { useState, type KeyboardEvent } from 'react';
import { defined } from '../../shared/defined.ts';
import { useStore } from '../hooks/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { Dialog } from '../widgets/dialog/Dialog.tsx';
import { Hostile } from '../widgets/Hostile.tsx';
import { actionsOf } from './actions.ts';
import { keysOf, keysText } from './keymap.ts';
import './shortcuts.css';

/** Keys that belong to a widget, in addition to those of actions. */
const gridKeys: readonly (readonly [string, string])[] = [
  ['Hex: move by byte or row', 'Arrows'],
  ['Hex: select', 'Shift+Arrows'],
  ['Hex, while finding: next, previous hit', 'Enter, Shift+Enter'],
  ['Hex: row start, end', 'Home, End'],
  ['Hex: first byte, end of memory, end of space', 'Ctrl+Home, Ctrl+End'],
  ['Tab strip: other tab, close', 'Arrows, Delete'],
  ['Divider: move, reset', 'Arrows, Enter'],
  ['Memory strip: move, go there', 'Arrows, Enter'],
  ['Memory strip: zoom, move the window', '+, -, Shift+Arrows'],
];

export function Shortcuts({ mac }: { readonly mac: boolean }) {
  const workbench = useWorkbench();
  const { keys: chosenKeys, shell } = workbench;
  const chosen = useStore(chosenKeys);
  const [asking, setAsking] = useState<string>();
  const [said, setSaid] = useState('');
  const [error, setError] = useState<string>();
  const actions = actionsOf(workbench).filter(({ id }) => !id.startsWith('job.') && !id.startsWith('dump.show.'));

  const save = (action: string, keys: string | undefined): void => {
    setAsking(undefined);
    setError(undefined);
    shell.call('setKeys', { command: action, ...defined({ keys }) }).then(
      (answer) => chosenKeys.set(answer.keys),
      (wrong: unknown) => setError(wrong instanceof Error ? wrong.message : String(wrong)),
    );
  };
  const onKey = (event: KeyboardEvent, action: string): void => {
    if (asking !== action) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') setAsking(undefined);
    else if (event.key === 'Backspace') save(action, '');
    else {
      const keys = keysOf(event, mac);
      if (keys === undefined) return;
      const other = actions.find((one) => one.keys === keys && one.id !== action);
      // With two actions on one key it would be unclear which one runs.
      if (other === undefined) save(action, keys);
      else setSaid(`${keysText(keys, mac)} is already used for "${other.title}".`);
    }
  };
  return (
    <Dialog title="Keyboard shortcuts" testId="shortcuts" error={error} takesKeys={asking !== undefined} onClose={() => workbench.overlay.set(undefined)}>
      <p className="dim" role="status">
        {said === '' ? 'Select a shortcut, then press the new keys; Backspace removes it, Escape keeps it.' : said}
      </p>
      <dl className="shortcut-list">
        {actions.map(({ id, title, keys }) => (
          <div key={id} className="shortcut">
            <dt>
              <Hostile text={title} />
            </dt>
            <dd>
              {chosen[id] === undefined ? null : (
                <button type="button" className="link" onClick={() => save(id, undefined)}>
                  reset
                </button>
              )}{' '}
              <button
                type="button"
                className="shortcut-keys"
                aria-label={`Keys of ${title}: ${keys ?? 'none'}`}
                onClick={() => {
                  setSaid('');
                  setAsking(id);
                }}
                onKeyDown={(event) => onKey(event, id)}
                onBlur={() => setAsking(undefined)}
                data-testid={`keys-${id}`}
              >
                <kbd>{asking === id ? 'press keys…' : keys === undefined ? '—' : keysText(keys, mac)}</kbd>
              </button>
            </dd>
          </div>
        ))}
        {gridKeys.map(([title, keys]) => (
          <div key={title} className="shortcut">
            <dt>{title}</dt>
            <dd>
              <kbd>{keys}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
