/** The dock as actions and sessions see it, without its widget: while no tab is open there is none. */
import type { DockLayout, Side } from './dock-layout.ts';
import { layoutTabs } from './dock-layout.ts';
import type { Places } from './places.ts';
import type { Position } from './position.ts';
import { createStore, type Readable } from './store.ts';

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
  readonly layout: () => DockLayout | undefined;
  readonly widget: () => DockWidget | undefined;
  /** The widget says that it is there. Returns the layout that waits for it, if any. */
  readonly attach: (widget: DockWidget) => DockLayout | undefined;
  readonly detach: (widget: DockWidget) => void;
  readonly changed: () => void;
}

export function createDock(places: Places): Dock {
  const version = createStore(0);
  let widget: DockWidget | undefined;
  let waiting: DockLayout | undefined;
  return {
    version,
    widget: () => widget,
    layout: () => widget?.layout() ?? waiting,
    apply(layout, cursors = {}, active) {
      const open = layoutTabs(layout);
      const now = places.tabs.get();
      const wanted = active ?? now.active;
      // The widget first: it places tabs, and tabs that it does not know yet would go to its present pane.
      if (widget === undefined) waiting = open.length === 0 ? undefined : layout;
      else widget.apply(layout);
      places.setTabs(open, open.some(({ id }) => id === wanted) ? wanted : open[0]?.id, cursors);
    },
    attach(fresh) {
      widget = fresh;
      const layout = waiting;
      waiting = undefined;
      return layout;
    },
    detach(old) {
      if (widget === old) widget = undefined;
    },
    changed: () => version.update((old) => old + 1),
  };
}
