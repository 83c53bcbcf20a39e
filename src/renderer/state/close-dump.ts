/** Closes a dump. Undoing this opens it again the same way, with its tabs where they were. */
import { defined } from '../../shared/defined.ts';
import type { Dock } from './dock.ts';
import { mapLayout } from './dock-layout.ts';
import type { OpenDumps } from './open-dumps.ts';
import type { Places } from './places.ts';
import { tabOf } from './tabs.ts';
import type { UndoStack } from './undo.ts';

interface CloserParts {
  readonly dumps: OpenDumps;
  readonly places: Places;
  readonly dock: Pick<Dock, 'settled' | 'restore'>;
  readonly undo: Pick<UndoStack, 'announce'>;
  /** Saves the notes on dumps and their layout: reopening reads them again. */
  readonly flush: () => void;
}

/** @returns a function that closes a dump by its key */
export function createDumpCloser({ dumps, places, dock, undo, flush }: CloserParts): (key: string) => void {
  return (key) => {
    const dump = dumps.find(key);
    if (dump === undefined) return;
    // It had no open tabs.
    if (dump.phase.kind === 'failed') {
      dumps.close(key);
      return;
    }
    const { path, name, volumes, view, said, attachments } = dump;
    flush();
    const layout = dock.settled();
    const cursors = Object.entries(places.cursors.get()).filter(([owner]) => owner === key || owner.startsWith(`${key}/`));
    dumps.close(key);
    /** Its current key: each opening gives a new one. */
    let now = key;
    undo.announce({
      label: `Closed ${name}`,
      undo() {
        now = dumps.open(path, { ...defined({ volumes, view }), said, attachments });
        for (const [owner, position] of cursors) places.moveCursor(owner.replace(key, now), position);
        const mapped = layout === undefined ? undefined : mapLayout(layout, (tab) => (tab.dump === key ? tabOf(tab.view, now, tab.grid) : tab));
        if (mapped !== undefined) dock.restore(mapped);
        places.show('overview', now);
      },
      redo() {
        flush();
        dumps.close(now);
      },
    });
  };
}
