/** Where the user is: tabs, one cursor per dump, and the history. */
import { defined } from '../../shared/defined.ts';
import { cursorOwner, followGrids, type FollowedGrids } from './followed-grid.ts';
import { adjust, back, emptyHistory, forget, forward, visit, type History } from './history.ts';
import { samePosition, type Position } from './position.ts';
import { createStore, type Readable } from './store.ts';
import {
  activate,
  activeTab,
  closeDumpTabs,
  closeTab,
  cursorKey,
  neighbourTab,
  newGrid,
  noTabs,
  reorder,
  show,
  showTab,
  tabOf,
  type Tab,
  type Tabs,
} from './tabs.ts';
import type { ViewId } from './view-id.ts';

export interface Place {
  readonly dump: string | undefined;
  readonly view: ViewId;
  readonly position: Position | undefined;
  /** As in a tab: which of the additional hex grids. */
  readonly grid?: number;
}

export interface Places {
  readonly tabs: Readable<Tabs>;
  /** By dump; additional hex grids have theirs under the id of their tab. */
  readonly cursors: Readable<Readonly<Record<string, Position>>>;
  /** The hex grid of a dump that the other views follow. */
  readonly followed: Readable<FollowedGrids>;
  /** The cursor of the active tab. */
  readonly position: () => Position | undefined;
  readonly history: Readable<History<Place>>;
  /** Shows a view of the current dump, or of another one. */
  readonly show: (view: ViewId, dump?: string) => void;
  /** Shows a tab if it is open, otherwise opens a new one. */
  readonly showTab: (tab: Tab) => void;
  /** A jump, as from a link or the go-to box. Bytes are shown in the hex view. */
  readonly goTo: (dump: string, position: Position, view?: ViewId) => void;
  /** A small move of the cursor within a view. @param owner a dump, or the tab of an additional hex grid */
  readonly moveCursor: (owner: string, position: Position) => void;
  /** Opens an additional hex grid of a dump, at its own place. Returns its tab. */
  readonly openGrid: (dump: string, position: Position | undefined) => Tab;
  /** Sets all tabs to those of a layout. */
  readonly setTabs: (open: readonly Tab[], active: string | undefined, cursors: Readonly<Record<string, Position>>) => void;
  /** The order on screen changed. */
  readonly ordered: (tabs: readonly string[]) => void;
  readonly activate: (tab: string) => void;
  readonly step: (tabs: number) => void;
  /** @param next the tab that comes to the front instead */
  readonly closeTab: (tab: string, next?: string) => void;
  readonly dumpClosed: (dump: string) => void;
  readonly back: () => void;
  readonly forward: () => void;
}

const samePlace = (left: Place, right: Place): boolean =>
  left.dump === right.dump && left.view === right.view && left.grid === right.grid && samePosition(left.position, right.position);

export function createPlaces(): Places {
  const tabs = createStore<Tabs>(noTabs);
  const cursors = createStore<Readonly<Record<string, Position>>>({});
  const history = createStore<History<Place>>(emptyHistory);
  const followed = followGrids(tabs);

  const ownerOf = (tab: Tab | undefined): string | undefined => cursorOwner(tab, tabs.get().dump, followed.get());
  const position = (): Position | undefined => cursors.get()[ownerOf(activeTab(tabs.get())) ?? ''];

  const here = (): Place | undefined => {
    const tab = activeTab(tabs.get());
    if (tab === undefined) return undefined;
    const grid = defined({ grid: tab.grid });
    return { dump: tab.dump, view: tab.view, position: tab.dump === undefined ? undefined : position(), ...grid };
  };
  const arrived = (): void => {
    const place = here();
    if (place !== undefined) history.update((old) => visit(old, place, samePlace));
  };
  const setCursor = (owner: string, position: Position | undefined): void => {
    if (position !== undefined) cursors.update((old) => ({ ...old, [owner]: position }));
  };
  const restore = (moved: History<Place>): void => {
    const place = moved.present;
    if (moved === history.get() || place === undefined) return;
    history.set(moved);
    const tab = tabOf(place.view, place.dump, place.grid);
    const owner = tab.dump === undefined ? undefined : ownerOf(tab);
    if (owner !== undefined) setCursor(owner, place.position);
    tabs.update((old) => showTab(old, tab));
  };

  return {
    tabs,
    cursors,
    history,
    followed,
    position,
    show(view, dump) {
      tabs.update((old) => show(old, view, dump ?? old.dump));
      arrived();
    },
    showTab(tab) {
      tabs.update((old) => showTab(old, tab));
      arrived();
    },
    goTo(dump, position, view = 'hex') {
      // If an additional grid is active, it is the one that jumps.
      const own = activeTab(tabs.get());
      const tab = view === 'hex' && own?.dump === dump && own.grid !== undefined ? own : tabOf(view, dump);
      setCursor(cursorKey(tab) ?? dump, position);
      tabs.update((old) => showTab(old, tab));
      arrived();
    },
    moveCursor(owner, position) {
      setCursor(owner, position);
      const tab = activeTab(tabs.get());
      const place = here();
      if (tab !== undefined && place !== undefined && ownerOf(tab) === owner) history.update((old) => adjust(old, place));
    },
    openGrid(dump, position) {
      const tab = newGrid(tabs.get(), dump);
      setCursor(tab.id, position);
      tabs.update((old) => showTab(old, tab));
      arrived();
      return tab;
    },
    setTabs(open, active, placed) {
      cursors.update((old) => ({ ...old, ...placed }));
      const shown = open.find((tab) => tab.id === active) ?? open[0];
      tabs.set(open.length === 0 ? noTabs : { open, active: shown?.id, dump: shown?.dump ?? open.find((tab) => tab.dump !== undefined)?.dump });
      arrived();
    },
    ordered: (ids) => tabs.update((old) => reorder(old, ids)),
    activate(tab) {
      tabs.update((old) => activate(old, tab));
      arrived();
    },
    step(count) {
      const tab = neighbourTab(tabs.get(), count);
      if (tab !== undefined) tabs.update((old) => activate(old, tab.id));
      arrived();
    },
    closeTab(tab, next) {
      tabs.update((old) => closeTab(old, tab, next));
      arrived();
    },
    dumpClosed(dump) {
      tabs.update((old) => closeDumpTabs(old, dump));
      cursors.update((old) => Object.fromEntries(Object.entries(old).filter(([owner]) => owner !== dump && !owner.startsWith(`${dump}/`))));
      history.update((old) => forget(old, (place) => place.dump === dump));
    },
    back: () => restore(back(history.get())),
    forward: () => restore(forward(history.get())),
  };
}
