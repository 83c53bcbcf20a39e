/** Saves the session, and the notes on each dump, while the user works; restores it; exports it as a file. */
import { defined } from '../../shared/defined.ts';
import { parseSession, sessionExtension, type SavedSession } from '../../shared/session-model.ts';
import type { Shell } from '../shell/shell-calls.ts';
import type { Comparisons } from './comparisons.ts';
import type { Dock } from './dock.ts';
import { layoutTabs, mapLayout } from './dock-layout.ts';
import type { Kept } from './kept.ts';
import type { MarkBook } from './marks.ts';
import type { Notice } from './notice.ts';
import type { OpenDump } from './open-dump.ts';
import type { OpenDumps } from './open-dumps.ts';
import type { Places } from './places.ts';
import type { QueryBook } from './query-book.ts';
import { readSession, writeSession, type ShownParts } from './session-file.ts';
import type { Readable, Store } from './store.ts';
import { activeTab } from './tabs.ts';

export interface SessionParts {
  readonly dumps: OpenDumps;
  readonly places: Places;
  readonly dock: Dock;
  readonly marks: MarkBook;
  readonly comparisons: Comparisons;
  readonly queries: QueryBook;
  readonly shown: ShownStores;
  readonly shell: Pick<Shell, 'call'>;
  /** The dump key of an open dump; undefined when it is closed. */
  readonly dumpKeyOf: (key: string) => Promise<string | undefined>;
  readonly notice: Store<Notice | undefined>;
  readonly tell: (error: unknown) => void;
}

/** What views show in addition to their cursors. */
export interface ShownStores {
  readonly shownCpu: Store<Readonly<Record<string, number>>>;
  readonly besideCpus: Store<Readonly<Record<string, readonly number[]>>>;
  readonly kept: Store<Kept>;
  readonly splits: Store<Readonly<Record<string, number>>>;
}

export interface Sessions {
  /** Opens what was open when the window was closed. */
  readonly restoreLast: () => Promise<void>;
  readonly exportFile: () => void;
  readonly importFile: () => void;
  readonly dumpOpened: (key: string) => void;
  /** Immediately saves what has changed. */
  readonly flush: () => void;
}

const delayMs = 400;
const isDigest = (text: string | undefined): text is string => text !== undefined && /^[0-9a-f]{64}$/.test(text);

/** Identifies the dump on which notes were made. */
interface Owner {
  readonly identity: string;
  /** Absent in older sessions. */
  readonly dumpKey?: string | undefined;
}
/** The name under which the notes on a dump are saved; undefined if too little is known about it. */
const fileName = ({ identity, dumpKey }: Owner): string | undefined =>
  isDigest(identity) && isDigest(dumpKey) ? `${identity.slice(0, 32)}.${dumpKey.slice(0, 32)}` : undefined;
const byIdentityAlone = 'they are matched by its headers only, and may have been made on another dump with the same headers';

