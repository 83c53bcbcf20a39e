/** A dialog: title, contents that scroll, and one row of buttons that is always visible. */
import { useId, useLayoutEffect, useRef, useState, type ReactNode, type SyntheticEvent } from 'react';
import { Hostile } from '../Hostile.tsx';
import { Icon } from '../Icon.tsx';
import { Modal } from './Modal.tsx';
import './dialog.css';

/** The main action: the first button, and Enter in any of the fields. */
export interface DialogAction {
  readonly label: string;
  /** Closes the dialog when it is done. While its promise is pending the button is busy; a rejection is shown in the dialog, which stays open. */
  readonly run: () => void | Promise<void>;
  readonly disabled?: boolean;
  readonly testId?: string;
}

interface DialogProps {
  readonly title: ReactNode;
  readonly testId: string;
  /** Without an action nothing is lost by closing, so a click outside closes it too. */
  readonly action?: DialogAction;
  /** Label of the button that changes nothing. */
  readonly dismiss?: 'Cancel' | 'Close';
  readonly size?: 'narrow' | 'middle' | 'wide';
  /** An error in something other than the action. */
  readonly error?: string | undefined;
  readonly takesKeys?: boolean;
  /** Called on close by a button, Escape, or a click outside; the owner then no longer renders the dialog. */
  readonly onClose: () => void;
  readonly children: ReactNode;
}

const control = 'input:not([disabled]), select:not([disabled]), button:not([disabled])';

/** Focuses the first field or button: the browser would choose a scrollable part. Among radio buttons it is the selected one. */
function firstControl(form: HTMLElement): HTMLElement | null {
  const first = form.querySelector<HTMLElement>(control);
  return first instanceof HTMLInputElement && first.type === 'radio' ? (form.querySelector<HTMLElement>('[type="radio"]:checked') ?? first) : first;
}

export function Dialog(props: DialogProps) {
  const { title, testId, action, size = 'middle', error, takesKeys = false, onClose, children } = props;
  const { dismiss = action === undefined ? 'Close' : 'Cancel' } = props;
  const heading = useId();
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    if (form.current !== null) firstControl(form.current)?.focus();
  }, []);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string>();
  const run = async ({ run: act }: DialogAction): Promise<void> => {
    setFailed(undefined);
    setBusy(true);
    try {
      await act();
    } catch (wrong) {
      setFailed(wrong instanceof Error ? wrong.message : String(wrong));
    }
    setBusy(false);
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (action === undefined) onClose();
    else if (!busy) void run(action);
  };
  const wrong = failed ?? error;
  return (
    <Modal
      className={`dialog dialog-${size}`}
      name={{ labelledBy: heading }}
      testId={testId}
      light={action === undefined}
      takesKeys={takesKeys}
      onClose={onClose}
    >
      <form ref={form} className="dialog-form" onSubmit={submit} aria-busy={busy}>
        <h2 className="dialog-title" id={heading}>
          {title}
        </h2>
        <div className="dialog-body">{children}</div>
        {wrong === undefined ? null : (
          <p className="dialog-error tone-bad" role="alert" data-testid="dialog-error">
            <Hostile text={wrong} />
          </p>
        )}
        <div className="dialog-buttons">
          {action === undefined ? null : (
            // Not disabled while it is busy: it would lose the focus.
            <button type="submit" className="button primary" disabled={action.disabled} aria-disabled={busy} data-testid={action.testId}>
              {busy ? <Icon name="loading" spin /> : null}
              {action.label}
            </button>
          )}
          <button type={action === undefined ? 'submit' : 'button'} className="button" onClick={action === undefined ? undefined : onClose}>
            {dismiss}
          </button>
        </div>
      </form>
    </Modal>
  );
}
