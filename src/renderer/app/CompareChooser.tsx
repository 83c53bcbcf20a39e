/** Which other dump stands beside the current one, where more than two are open. */
import { useEffect, useRef } from 'react';
import { useStore } from '../hooks/use-store.ts';
import { useCurrentDump, useWorkbench } from '../workbench.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { stateIcon } from './DumpSwitcher.tsx';
import { layOutBeside } from './pane-actions.ts';
import './overlay.css';
import './choice-dialog.css';

export function CompareChooser() {
  const workbench = useWorkbench();
  const all = useStore(workbench.dumps.all);
  const current = useCurrentDump();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog
      ref={dialog}
      className="overlay choice-dialog"
      aria-label="Compare with"
      onClose={() => workbench.overlay.set(undefined)}
      onClick={(event) => event.target === dialog.current && close()}
      data-testid="compare-chooser"
    >
      <h2>
        Compare <Hostile text={current?.name ?? ''} /> with…
      </h2>
      <ul className="choice-list">
        {all
          .filter(({ key }) => key !== current?.key)
          .map((other) => {
            const { icon, tone, word } = stateIcon(other);
            return (
              <li key={other.key}>
                <button
                  type="button"
                  className="choice"
                  onClick={() => {
                    close();
                    if (current !== undefined) layOutBeside(workbench, current.key, other.key);
                  }}
                >
                  <span className={`tone-${tone}`} title={word}>
                    <Icon name={icon} spin={icon === 'loading'} />
                    <span className="unseen">{word}: </span>
                  </span>
                  <span className="choice-words">
                    <span className="cut">
                      <Hostile text={other.name} />
                    </span>
                    <span className="cut dim">
                      <Hostile text={other.path} title />
                    </span>
                  </span>
                </button>
              </li>
            );
          })}
      </ul>
      <button type="button" className="button" onClick={close}>
        Cancel
      </button>
    </dialog>
  );
}
