/** Open tabs, as data. A tab is a view of a dump; the job list belongs to the window. Their placement belongs to the dock (dock-layout.ts). */
import { viewIds, type ViewId } from './view-id.ts';

export interface Tab {
  readonly id: string;
  readonly view: ViewId;
  /** Undefined: a view of the window, not of a dump. */
  readonly dump: string | undefined;
  /** Set for additional hex grids of a dump: 2, 3, ... Each has its own cursor; the first one uses the dump's. */
  readonly grid?: number;
}

export interface Tabs {
  readonly open: readonly Tab[];
  readonly active: string | undefined;
  /** The dump that actions apply to: that of the active tab, otherwise the last one viewed. */
  readonly dump: string | undefined;
}

export const noTabs: Tabs = { open: [], active: undefined, dump: undefined };

const windowViews: ReadonlySet<ViewId> = new Set<ViewId>(['annotations', 'fleet', 'jobs', 'settings']);
export const isWindowView = (view: ViewId): boolean => windowViews.has(view);

export const activeTab = (tabs: Tabs): Tab | undefined => tabs.open.find((tab) => tab.id === tabs.active);

/** The tab of a view, whether it is open or not. */
export function tabOf(view: ViewId, dump: string | undefined, grid?: number): Tab {
  const owner = isWindowView(view) ? undefined : dump;
  const id = `${owner ?? 'window'}/${view}`;
  return grid === undefined ? { id, view, dump: owner } : { id: `${id}/${grid}`, view, dump: owner, grid };
}

/** The tab with an id. */
export function tabFrom(id: string): Tab | undefined {
  const [owner = '', name, grid] = id.split('/');
  const view = viewIds.find((one) => one === name);
  if (view === undefined) return undefined;
  return tabOf(view, owner === 'window' ? undefined : owner, grid === undefined ? undefined : Number(grid));
}

/** Whose cursor a tab shows: the dump's, or its own. */
export const cursorKey = (tab: Tab): string | undefined => (tab.grid === undefined ? tab.dump : tab.id);

export function activate(tabs: Tabs, id: string): Tabs {
  const tab = tabs.open.find((one) => one.id === id);
  if (tab === undefined || (tabs.active === id && tabs.dump === (tab.dump ?? tabs.dump))) return tabs;
  return { ...tabs, active: id, dump: tab.dump ?? tabs.dump };
}

/** Shows a tab: the open one, otherwise a new one after the last of its dump. */
export function showTab(tabs: Tabs, tab: Tab): Tabs {
  if (tabs.open.some((one) => one.id === tab.id)) return activate(tabs, tab.id);
  const last = tab.dump === undefined ? -1 : tabs.open.findLastIndex((one) => one.dump === tab.dump);
  const at = last === -1 ? tabs.open.length : last + 1;
  return { open: tabs.open.toSpliced(at, 0, tab), active: tab.id, dump: tab.dump ?? tabs.dump };
}

export const show = (tabs: Tabs, view: ViewId, dump: string | undefined): Tabs => showTab(tabs, tabOf(view, dump));

/** An additional hex grid of a dump, with the lowest free number. */
export function newGrid(tabs: Tabs, dump: string): Tab {
  let grid = 2;
  while (tabs.open.some((tab) => tab.id === tabOf('hex', dump, grid).id)) grid += 1;
  return tabOf('hex', dump, grid);
}

/** @param next the tab that comes to the front if this one was there; by default the one after it */
export function closeTab(tabs: Tabs, id: string, next?: string): Tabs {
  const at = tabs.open.findIndex((tab) => tab.id === id);
  if (at === -1) return tabs;
  const open = tabs.open.toSpliced(at, 1);
  if (tabs.active !== id) return { ...tabs, open };
  const neighbour = open.find((tab) => tab.id === next) ?? open[Math.min(at, open.length - 1)];
  return { open, active: neighbour?.id, dump: neighbour?.dump ?? tabs.dump };
}

/** Closes every tab of a dump; the next dump takes its place. */
export function closeDumpTabs(tabs: Tabs, dump: string): Tabs {
  const open = tabs.open.filter((tab) => tab.dump !== dump);
  // Without a dump the window shows how to open one, not a list of ended jobs. A fleet's catalogue stays: the next dump is opened from it.
  if (open.every((tab) => tab.dump === undefined && tab.view !== 'fleet')) return noTabs;
  const still = open.find((tab) => tab.id === tabs.active);
  const active = still ?? open.find((tab) => tab.dump !== undefined) ?? open[0];
  const left = tabs.dump === dump ? (active?.dump ?? open.find((tab) => tab.dump !== undefined)?.dump) : tabs.dump;
  return { open, active: active?.id, dump: left };
}

/** The tab `step` positions further, wrapping around. */
export function neighbourTab(tabs: Tabs, step: number): Tab | undefined {
  const at = tabs.open.findIndex((tab) => tab.id === tabs.active);
  const count = tabs.open.length;
  return count === 0 ? undefined : tabs.open[(((at + step) % count) + count) % count];
}

/** The same tabs in their order on screen; those not named follow in their previous order. */
export function reorder(tabs: Tabs, ids: readonly string[]): Tabs {
  const rank = new Map(ids.map((id, index) => [id, index]));
  const open = tabs.open.toSorted((left, right) => (rank.get(left.id) ?? ids.length) - (rank.get(right.id) ?? ids.length));
  return open.every((tab, index) => tab === tabs.open[index]) ? tabs : { ...tabs, open };
}
