/** Open tabs, as data. A tab is a view of a dump; the job list is of the window. */
import type { ViewId } from './view-id.ts';

export interface Tab {
  readonly id: string;
  readonly view: ViewId;
  /** Undefined: a view of the window, not of a dump. */
  readonly dump: string | undefined;
}

export interface Tabs {
  readonly open: readonly Tab[];
  readonly active: string | undefined;
  /** The dump that commands are about: of the active tab, else the last one that was looked at. */
  readonly dump: string | undefined;
}

export const noTabs: Tabs = { open: [], active: undefined, dump: undefined };

const windowViews: ReadonlySet<ViewId> = new Set<ViewId>(['jobs']);
export const isWindowView = (view: ViewId): boolean => windowViews.has(view);

export const activeTab = (tabs: Tabs): Tab | undefined => tabs.open.find((tab) => tab.id === tabs.active);

export function activate(tabs: Tabs, id: string): Tabs {
  const tab = tabs.open.find((one) => one.id === id);
  return tab === undefined ? tabs : { ...tabs, active: id, dump: tab.dump ?? tabs.dump };
}

/** Shows a view: its tab when there is one, else a new one behind the last of its dump. */
export function show(tabs: Tabs, view: ViewId, dump: string | undefined): Tabs {
  const owner = isWindowView(view) ? undefined : dump;
  const id = `${owner ?? 'window'}/${view}`;
  if (tabs.open.some((tab) => tab.id === id)) return activate(tabs, id);
  const tab: Tab = { id, view, dump: owner };
  const last = owner === undefined ? -1 : tabs.open.findLastIndex((one) => one.dump === owner);
  const at = last === -1 ? tabs.open.length : last + 1;
  return { open: tabs.open.toSpliced(at, 0, tab), active: id, dump: owner ?? tabs.dump };
}

export function closeTab(tabs: Tabs, id: string): Tabs {
  const at = tabs.open.findIndex((tab) => tab.id === id);
  if (at === -1) return tabs;
  const open = tabs.open.toSpliced(at, 1);
  if (tabs.active !== id) return { ...tabs, open };
  const neighbour = open[Math.min(at, open.length - 1)];
  return { open, active: neighbour?.id, dump: neighbour?.dump ?? tabs.dump };
}

/** Closes every tab of a dump; the dump beside it takes its place. */
export function closeDumpTabs(tabs: Tabs, dump: string): Tabs {
  const open = tabs.open.filter((tab) => tab.dump !== dump);
  // Without a dump the window shows how to open one, not a list of ended jobs.
  if (open.every((tab) => tab.dump === undefined)) return noTabs;
  const still = open.find((tab) => tab.id === tabs.active);
  const active = still ?? open.find((tab) => tab.dump !== undefined) ?? open[0];
  const left = tabs.dump === dump ? (active?.dump ?? open.find((tab) => tab.dump !== undefined)?.dump) : tabs.dump;
  return { open, active: active?.id, dump: left };
}

/** The tab `step` places further, around the end. */
export function neighbourTab(tabs: Tabs, step: number): Tab | undefined {
  const at = tabs.open.findIndex((tab) => tab.id === tabs.active);
  const count = tabs.open.length;
  return count === 0 ? undefined : tabs.open[(((at + step) % count) + count) % count];
}
