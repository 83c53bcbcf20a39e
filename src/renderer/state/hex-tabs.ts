/** What a hex view shows beside its bytes: the structure that is laid over them, what is looked for, what it said last. By owner of the cursor. */
import type { EngineLink } from '../engine/engine-link.ts';
import { createFindRun, type FindPattern, type FindRun } from './find-run.ts';
import type { Places } from './places.ts';
import type { Position } from './position.ts';
import { createStore, type Readable } from './store.ts';
import { activeTab, cursorKey } from './tabs.ts';

/** A structure at the place where it was laid: moving the cursor does not move it. */
export interface Laid {
  readonly layout: string;
  /** A type that the dump's kernel describes, not one that is declared here. */
  readonly isKernelType?: true;
  readonly at: Position;
  /** Bytes of it, once that is known. */
  readonly size?: number;
}

export interface HexTab {
  readonly laid: Laid | undefined;
  /** The bar for finding is open. */
  readonly isFinding: boolean;
  readonly pattern: FindPattern;
  /** What became of the last action, for people and screen readers. */
  readonly said: string;
}

const emptyTab: HexTab = { laid: undefined, isFinding: false, pattern: { type: 'text', pattern: '' }, said: '' };

export interface HexTabs {
  readonly all: Readable<Readonly<Record<string, HexTab>>>;
  readonly of: (owner: string) => HexTab;
  readonly change: (owner: string, change: Partial<HexTab>) => void;
  /** The search of a view: made when it is first asked for. */
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

export function createHexTabs(call: EngineLink['call'], places: Places): HexTabs {
  const all = createStore<Readonly<Record<string, HexTab>>>({});
  const finds = new Map<string, FindRun>();
  const change: HexTabs['change'] = (owner, changed) => all.update((old) => ({ ...old, [owner]: { ...tabIn(old, owner), ...changed } }));
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
      all.update((old) => Object.fromEntries(Object.entries(old).filter(([owner]) => !isOf(owner, dump))));
    },
  };
}
