/** What a hex view shows next to its bytes: the structure applied to them, the search, and the last message. By owner of the cursor. */
import type { EngineLink } from '../engine/engine-link.ts';
import { createFindRun, type FindPattern, type FindRun } from './find-run.ts';
import type { Kept } from './kept.ts';
import { laidKey, laidOwner, readLaid, writeLaid } from './kept-laid.ts';
import type { Laid } from './laid.ts';
import type { Places } from './places.ts';
import { samePosition, type Position } from './position.ts';
import { createStore, type Readable, type Store } from './store.ts';
import { activeTab, cursorKey } from './tabs.ts';

export interface HexTab {
  readonly laid: Laid | undefined;
  /** The find bar is open. */
  readonly isFinding: boolean;
  readonly pattern: FindPattern;
  /** The outcome of the last action, for users and screen readers. */
  readonly said: string;
}

const emptyTab: HexTab = { laid: undefined, isFinding: false, pattern: { type: 'text', pattern: '' }, said: '' };

export interface HexTabs {
  readonly all: Readable<Readonly<Record<string, HexTab>>>;
  readonly of: (owner: string) => HexTab;
  readonly change: (owner: string, change: Partial<HexTab>) => void;
  /** The search of a view: created when first needed. */
  readonly find: (owner: string) => FindRun;
  readonly dumpClosed: (dump: string) => void;
}

export const tabIn = (all: Readonly<Record<string, HexTab>>, owner: string): HexTab => all[owner] ?? emptyTab;

/** The dump and the owner of the cursor of the hex view in front; undefined while another view is. */
export function frontHex(places: Places): { readonly dump: string; readonly owner: string } | undefined {
  const tab = activeTab(places.tabs.get());
  const owner = tab?.view === 'hex' ? cursorKey(tab) : undefined;
  return tab?.dump === undefined || owner === undefined ? undefined : { dump: tab.dump, owner };
}

/** @param kept what sessions keep of views, including the applied structures */
export function createHexTabs(call: EngineLink['call'], places: Places, kept: Store<Kept>): HexTabs {
  const all = createStore<Readonly<Record<string, HexTab>>>({});
  const finds = new Map<string, FindRun>();
  /** Views in which the user applied or removed a structure: their saved one no longer counts. */
  const decided = new Set<string>();
  const put: HexTabs['change'] = (owner, changed) => all.update((old) => ({ ...old, [owner]: { ...tabIn(old, owner), ...changed } }));
  /** Where the cursor was when the message appeared: a message about a place disappears when the cursor leaves it. */
  const saidAt = new Map<string, Position | undefined>();
  places.cursors.subscribe(() => {
    for (const [owner, position] of saidAt) {
      if (samePosition(position, places.cursors.get()[owner])) continue;
      saidAt.delete(owner);
      put(owner, { said: '' });
    }
  });
  const keep = (owner: string, laid: Laid | undefined): void => {
    decided.add(owner);
    const key = laidKey(owner);
    kept.update(({ [key]: _before, ...others }) => (laid === undefined ? others : { ...others, [key]: writeLaid(laid) }));
  };
  const change: HexTabs['change'] = (owner, changed) => {
    put(owner, changed);
    if (changed.said !== undefined) saidAt.set(owner, places.cursors.get()[owner]);
    if ('laid' in changed) keep(owner, changed.laid);
  };
  kept.subscribe(() => {
    for (const [key, saved] of Object.entries(kept.get())) {
      const owner = laidOwner(key);
      const laid = owner === undefined || decided.has(owner) ? undefined : readLaid(saved);
      if (owner === undefined || laid === undefined) continue;
      decided.add(owner);
      put(owner, { laid });
    }
  });
  const isOf = (owner: string, dump: string): boolean => owner === dump || owner.startsWith(`${dump}/`);
  return {
    all,
    of: (owner) => tabIn(all.get(), owner),
    change,
    find(owner) {
      const known = finds.get(owner);
      if (known !== undefined) return known;
      const run = createFindRun(call);
      finds.set(owner, run);
      run.onArrive(({ start, end }, by, isAround) => {
        places.moveCursor(owner, { space: 'absolute', address: start, length: Number(end - start) });
        change(owner, { said: isAround ? `Continued from the ${by === 1 ? 'start' : 'end'} of memory` : '' });
      });
      return run;
    },
    dumpClosed(dump) {
      for (const [owner, run] of finds) {
        if (!isOf(owner, dump)) continue;
        run.close();
        finds.delete(owner);
      }
      for (const owner of saidAt.keys()) if (isOf(owner, dump)) saidAt.delete(owner);
      for (const owner of decided) if (isOf(owner, dump)) decided.delete(owner);
      all.update((old) => Object.fromEntries(Object.entries(old).filter(([owner]) => !isOf(owner, dump))));
    },
  };
}
