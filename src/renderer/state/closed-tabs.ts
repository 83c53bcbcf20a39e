/** Closes tabs, and remembers them: each group closed together can be reopened where it was. */
import type { Dock } from './dock.ts';
import { mapLayout, paneOf, sameArrangement, type DockLayout } from './dock-layout.ts';
import type { Places } from './places.ts';
import { createStore, type Readable } from './store.ts';
import type { Tab } from './tabs.ts';
import type { UndoStack, UndoStep } from './undo.ts';

export interface ClosedTabs {
  /** Closes tabs that are open. @param label says what was done */
  readonly close: (tabs: readonly string[], label: string) => void;
  /** Reopens what was closed last. */
  readonly reopen: () => void;
  /** How many steps can be reopened. */
  readonly count: Readable<number>;
  readonly dumpClosed: (dump: string) => void;
}

interface Closed {
  readonly tabs: readonly Tab[];
  readonly step: UndoStep;
}

const limit = 50;

export function createClosedTabs(places: Places, dock: Pick<Dock, 'settled' | 'restore'>, undo: Pick<UndoStack, 'done' | 'forget'>): ClosedTabs {
  let closed: readonly Closed[] = [];
  const count = createStore(0);
  const set = (next: readonly Closed[]): void => {
    closed = next.slice(-limit);
    count.set(closed.length);
  };

  const closeNow = (ids: ReadonlySet<string>): void => {
    const layout = dock.settled();
    for (const id of ids) {
      // Its neighbour in the same pane comes to the front, not a tab of another pane.
      const row = (layout === undefined ? undefined : paneOf(layout, id))?.tabs.filter((tab) => tab.id === id || !ids.has(tab.id)) ?? [];
      const at = row.findIndex((tab) => tab.id === id);
      places.closeTab(id, (row[at + 1] ?? row[at - 1])?.id);
    }
  };
  const openAgain = (tabs: readonly Tab[], before: DockLayout | undefined, active: string | undefined): void => {
    const ids = new Set(tabs.map(({ id }) => id));
    const without = before === undefined ? undefined : mapLayout(before, (tab) => (ids.has(tab.id) ? undefined : tab));
    const now = dock.settled();
    const none = places.tabs.get().open.length === 0;
    // As it was, if nothing has moved since; otherwise next to the tabs of the same dump.
    if (before !== undefined && (none || (without !== undefined && now !== undefined && sameArrangement(without, now)))) dock.restore(before);
    else for (const tab of tabs) places.showTab(tab);
    places.activate(tabs.some(({ id }) => id === active) ? (active ?? '') : (tabs[0]?.id ?? ''));
  };

  return {
    count,
    close(wanted, label) {
      const { open, active } = places.tabs.get();
      const tabs = open.filter(({ id }) => wanted.includes(id));
      if (tabs.length === 0) return;
      const before = dock.settled();
      const ids = new Set(tabs.map(({ id }) => id));
      closeNow(ids);
      const keep = (): void => set([...closed, { tabs, step }]);
      const drop = (): void => set(closed.filter((one) => one.step !== step));
      const dumps = new Set(tabs.map(({ dump }) => dump));
      const step: UndoStep = {
        label,
        dump: dumps.size === 1 ? tabs[0]?.dump : undefined,
        undo() {
          drop();
          openAgain(tabs, before, active);
        },
        redo() {
          closeNow(ids);
          keep();
        },
      };
      undo.done(step);
      keep();
    },
    reopen() {
      const last = closed.at(-1);
      if (last === undefined) return;
      undo.forget(last.step);
      last.step.undo();
    },
    dumpClosed: (dump) =>
      set(closed.flatMap(({ tabs, step }) => (tabs.every((tab) => tab.dump === dump) ? [] : [{ tabs: tabs.filter((tab) => tab.dump !== dump), step }]))),
  };
}
