/** Chooses the dump to compare with the current one if more than two are open. */
import { useStore } from '../hooks/use-store.ts';
import { useCurrentDump, useWorkbench } from '../workbench.ts';
import { Dialog } from '../widgets/dialog/Dialog.tsx';
import { Hostile } from '../widgets/Hostile.tsx';
import { DumpName } from './DumpName.tsx';
import { layOutBeside } from './pane-actions.ts';
import './choice-dialog.css';

export function CompareChooser() {
  const workbench = useWorkbench();
  const all = useStore(workbench.dumps.all);
  const current = useCurrentDump();
  const close = (): void => workbench.overlay.set(undefined);
  return (
    <Dialog
      title={
        <>
          Compare <Hostile text={current?.name ?? ''} /> with…
        </>
      }
      testId="compare-chooser"
      dismiss="Cancel"
      onClose={close}
    >
      <ul className="choice-list">
        {all
          .filter(({ key }) => key !== current?.key)
          .map((other) => {
            return (
              <li key={other.key}>
                <button
                  type="button"
                  className="choice"
                  onClick={() => {
                    close();
                    if (current !== undefined) void layOutBeside(workbench, current.key, other.key);
                  }}
                >
                  <DumpName dump={other} />
                </button>
              </li>
            );
          })}
      </ul>
    </Dialog>
  );
}
