/** The dock as actions and sessions see it, without its widget: while no tab is open there is none. */
import { layoutTabs, mapLayout, sameArrangement, withTabs, type DockLayout, type Side } from './dock-layout.ts';
import type { Places } from './places.ts';
import type { Position } from './position.ts';
import { createStore, type Readable } from './store.ts';
import type { UndoStack } from './undo.ts';

/** What the widget can do with the active tab and its pane. */
export interface DockWidget {
  readonly layout: () => DockLayout;
  readonly apply: (layout: DockLayout) => void;
  /** Moves the active tab into a new pane at a side of its own. */
  readonly split: (side: Side) => void;
  /** Moves the active tab into the pane at that side, or into a new one at the edge. */
  readonly move: (side: Side) => void;
  readonly focus: (side: Side) => void;
  readonly toggleMaximized: () => void;
  readonly panes: () => number;
}

export interface Dock {
  /** Raised with each change of the layout: for saving it. */
  readonly version: Readable<number>;
  /** Shows the tabs of a layout, and no others. */
  readonly apply: (layout: DockLayout, cursors?: Readonly<Record<string, Position>>, active?: string) => void;
  /** Lays out the window as a person chose: tabs that are open stay open, and it can be taken back. @param label says what was done */
  readonly arrange: (layout: DockLayout, label: string, active?: string) => void;
  /** Shows a layout again that was there before; tabs opened since stay, but for those of `without`. */
  readonly restore: (layout: DockLayout, without?: ReadonlySet<string>) => void;
  readonly layout: () => DockLayout | undefined;
  /** The layout with all tabs that are open: also while the widget takes one of them away. */
  readonly settled: () => DockLayout | undefined;
  readonly widget: () => DockWidget | undefined;
  /** The widget says that it is there. Returns the layout that waits for it, if any. */
  readonly attach: (widget: DockWidget) => DockLayout | undefined;
  readonly detach: (widget: DockWidget) => void;
  readonly changed: () => void;
}

/** @param hasDump whether a dump is open still: a layout that is restored must not show another one */
export function createDock(places: Places, undo: Pick<UndoStack, 'done'>, hasDump: (dump: string) => boolean): Dock {
  const version = createStore(0);
  let widget: DockWidget | undefined;
  let waiting: DockLayout | undefined;
  /** As it was when nothing was under way. */
  let settled: DockLayout | undefined;

  const apply = (layout: DockLayout, cursors: Readonly<Record<string, Position>> = {}, active?: string): void => {
    const open = layoutTabs(layout);
    const wanted = active ?? places.tabs.get().active;
    // The widget first: it places tabs, and tabs that it does not know yet would go to its present pane.
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
      // A move takes the tab away first: the layout counts when every tab is somewhere.
      if (now === undefined || !sameIds(idsOf(now), open)) return;
      const before = settled;
      settled = now;
      if (before === undefined || !sameIds(idsOf(before), open) || sameArrangement(before, now)) return;
      undo.done({ label: 'Moved a tab', undo: () => restore(before), redo: () => restore(now) });
    },
  };
}
