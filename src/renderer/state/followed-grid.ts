/** Whose cursor a view uses. Views without bytes of their own follow the hex grid of their dump that was last in front. */
import { activeTab, cursorKey, type Tab, type Tabs } from './tabs.ts';
import { createStore, type Readable } from './store.ts';

/** By dump: the additional hex grid that is followed. For other dumps it is the first grid, whose cursor is the dump's. */
export type FollowedGrids = Readonly<Record<string, string>>;

/** A closed grid is no longer followed. */
function followedNow(old: FollowedGrids, tabs: Tabs): FollowedGrids {
  const tab = activeTab(tabs);
  const front = tab?.view === 'hex' && tab.dump !== undefined ? { [tab.dump]: cursorKey(tab) ?? tab.dump } : {};
  const now = Object.entries({ ...old, ...front }).filter(([dump, owner]) => owner !== dump && tabs.open.some(({ id }) => id === owner));
  const isSame = now.length === Object.keys(old).length && now.every(([dump, owner]) => old[dump] === owner);
  return isSame ? old : Object.fromEntries(now);
}

export function followGrids(tabs: Readable<Tabs>): Readable<FollowedGrids> {
  const followed = createStore<FollowedGrids>({});
  tabs.subscribe(() => followed.update((old) => followedNow(old, tabs.get())));
  return followed;
}

/** @returns undefined for a view of the window while there is no dump */
export function cursorOwner(tab: Tab | undefined, dump: string | undefined, followed: FollowedGrids): string | undefined {
  if (tab?.view === 'hex') return cursorKey(tab);
  const of = tab?.dump ?? dump;
  return of === undefined ? undefined : (followed[of] ?? of);
}
