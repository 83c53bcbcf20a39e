/** What lies over the page and has the keyboard to itself: the rest is inert until it closes, then the focus is back where it was. */
import { useLayoutEffect, useRef, type ReactNode } from 'react';
import './modal.css';

interface ModalProps {
  readonly className: string;
  /** Its name for those who do not see it: words of its own, or the id of the element that holds them. */
  readonly name: { readonly label: string } | { readonly labelledBy: string };
  readonly testId: string;
  /** A press outside closes it: only where nothing that was typed would be lost. */
  readonly light?: boolean;
  /** Keys that are pressed are being recorded: none of them runs an action. */
  readonly takesKeys?: boolean;
  /** It is closed when its owner renders it no more. */
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Modal({ className, name, testId, light = false, takesKeys = false, onClose, children }: ModalProps) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    // An element that is only taken out of the page leaves the focus nowhere.
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      className={`modal ${className}`}
      aria-label={'label' in name ? name.label : undefined}
      aria-labelledby={'labelledBy' in name ? name.labelledBy : undefined}
      // The event comes later: by then it may be open again.
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
