/** The dock as actions and sessions see it, independent of its widget, which exists only while a tab is open. */
import { layoutTabs, mapLayout, sameArrangement, withTabs, type DockLayout, type Side } from './dock-layout.ts';
import type { Places } from './places.ts';
import type { Position } from './position.ts';
import { createStore, type Readable } from './store.ts';
import type { UndoStack } from './undo.ts';

/** What the widget can do with the active tab and its pane. */
export interface DockWidget {
  readonly layout: () => DockLayout;
  readonly apply: (layout: DockLayout) => void;
  /** Moves the active tab into a new pane on one side of its own. */
  readonly split: (side: Side) => void;
  /** Moves the active tab into the pane on that side, or into a new one at the edge. */
  readonly move: (side: Side) => void;
  readonly focus: (side: Side) => void;
  readonly toggleMaximized: () => void;
  readonly panes: () => number;
}

export interface Dock {
  /** Incremented with each change of the layout, so that it gets saved. */
  readonly version: Readable<number>;
  /** Shows the tabs of a layout, and no others. */
  readonly apply: (layout: DockLayout, cursors?: Readonly<Record<string, Position>>, active?: string) => void;
  /** Applies a layout that the user chose: open tabs stay open, and it can be undone. @param label says what was done */
  readonly arrange: (layout: DockLayout, label: string, active?: string) => void;
  /** Restores an earlier layout; tabs opened since stay, except those in `without`. */
  readonly restore: (layout: DockLayout, without?: ReadonlySet<string>) => void;
  readonly layout: () => DockLayout | undefined;
  /** The layout with all open tabs, even while the widget is removing one of them. */
  readonly settled: () => DockLayout | undefined;
  readonly widget: () => DockWidget | undefined;
  /** Called by the widget once it exists. Returns the layout that waits for it, if any. */
  readonly attach: (widget: DockWidget) => DockLayout | undefined;
  readonly detach: (widget: DockWidget) => void;
  readonly changed: () => void;
}

/** @param hasDump whether a dump is still open: a restored layout must not show a closed one */
export function createDock(places: Places, undo: Pick<UndoStack, 'done'>, hasDump: (dump: string) => boolean): Dock {
  const version = createStore(0);
  let widget: DockWidget | undefined;
  let waiting: DockLayout | undefined;
  /** The layout when no change was in progress. */
  let settled: DockLayout | undefined;

  const apply = (layout: DockLayout, cursors: Readonly<Record<string, Position>> = {}, active?: string): void => {
    const open = layoutTabs(layout);
    const wanted = active ?? places.tabs.get().active;
    // The widget first: it places tabs, and unknown tabs would go to its current pane.
    if (widget === undefined) waiting = open.length === 0 ? undefined : layout;
    else widget.apply(layout);
    settled = layout;
    places.setTabs(open, open.some(({ id }) => id === wanted) ? wanted : open[0]?.id, cursors);
  };
  const restore = (layout: DockLayout, without: ReadonlySet<string> = new Set()): void => {
    const left = mapLayout(layout, (tab) => (without.has(tab.id) || (tab.dump !== undefined && !hasDump(tab.dump)) ? undefined : tab));
    const open = places.tabs.get().open.filter(({ id }) => !without.has(id));
    apply(withTabs(left ?? { direction: 'row', parts: [] }, open));
  };
  const idsOf = (layout: DockLayout): readonly string[] => layoutTabs(layout).map(({ id }) => id);
  const sameIds = (left: readonly string[], right: readonly string[]): boolean => left.toSorted().join() === right.toSorted().join();

  return {
    version,
    apply,
    restore,
    arrange(layout, label, active) {
      const before = settled;
      const after = withTabs(layout, places.tabs.get().open);
      apply(after, {}, active);
      if (before === undefined || sameArrangement(before, after)) return;
      const old = idsOf(before);
      const added = new Set(idsOf(after).filter((id) => !old.includes(id)));
      undo.done({ label, undo: () => restore(before, added), redo: () => restore(after) });
    },
    widget: () => widget,
    layout: () => widget?.layout() ?? waiting,
    settled: () => settled,
    attach(fresh) {
      widget = fresh;
      const layout = waiting;
      waiting = undefined;
      return layout;
    },
    detach(old) {
      if (widget === old) widget = undefined;
    },
    changed() {
      version.update((old) => old + 1);
      const now = widget?.layout();
      const open = places.tabs.get().open.map(({ id }) => id);
      // A move first removes the tab: the layout counts only when every tab is in a pane.
      if (now === undefined || !sameIds(idsOf(now), open)) return;
      const before = settled;
      settled = now;
      if (before === undefined || !sameIds(idsOf(before), open) || sameArrangement(before, now)) return;
      undo.done({ label: 'Moved a tab', undo: () => restore(before), redo: () => restore(now) });
    },
  };
}
