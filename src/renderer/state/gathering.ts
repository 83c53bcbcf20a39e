/**
 * Handles files and folders that the user drops or chooses together: files of a set open as one dump, and the dumps in a folder are listed to choose
 * from. A single file is opened directly. Without DOM.
 */
import { andList } from '../../shared/and-list.ts';
import type { Gathered, GatherJson } from '../../shared/gather-protocol.ts';
import { Cancelled } from '../../shared/rpc.ts';
import type { EngineLink } from '../engine/engine-link.ts';
import type { Shell } from '../shell/shell-calls.ts';
import { plural } from '../words/numbers.ts';
import type { Notice } from './notice.ts';
import { fileName } from './open-dump.ts';
import { createStore, type Readable } from './store.ts';

export type GatherState =
  | { readonly kind: 'looking'; readonly paths: readonly string[] }
  | { readonly kind: 'choice'; readonly dumps: readonly Gathered[]; readonly folders: GatherJson['folders'] };

export interface Gathering {
  readonly state: Readable<GatherState | undefined>;
  /** Resolves as soon as it is known whether there is anything to search. */
  readonly open: (paths: readonly string[]) => Promise<void>;
  readonly choose: (chosen: readonly Gathered[]) => void;
  /** Also cancels a running search. */
  readonly dismiss: () => void;
}

interface GatheringParts {
  readonly engine: Pick<EngineLink, 'call' | 'status'>;
  readonly shell: Pick<Shell, 'call'>;
  readonly openOne: (path: string, volumes?: readonly string[]) => void;
  readonly say: (notice: Notice) => void;
  readonly tell: (error: unknown) => void;
}

/** With more files than main accepts in one call, the engine is asked in any case. */
const mostAsked = 64;

const folderOf = (path: string): string => path.replace(/[\\/][^\\/]*$/, '');

/** Files of a set in the same folder as the first are found without being named. */
export function volumesOf({ path, parts = [] }: Gathered): readonly string[] | undefined {
  const others = parts.filter((part) => part !== path);
  return others.some((part) => folderOf(part) !== folderOf(path)) ? others : undefined;
}

/** "12 files are not dumps; 1 file cannot be read": what the list lacks of the folders. Empty if it is complete. */
export function leftOutText(folders: GatherJson['folders']): string {
  const sum = (of: 'noDumps' | 'unreadable' | 'folders' | 'unlisted'): number => folders.reduce((all, one) => all + one[of], 0);
  const parts = [
    [sum('noDumps'), (count: number) => `${plural(count, 'file')} ${count === 1 ? 'is not a dump' : 'are not dumps'}`],
    [sum('unreadable'), (count: number) => `${plural(count, 'file')} cannot be read`],
    [sum('unlisted'), (count: number) => `${plural(count, 'more file')} ${count === 1 ? 'was' : 'were'} not examined`],
    [sum('folders'), (count: number) => `${plural(count, 'subfolder')} ${count === 1 ? 'was' : 'were'} not searched`],
  ] as const;
  return parts.flatMap(([count, words]) => (count === 0 ? [] : [words(count)])).join('; ');
}

/** Resolves once the engine can be asked. */
function whenReady({ status }: Pick<EngineLink, 'status'>): Promise<void> {
  if (status.get().state === 'ready') return Promise.resolve();
  return new Promise((resolve) => {
    const stop = status.subscribe(() => {
      if (status.get().state !== 'ready') return;
      stop();
      resolve();
    });
  });
}

export function createGathering({ engine, shell, openOne, say, tell }: GatheringParts): Gathering {
  const state = createStore<GatherState | undefined>(undefined);
  let asked: AbortController | undefined;

  const dismiss = (): void => {
    asked?.abort();
    asked = undefined;
    state.set(undefined);
  };
  const openAll = (dumps: readonly Gathered[]): void => {
    for (const dump of dumps) openOne(dump.path, volumesOf(dump));
  };
  const take = (paths: readonly string[], { dumps, others, folders }: GatherJson): void => {
    state.set(undefined);
    if (folders.length === 0) {
      // In the order of choice; a set takes the place of its first file.
      const place = (path: string): number => paths.indexOf(path);
      const all = [...dumps, ...others.map((path): Gathered => ({ path, title: '', bytes: 0 }))];
      openAll(all.sort((a, b) => place(a.path) - place(b.path)));
      return;
    }
    for (const path of others) openOne(path);
    if (dumps.length > 1) state.set({ kind: 'choice', dumps, folders });
    else if (dumps.length === 1) openAll(dumps);
    else if (others.length === 0) {
      const names = andList(folders.map(({ path }) => fileName(path)));
      const left = leftOutText(folders);
      say({ tone: 'bad', text: `No dump found in ${names}${left === '' ? ': it contains no files' : `: ${left}`}.` });
    }
  };
  const look = async (paths: readonly string[], hasFolder: boolean): Promise<void> => {
    dismiss();
    const own = new AbortController();
    asked = own;
    state.set({ kind: 'looking', paths });
    try {
      await whenReady(engine);
      const found = await engine.call('gather', { paths: [...paths] }, { signal: own.signal });
      if (asked === own) take(paths, found);
    } catch (error) {
      if (asked !== own) return;
      dismiss();
      // Opening each of them reports what is wrong.
      if (!hasFolder) for (const path of paths) openOne(path);
      else if (!(error instanceof Cancelled)) tell(error);
    }
  };

  return {
    state,
    async open(paths) {
      const [first] = paths;
      if (first === undefined) return;
      const { files } = await shell.call('fileStates', { paths: paths.slice(0, mostAsked) });
      const hasFolder = files.some(({ folder }) => folder === true);
      if (paths.length === 1 && !hasFolder) openOne(first);
      else look(paths, hasFolder).catch(tell);
    },
    choose(chosen) {
      dismiss();
      openAll(chosen);
    },
    dismiss,
  };
}
