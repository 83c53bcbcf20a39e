/** The command palette: type, choose with the arrows, Enter. */
import { useEffect, useState, type KeyboardEvent } from 'react';
import { useWorkbench } from '../workbench.ts';
import { Modal } from '../widgets/dialog/Modal.tsx';
import { Hostile } from '../widgets/Hostile.tsx';
import { offeredActions } from './actions.ts';
import type { Action } from './action.ts';
import { matchActions } from './action-match.ts';
import { keysText } from './keymap.ts';
import './command-palette.css';

export function CommandPalette({ mac }: { readonly mac: boolean }) {
  const workbench = useWorkbench();
  const [actions] = useState(() => offeredActions(workbench).filter(({ id }) => id !== 'app.palette'));
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState(0);
  const found = matchActions(actions, typed);
  const at = Math.min(chosen, found.length - 1);
  useEffect(() => {
    document.getElementById(`command-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [at]);

  const close = (): void => workbench.overlay.update((now) => (now === 'palette' ? undefined : now));
  const run = (action: Action | undefined): void => {
    close();
    // After the dialog has returned the focus: an action may need it.
    if (action !== undefined) setTimeout(action.run);
  };
  const keys = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && found.length > 0) {
      event.preventDefault();
      setChosen((at + step + found.length) % found.length);
    }
    if (event.key === 'Enter') {
      // The key must not reach the button that regains the focus.
      event.preventDefault();
      run(found[at]);
    }
  };
  return (
    <Modal className="palette" name={{ label: 'Command palette' }} testId="palette" light onClose={close}>
      <input
        className="palette-input"
        role="combobox"
        aria-label="Command"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.length === 0 ? undefined : `command-${at}`}
        placeholder="Type a command"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={keys}
      />
      <ul id="palette-list" className="palette-list" role="listbox" aria-label="Commands">
        {found.map((action, index) => (
          <li
            key={action.id}
            id={`command-${index}`}
            role="option"
            aria-selected={index === at}
            className={index === at ? 'palette-item chosen' : 'palette-item'}
            onClick={() => run(action)}
            onPointerMove={() => setChosen(index)}
          >
            <span className="cut">
              <Hostile text={action.title} />
            </span>
            {action.keys === undefined ? null : <kbd>{keysText(action.keys, mac)}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 ? <p className="palette-none dim">No command matches.</p> : null}
    </Modal>
  );
}
