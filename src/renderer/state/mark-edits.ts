/** The user's changes of bookmarks and annotations: each step can be undone. */
import { positionText } from './position.ts';
import { markPosition, type Mark, type MarkBook, type NewMark } from './marks.ts';
import type { UndoStack } from './undo.ts';

export interface MarkEdits {
  readonly add: (dump: string, mark: Omit<NewMark, 'made'>) => void;
  readonly change: (dump: string, id: number, change: Partial<Pick<Mark, 'text' | 'colour'>>) => void;
  readonly remove: (dump: string, id: number) => void;
}

/** @param now the time, as ISO 8601 in UTC */
export function createMarkEdits(marks: MarkBook, undo: UndoStack, now: () => string): MarkEdits {
  const named = (mark: Mark): string => `the ${mark.kind} at ${positionText(markPosition(mark))}`;
  return {
    add(dump, mark) {
      const added = marks.add(dump, { ...mark, made: now() });
      undo.done({
        label: `Added ${named(added)}`,
        dump,
        undo: () => void marks.remove(dump, added.id),
        redo: () => marks.putBack(dump, added),
      });
    },
    change(dump, id, change) {
      const before = marks.of(dump).find((mark) => mark.id === id);
      const isSame = before === undefined || ((change.text ?? before.text) === before.text && (change.colour ?? before.colour) === before.colour);
      if (isSame) return;
      marks.change(dump, id, change);
      undo.done({
        label: `Changed ${named(before)}`,
        dump,
        undo: () => marks.putBack(dump, before),
        redo: () => marks.change(dump, id, change),
      });
    },
    remove(dump, id) {
      const gone = marks.remove(dump, id);
      if (gone === undefined) return;
      undo.announce({
        label: `Deleted ${named(gone)}`,
        dump,
        undo: () => marks.putBack(dump, gone),
        redo: () => void marks.remove(dump, id),
      });
    },
  };
}