export function createSessions({ dumps, places, dock, marks, comparisons, queries, shown, shell, dumpKeyOf, notice, tell }: SessionParts): Sessions {
  /** What a session file says about the dumps that it opens, until they are open. */
  const expected = new Map<string, Owner>();
  /** The dumps that were opened last. */
  const owners = new Map<string, Owner>();
  const saved = new Map<string, string>();
  /** Dumps whose own notes have been looked up: before that nothing is saved over them. */
  const known = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const chosenCpus = (): Readonly<Record<string, readonly number[]>> => {
    const beside = shown.besideCpus.get();
    return Object.fromEntries(Object.entries(shown.shownCpu.get()).map(([key, first]) => [key, [first, ...(beside[key] ?? [])]]));
  };
  /** What the user has chosen in this window meanwhile takes precedence. */
  const takeShown = ({ cpus, kept, splits }: ShownParts): void => {
    for (const [key, [first, ...rest]] of Object.entries(cpus)) {
      if (first === undefined || shown.shownCpu.get()[key] !== undefined) continue;
      shown.shownCpu.update((old) => ({ ...old, [key]: first }));
      shown.besideCpus.update((old) => ({ ...old, [key]: rest }));
    }
    shown.kept.update((old) => ({ ...kept, ...old }));
    shown.splits.update((old) => ({ ...splits, ...old }));
  };

  const stateOf = (chosen: readonly OpenDump[]): SavedSession => {
    const keys = new Set(chosen.map(({ key }) => key));
    const whole = dock.layout();
    const layout = whole === undefined ? undefined : mapLayout(whole, (tab) => (tab.dump === undefined || keys.has(tab.dump) ? tab : undefined));
    const named = chosen.map((dump) => ({ ...dump, ...(owners.get(dump.key) ?? expected.get(dump.key)) }));
    return writeSession({
      dumps: named,
      layout,
      active: activeTab(places.tabs.get()),
      cursors: places.cursors.get(),
      marks: marks.all.get(),
      comparisons: comparisons.settings.get(),
      queries: queries.pages.get(),
      ignoreRules: comparisons.ownRules(),
      shown: { cpus: chosenCpus(), kept: shown.kept.get(), splits: shown.splits.get() },
    });
  };
  const save = (name: string, session: SavedSession): void => {
    const text = JSON.stringify(session);
    if (saved.get(name) === text) return;
    saved.set(name, text);
    shell.call('saveSession', { name, text }).catch(tell);
  };
  const saveOwn = (dump: OpenDump): void => {
    const owner = owners.get(dump.key);
    const name = owner === undefined ? undefined : fileName(owner);
    if (name !== undefined) save(name, stateOf([dump]));
  };
  const flush = (): void => {
    // Nothing changed: a window that is closed while it starts must not save an empty session over the last one.
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    const all = dumps.all.get();
    save('last', stateOf(all));
    for (const dump of all) if (known.has(dump.key)) saveOwn(dump);
  };
  const later = (): void => {
    timer ??= setTimeout(flush, delayMs);
  };
  const watched: readonly Readable<unknown>[] = [
    dumps.all,
    places.tabs,
    places.cursors,
    dock.version,
    marks.all,
    comparisons.rules,
    comparisons.settings,
    queries.pages,
    ...Object.values<Readable<unknown>>({ ...shown }),
  ];
  for (const store of watched) store.subscribe(later);

  const restore = (session: SavedSession): void => {
    const keys = session.dumps.map(({ pathHint, volumes, view, said, identity, dumpKey, attachments }) => {
      const key = dumps.open(pathHint, { ...defined({ volumes, view, said }), attachments });
      known.add(key);
      if (identity !== undefined) expected.set(key, { identity, dumpKey });
      return key;
    });
    const restored = readSession(session, keys);
    for (const [key, list] of Object.entries(restored.marks)) marks.replace(key, list);
    const wrong = comparisons.takeRules(session.ignoreRules);
    if (wrong.length > 0) notice.set({ tone: 'bad', text: `The session contains ignore rules that this version cannot read: ${wrong.join(', ')}.` });
    for (const [key, settings] of Object.entries(restored.comparisons)) comparisons.change(key, settings);
    for (const [key, page] of Object.entries(restored.queries)) queries.change(key, page);
    takeShown(restored.shown);
    if (restored.layout !== undefined) dock.apply(restored.layout, restored.cursors, restored.active);
    const shown = new Set(places.tabs.get().open.map(({ dump }) => dump));
    for (const key of keys) if (!shown.has(key)) places.show('overview', key);
  };
  /** State from the last time that this dump was open: always its notes, and its layout if it is the only dump and nothing has been moved yet. */
  const recall = async (key: string, owner: Owner): Promise<void> => {
    const name = fileName(owner);
    if (known.has(key) || name === undefined) return;
    const { text: own } = await shell.call('loadSession', { name });
    const { text } = own === undefined ? await shell.call('loadSession', { name: owner.identity }) : { text: own };
    if (owners.get(key) !== owner || dumps.find(key) === undefined) return;
    known.add(key);
    later();
    const parsed = text === undefined ? undefined : parseSession(text);
    if (parsed === undefined || !('session' in parsed)) return;
    const restored = readSession(parsed.session, [key]);
    const old = restored.marks[key] ?? [];
    const page = restored.queries[key];
    if (page !== undefined && own !== undefined && queries.pages.get()[key] === undefined) queries.change(key, page);
    if (marks.of(key).length === 0 && old.length > 0) {
      marks.replace(key, old);
      if (own === undefined)
        notice.set({ tone: 'plain', text: `There are bookmarks or annotations from an older version for ${dumps.find(key)?.path ?? ''}: ${byIdentityAlone}.` });
    }
    takeShown(restored.shown);
    const { open } = places.tabs.get();
    const untouched = open.length === 1 && open[0]?.view === 'overview';
    if (untouched && restored.layout !== undefined && layoutTabs(restored.layout).length > 1) dock.apply(restored.layout, restored.cursors, restored.active);
  };

  /** Another dump is there now: the notes stay with the one on which they were made. */
  const leaveNotes = (dump: OpenDump, why: string): void => {
    const { key, path } = dump;
    if (known.has(key)) saveOwn(dump);
    const left = marks.of(key).length > 0;
    owners.delete(key);
    expected.delete(key);
    known.delete(key);
    marks.replace(key, []);
    const about = left ? ' Its bookmarks and annotations belong to the earlier dump and are kept for it.' : '';
    notice.set({ tone: 'bad', text: `${path} is not the same dump as before: ${why}.${about}` });
  };
  /** Whether an open dump is the one on which the notes under its key were made. */
  const settle = async (key: string): Promise<void> => {
    const { identity, path } = dumps.find(key) ?? {};
    const wanted = owners.get(key) ?? expected.get(key);
    const isCurrent = (): boolean => dumps.find(key)?.identity === identity;
    const other = (why: string): void => {
      const dump = dumps.find(key);
      if (dump !== undefined) leaveNotes(dump, why);
    };
    if (identity === undefined) return;
    if (wanted !== undefined && wanted.identity !== identity) other('its headers differ');
    const dumpKey = await dumpKeyOf(key);
    if (dumpKey === undefined || !isCurrent()) return;
    if (wanted?.identity === identity) {
      if (wanted.dumpKey !== undefined && wanted.dumpKey !== dumpKey) other('its headers are the same, but its memory differs');
      else if (wanted.dumpKey === undefined && marks.of(key).length > 0)
        notice.set({ tone: 'plain', text: `The session contains bookmarks or annotations for ${path ?? ''}: ${byIdentityAlone}.` });
    }
    expected.delete(key);
    const owner = { identity, dumpKey };
    owners.set(key, owner);
    await recall(key, owner);
  };

  return {
    flush,
    async restoreLast() {
      const { text } = await shell.call('loadSession', { name: 'last' });
      if (text === undefined) return;
      const parsed = parseSession(text);
      if ('session' in parsed) restore(parsed.session);
      else notice.set({ tone: 'bad', text: `The last session could not be restored: ${parsed.why}.` });
    },
    exportFile() {
      const text = JSON.stringify(stateOf(dumps.all.get()), undefined, 2);
      shell.call('saveText', { kind: 'session', suggestedName: `session.${sessionExtension}`, text: `${text}\n`, title: 'Export the session' }).catch(tell);
    },
    importFile() {
      shell.call('openText', { title: 'Import a session', extension: sessionExtension }).then(({ path, text }) => {
        if (path === undefined || text === undefined) return;
        const parsed = parseSession(text);
        if ('session' in parsed) restore(parsed.session);
        else notice.set({ tone: 'bad', text: `${path} is not a session file: ${parsed.why}.` });
      }, tell);
    },
    dumpOpened(key) {
      settle(key).catch(tell);
    },
  };
}
