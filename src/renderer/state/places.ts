/** Where the user is: tabs, one cursor per dump, and the way back. */
import { adjust, back, emptyHistory, forget, forward, visit, type History } from './history.ts';
import { samePosition, type Position } from './position.ts';
import { createStore, type Readable } from './store.ts';
import { activate, activeTab, closeDumpTabs, closeTab, neighbourTab, noTabs, show, type Tabs } from './tabs.ts';
import type { ViewId } from './view-id.ts';

export interface Place {
  readonly dump: string | undefined;
  readonly view: ViewId;
  readonly position: Position | undefined;
}

export interface Places {
  readonly tabs: Readable<Tabs>;
  readonly cursors: Readable<Readonly<Record<string, Position>>>;
  readonly history: Readable<History<Place>>;
  /** Shows a view of the present dump, or of another one. */
  readonly show: (view: ViewId, dump?: string) => void;
  /** A jump, as from a link or the go-to box. Bytes are looked at in the hex view. */
  readonly goTo: (dump: string, position: Position, view?: ViewId) => void;
  /** A small move of the cursor within a view. */
  readonly moveCursor: (dump: string, position: Position) => void;
  readonly activate: (tab: string) => void;
  readonly step: (tabs: number) => void;
  readonly closeTab: (tab: string) => void;
  readonly dumpClosed: (dump: string) => void;
  readonly back: () => void;
  readonly forward: () => void;
}

const samePlace = (left: Place, right: Place): boolean => left.dump === right.dump && left.view === right.view && samePosition(left.position, right.position);

export function createPlaces(): Places {
  const tabs = createStore<Tabs>(noTabs);
  const cursors = createStore<Readonly<Record<string, Position>>>({});
  const history = createStore<History<Place>>(emptyHistory);

  const here = (): Place | undefined => {
    const tab = activeTab(tabs.get());
    if (tab === undefined) return undefined;
    return { dump: tab.dump, view: tab.view, position: tab.dump === undefined ? undefined : cursors.get()[tab.dump] };
  };
  const arrived = (): void => {
    const place = here();
    if (place !== undefined) history.update((old) => visit(old, place, samePlace));
  };
  const setCursor = (dump: string, position: Position | undefined): void => {
    if (position !== undefined) cursors.update((old) => ({ ...old, [dump]: position }));
  };
  const restore = (moved: History<Place>): void => {
    const place = moved.present;
    if (moved === history.get() || place === undefined) return;
    history.set(moved);
    if (place.dump !== undefined) setCursor(place.dump, place.position);
    tabs.update((old) => show(old, place.view, place.dump));
  };

  return {
    tabs,
    cursors,
    history,
    show(view, dump) {
      tabs.update((old) => show(old, view, dump ?? old.dump));
      arrived();
    },
    goTo(dump, position, view = 'hex') {
      setCursor(dump, position);
      tabs.update((old) => show(old, view, dump));
      arrived();
    },
    moveCursor(dump, position) {
      setCursor(dump, position);
      const place = here();
      if (place?.dump === dump) history.update((old) => adjust(old, place));
    },
    activate(tab) {
      tabs.update((old) => activate(old, tab));
      arrived();
    },
    step(count) {
      const tab = neighbourTab(tabs.get(), count);
      if (tab !== undefined) tabs.update((old) => activate(old, tab.id));
      arrived();
    },
    closeTab(tab) {
      tabs.update((old) => closeTab(old, tab));
      arrived();
    },
    dumpClosed(dump) {
      tabs.update((old) => closeDumpTabs(old, dump));
      cursors.update(({ [dump]: _gone, ...rest }) => rest);
      history.update((old) => forget(old, (place) => place.dump === dump));
    },
    back: () => restore(back(history.get())),
    forward: () => restore(forward(history.get())),
  };
}
