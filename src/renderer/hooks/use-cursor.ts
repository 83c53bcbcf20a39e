import { useWorkbench } from '../workbench.ts';
import { cursorOwner } from '../state/followed-grid.ts';
import type { Position } from '../state/position.ts';
import { activeTab } from '../state/tabs.ts';
import { useStore } from './use-store.ts';

export interface Cursor {
  /** As `places.moveCursor` names it. */
  readonly owner: string;
  readonly position: Position | undefined;
}

/** The cursor shown and moved by views of a dump that have no bytes of their own. */
export function useFollowedCursor(dump: string): Cursor {
  const { places } = useWorkbench();
  const owner = useStore(places.followed)[dump] ?? dump;
  return { owner, position: useStore(places.cursors)[owner] };
}

/** The cursor of the active tab. */
export function useActiveCursor(): Position | undefined {
  const { places } = useWorkbench();
  const tabs = useStore(places.tabs);
  const owner = cursorOwner(activeTab(tabs), tabs.dump, useStore(places.followed));
  return useStore(places.cursors)[owner ?? ''];
}
