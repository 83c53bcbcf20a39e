import { useState } from 'react';
import { Hostile } from '../../widgets/Hostile.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { byteText } from '../../../shared/units.ts';
import type { NoteGroup } from './note-groups.ts';

export type NoteChoice = { readonly kind: 'vmcoreinfo' } | { readonly kind: 'note'; readonly index: number };

interface NoteTreeProps {
  readonly groups: readonly NoteGroup[];
  readonly choice: NoteChoice;
  readonly onChoose: (choice: NoteChoice) => void;
}

/** Maximum number of notes rendered at once; beyond that, a group's notes are rendered when it is expanded. */
const mostShown = 256;

function NoteGroupItem({
  group,
  choice,
  onChoose,
  isOpen: isOpenAtFirst,
}: Omit<NoteTreeProps, 'groups'> & { readonly group: NoteGroup; readonly isOpen: boolean }) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  return (
    <details className="note-group" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Hostile text={group.title} /> <span className="dim">{group.notes.length}</span>
      </summary>
      {isOpen ? (
        <ul>
          {group.notes.map((note) => {
            const current = choice.kind === 'note' && choice.index === note.index;
            return (
              <li key={note.index}>
                <button
                  type="button"
                  className={current ? 'note-item current' : 'note-item'}
                  aria-current={current}
                  onClick={() => onChoose({ kind: 'note', index: note.index })}
                  data-testid={`note-${note.index}`}
                >
                  <span className="cut" title={note.title}>
                    <Hostile text={note.name} />
                  </span>
                  <span className="dim note-bytes">{byteText(note.bytes)}</span>
                </button>
              </li>
            );
          })}
        </ul>
      ) : null}
    </details>
  );
}

export function NoteTree({ groups, choice, onChoose }: NoteTreeProps) {
  const isFew = groups.reduce((sum, { notes }) => sum + notes.length, 0) <= mostShown;
  return (
    <>
      <button
        type="button"
        className={choice.kind === 'vmcoreinfo' ? 'note-item current' : 'note-item'}
        aria-current={choice.kind === 'vmcoreinfo'}
        onClick={() => onChoose({ kind: 'vmcoreinfo' })}
        data-testid="vmcoreinfo-item"
      >
        <span>
          <Icon name="file-text" /> vmcoreinfo as text
        </span>
      </button>
      {groups.map((group) => (
        <NoteGroupItem key={group.id} group={group} choice={choice} onChoose={onChoose} isOpen={isFew} />
      ))}
    </>
  );
}
