/** An overlay that captures the keyboard: the rest of the page is inert until it closes, then the focus returns to where it was. */
import { useLayoutEffect, useRef, type ReactNode } from 'react';
import './modal.css';

interface ModalProps {
  readonly className: string;
  /** Its accessible name: a text, or the id of the element that contains it. */
  readonly name: { readonly label: string } | { readonly labelledBy: string };
  readonly testId: string;
  /** A click outside closes it; only for dialogs in which no input would be lost. */
  readonly light?: boolean;
  /** Key presses are being recorded and do not run actions. */
  readonly takesKeys?: boolean;
  /** It is closed when its owner no longer renders it. */
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Modal({ className, name, testId, light = false, takesKeys = false, onClose, children }: ModalProps) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    // Merely removing the element from the page would lose the focus.
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      className={`modal ${className}`}
      aria-label={'label' in name ? name.label : undefined}
      aria-labelledby={'labelledBy' in name ? name.labelledBy : undefined}
      // The event arrives later: by then it may be open again.
      onClose={(event) => {
        if (!event.currentTarget.open) onClose();
      }}
      onClick={light ? (event) => event.target === event.currentTarget && onClose() : undefined}
      data-testid={testId}
      data-takes-keys={takesKeys ? '' : undefined}
    >
      {children}
    </dialog>
  );
}
