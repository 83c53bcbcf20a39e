import { useEffect, useRef } from 'react';
import { useWorkbench } from '../workbench.ts';
import { commandsOf } from './commands.ts';
import { keysText } from './keymap.ts';
import './overlay.css';

/** Keys that belong to a widget, beside the commands. */
const gridKeys: readonly (readonly [string, string])[] = [
  ['Hex: move by byte or row', 'Arrows'],
  ['Hex: select', 'Shift+Arrows'],
  ['Hex: row start, end', 'Home, End'],
  ['Hex: first byte, end of memory, end of space', 'Ctrl+Home, Ctrl+End'],
  ['Memory strip: move, go there', 'Arrows, Enter'],
  ['Memory strip: zoom, move the window', '+, -, Shift+Arrows'],
];

/** The keyboard map. */
export function Shortcuts({ mac }: { readonly mac: boolean }) {
  const workbench = useWorkbench();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  // The dialog's own closing gives the focus back to where it was.
  const close = (): void => dialog.current?.close();
  const rows = [...commandsOf(workbench).flatMap(({ title, keys }) => (keys === undefined ? [] : [[title, keysText(keys, mac)] as const])), ...gridKeys];
  return (
    <dialog
      ref={dialog}
      className="overlay shortcuts"
      aria-label="Keyboard shortcuts"
      onClose={() => workbench.overlay.set(undefined)}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <h2>Keyboard shortcuts</h2>
      <dl className="shortcut-list">
        {rows.map(([title, keys]) => (
          <div key={title} className="shortcut">
            <dt>{title}</dt>
            <dd>
              <kbd>{keys}</kbd>
            </dd>
          </div>
        ))}
      </dl>
      <button type="button" className="button" onClick={close}>
        Close
      </button>
    </dialog>
  );
}
