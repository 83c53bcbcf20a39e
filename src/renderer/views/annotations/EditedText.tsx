/** The text of a mark: a click edits it in place. Enter saves, Escape discards the change. */
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import type { MarkColour } from '../../../shared/session-model.ts';
import { Hostile } from '../../widgets/Hostile.tsx';

interface EditedTextProps {
  readonly text: string;
  readonly colour: MarkColour;
  readonly label: string;
  readonly editing: boolean;
  readonly onEdit: () => void;
  /** @param changed called with undefined if nothing is to be saved */
  readonly onDone: (changed: string | undefined) => void;
  /** Buttons after the text. */
  readonly children: ReactNode;
}

export function EditedText({ text, colour, label, editing, onEdit, onDone, children }: EditedTextProps) {
  return (
    <span className="edited-text">
      <span className={`mark-dot mark-${colour}`} title={colour} />
      {editing ? (
        <Field text={text} label={label} onDone={onDone} />
      ) : (
        <button type="button" className="edited-words cut" onClick={onEdit}>
          {text === '' ? <span className="dim">no text</span> : <Hostile text={text} title />}
          <span className="unseen">: edit</span>
        </button>
      )}
      {children}
    </span>
  );
}

function Field({ text, label, onDone }: Pick<EditedTextProps, 'text' | 'label' | 'onDone'>) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    input.current?.select();
    // Returns the focus to a row that was edited by key.
    return () => {
      if (before instanceof HTMLElement && before.isConnected && document.activeElement === document.body) before.focus();
    };
  }, []);
  const over = useRef(false);
  const done = (changed: string | undefined): void => {
    // Removing the field also blurs it.
    if (over.current) return;
    over.current = true;
    onDone(changed);
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    const grid = event.currentTarget.closest<HTMLElement>('[role="grid"]');
    done(event.key === 'Enter' ? event.currentTarget.value.trim() : undefined);
    grid?.focus();
  };
  return (
    <input
      ref={input}
      className="input edited-field"
      aria-label={label}
      defaultValue={text}
      maxLength={2000}
      spellCheck={false}
      onKeyDown={onKey}
      onBlur={(event) => done(event.currentTarget.value.trim())}
      data-testid="annotation-text"
    />
  );
}
