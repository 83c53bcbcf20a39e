/** Everything that components share, assembled once when the page starts. */
import { EngineFailure } from '../shared/rpc.ts';
import { createContext, useContext } from 'react';
import type { Catalogue } from '../shared/catalogue-model.ts';
import type { EvidenceKind } from '../shared/check-model.ts';
import { defined } from '../shared/defined.ts';
import type { KeptIssues, Recent, Versions } from '../shared/shell-protocol.ts';
import type { EngineLink } from './engine/engine-link.ts';
import { guardEvidence, protectEvidence } from './shell/evidence-guard.ts';
import { exportedNotice, tellSaves } from './shell/told-saves.ts';
import type { Shell } from './shell/shell-calls.ts';
import { addressPlace } from './state/address-place.ts';
import { createAddressCards, type AddressCards } from './state/address-card.ts';
import type { Fleet } from './state/fleet.ts';
import { createGathering, type Gathering } from './state/gathering.ts';
import { createDock, type Dock } from './state/dock.ts';
import { createDumpCloser } from './state/close-dump.ts';
import { createClosedTabs, type ClosedTabs } from './state/closed-tabs.ts';
import { createComparisons, type Comparisons, type KeptText } from './state/comparisons.ts';
import { askCatalogue, dumpExtensions } from './state/catalogue.ts';
import { createDifferenceSteps, type DifferenceSteps } from './state/difference-steps.ts';
import { createDumpJobs, type DumpJobs } from './state/dump-jobs.ts';
import type { ContextMenuState } from './state/context-menu.ts';
import { createExports, type Exports } from './state/exports.ts';
import { createGridLinks, type GridLinks } from './state/grid-links.ts';
import { createHexTabs, type HexTabs } from './state/hex-tabs.ts';
import { watchEngine, type EngineWatch } from './state/engine-watch.ts';
import { watchFiles, type FileWatch } from './state/file-watch.ts';
import { createJobs, type Jobs } from './state/jobs.ts';
import { handleOf, type OpenDump } from './state/open-dump.ts';
import { createOpenDumps, type OpenDumps } from './state/open-dumps.ts';
import { forgetDump, type Kept } from './state/kept.ts';
import { createMarkBook, type Mark, type MarkBook } from './state/marks.ts';
import { createMarkEdits, type MarkEdits } from './state/mark-edits.ts';
import type { Notice } from './state/notice.ts';
import { createPlaces, type Places } from './state/places.ts';
import type { Position } from './state/position.ts';
import { createPreferences, type Preferences } from './state/preferences.ts';
import { createQueryBook, type QueryBook } from './state/query-book.ts';
import { createSessions, type Sessions } from './state/sessions.ts';
import { createStore, type Readable, type Store } from './state/store.ts';
import { createThemes, type ScreenWishes, type Themes } from './state/theme.ts';
import { createUndoStack, type UndoStack } from './state/undo.ts';
import { useStore } from './hooks/use-store.ts';
import type { CopyFormat } from './views/hex/copy-formats.ts';
import { recentOf } from './words/recent.ts';

export type Overlay = 'palette' | 'shortcuts' | 'compare' | 'about';

/** A bookmark or annotation that is being created or edited. */
export interface MarkDraft {
  readonly dump: string;
  readonly kind: Mark['kind'];
  readonly position: Position;
  /** The mark being edited. */
  readonly mark?: Mark;
}

/** A kernel type, and the place of an object of it. */
export interface LaidType {
  readonly type: string;
  readonly at: Position;
}

/** Files of one dump named one by one, and which of its systems. */
export interface OpeningDraft {
  readonly paths: readonly string[];
  /** Key of the dump that did not open and is to be replaced. */
  readonly instead?: string;
}

export interface Workbench {
  readonly engine: EngineLink;
  readonly shell: Shell;
  readonly dumps: OpenDumps;
  readonly comparisons: Comparisons;
  readonly differenceSteps: DifferenceSteps;
  readonly jobs: Jobs;
  readonly dumpJobs: DumpJobs;
  readonly places: Places;
  readonly dock: Dock;
  readonly closedTabs: ClosedTabs;
  readonly marks: MarkBook;
  readonly markEdits: MarkEdits;
  /** SQL queries. */
  readonly queries: QueryBook;
  readonly sessions: Sessions;
  readonly themes: Themes;
  /** What the engine supports; lists in the window are made from it. */
  readonly catalogue: Readable<Catalogue>;
  readonly recents: Store<readonly Recent[]>;
  /** Open overlays: of the shell, not of a view. */
  readonly overlay: Store<Overlay | undefined>;
  readonly notice: Store<Notice | undefined>;
  /** The user's steps that can be undone. */
  readonly undo: UndoStack;
  readonly engineWatch: EngineWatch;
  readonly fileWatch: FileWatch;
  /** Keys chosen by the user, by action. */
  readonly keys: Store<Readonly<Record<string, string>>>;
  readonly preferences: Preferences;
  readonly hexTabs: HexTabs;
  readonly gridLinks: GridLinks;
  /** The format in which bytes are copied. */
  readonly copyFormat: Store<CopyFormat>;
  /** Issues from the file named in the settings; undefined without a readable file. */
  readonly knownIssues: Store<KeptIssues | undefined>;
  /** Versions of the program and its runtime, once known. */
  readonly versions: Store<Versions | undefined>;
  readonly markDraft: Store<MarkDraft | undefined>;
  /** Explains the address that is pointed at. */
  readonly addressCards: AddressCards;
  /** A kernel type that the hex view applies to memory: set by links. Keyed by dump. */
  readonly laidTypes: Store<Readonly<Record<string, LaidType>>>;
  /** A dump that is being opened with additional information. */
  readonly openingDraft: Store<OpeningDraft | undefined>;
  /** Check whose steps the integrity view opens, and CPU that the CPUs view shows: set by links. Keyed by dump. */
  readonly shownCheck: Store<Readonly<Record<string, string>>>;
  readonly shownCpu: Store<Readonly<Record<string, number>>>;
  /** Pane of the kernel view: chosen in it, or set by links. Keyed by dump. */
  readonly kernelPane: Store<Readonly<Record<string, string>>>;
  /** What the integrity view asks the user for, to check a dump against it: set by links. Keyed by dump. */
  readonly wantedEvidence: Store<Readonly<Record<string, EvidenceKind>>>;
  /** Ids of the CPUs shown next to the chosen one. Keyed by dump. */
  readonly besideCpus: Store<Readonly<Record<string, readonly number[]>>>;
  /** State that views save through `useKept`. */
  readonly kept: Store<Kept>;
  /** Where dividers between panes were moved to: fractions of the first panes, by name. */
  readonly splits: Store<Readonly<Record<string, number>>>;
  /** Reports an error in something that the user requested. */
  readonly tell: (error: unknown) => void;
  /** Opens files and folders that were chosen together. Resolves as soon as it is known whether there is anything to search. */
  readonly openPaths: (paths: readonly string[]) => Promise<void>;
  /** How it was last opened. */
  readonly openRecent: (recent: Recent) => void;
  readonly gathering: Gathering;
  readonly fleet: Fleet;
  readonly exports: Exports;
  readonly contextMenu: Store<ContextMenuState | undefined>;
  readonly closeDump: (key: string) => void;
  /** Open dialog for dumps. */
  readonly askPaths: () => Promise<readonly string[]>;
  readonly chooseDumps: () => void;
  readonly chooseFolders: () => void;
  readonly openSamples: () => void;
  readonly forgetRecent: (path: string) => void;
}

export function createWorkbench(engine: EngineLink, bareShell: Shell, wishes: ScreenWishes, keptRules: KeptText, fleet: Fleet): Workbench {
  const notice = createStore<Notice | undefined>(undefined);
  const tell = (error: unknown): void => notice.set({ tone: 'bad', text: error instanceof Error ? error.message : String(error) });
  const shell = tellSaves(guardEvidence(bareShell, engine), notice, tell);
  const places = createPlaces();
  const kept = createStore<Kept>({});
  const hexTabs = createHexTabs(engine.call, places, kept);
  const marks = createMarkBook();
  const comparisons = createComparisons(keptRules);
  const queries = createQueryBook();
  const jobs = createJobs();
  const themes = createThemes(wishes);
  const recents = createStore<readonly Recent[]>([]);
  const knownIssues = createStore<KeptIssues | undefined>(undefined);
  const undo = createUndoStack(notice);
  const dock = createDock(places, undo, (key) => dumps.find(key) !== undefined);
  const closedTabs = createClosedTabs(places, dock, undo);

  const catalogue = askCatalogue(engine, tell);

  const remarked = new Set<string>();
  /** Problems of the engine with its cache are shown once. */
  const showRemarks = (): void => {
    engine.call('remarks', {}).then(
      ({ remarks }) => {
        const fresh = remarks.filter((remark) => !remarked.has(remark));
        for (const remark of fresh) remarked.add(remark);
        if (fresh.length > 0) notice.set({ tone: 'plain', text: fresh.join('; ') });
      },
      () => undefined,
    );
  };

  const remember = (key: string): void => {
    showRemarks();
    const dump = dumps.find(key);
    const recent = dump === undefined ? undefined : recentOf(dump, catalogue.get(), new Date().toISOString());
    if (recent !== undefined) shell.call('remember', recent).then((answer) => recents.set(answer.recents), tell);
  };
  const dumps: OpenDumps = createOpenDumps(engine, {
    onTriaged(key) {
      remember(key);
      mergeVolumes(key);
      dumpJobs.startBackground(key);
    },
    onOpened(key) {
      // Also now: the engine may be gone when something is saved.
      protectEvidence(shell, engine).catch(tell);
      sessions.dumpOpened(key);
    },
    onClosed(key) {
      jobs.dumpClosed(key);
      marks.dumpClosed(key);
      undo.dumpClosed(key);
      queries.dumpClosed(key);
      forgetDump(shown.kept, key);
      closedTabs.dumpClosed(key);
      places.dumpClosed(key);
      hexTabs.dumpClosed(key);
      // A current dump without tabs is shown again: the bar on the left refers to it.
      const [next] = dumps.all.get();
      if (next !== undefined && places.tabs.get().dump === undefined) places.show('overview', next.key);
    },
  });
  const dumpKeyOf = async (key: string): Promise<string | undefined> => {
    const dump = dumps.find(key);
    const handle = dump === undefined ? undefined : handleOf(dump);
    try {
      return handle === undefined ? undefined : (await engine.call('dumpKey', { dump: handle })).dumpKey;
    } catch (error) {
      // The next engine opens it again.
      if (error instanceof EngineFailure) return undefined;
      throw error;
    }
  };
  const shown = {
    shownCpu: createStore<Readonly<Record<string, number>>>({}),
    besideCpus: createStore<Readonly<Record<string, readonly number[]>>>({}),
    kept,
    splits: createStore<Readonly<Record<string, number>>>({}),
  };
  const sessions: Sessions = createSessions({ dumps, places, dock, marks, comparisons, queries, shown, shell, dumpKeyOf, notice, tell });
  const shownCheck = createStore<Readonly<Record<string, string>>>({});
  const dumpJobs = createDumpJobs(
    engine,
    dumps,
    jobs,
    shell,
    marks,
    tell,
    remember,
    (key, check) => {
      shownCheck.update((old) => ({ ...old, [key]: check }));
    },
    catalogue.get,
    () => knownIssues.get()?.issues,
  );

  /** Several files of one volume set, opened together, form one dump: the first one opened is kept. */
  const mergeVolumes = (key: string): void => {
    const dump = dumps.find(key);
    const volumes = new Set(dump?.triage?.info.container.volumes?.map((volume) => volume.path) ?? []);
    const twin = dumps.all.get().find((one) => one.key !== key && one.view === dump?.view && volumes.has(one.path) && one.triage !== undefined);
    if (twin !== undefined) dumps.close(key);
  };

  const addressCards = createAddressCards({
    handleOf(key) {
      const dump = dumps.find(key);
      return dump === undefined ? undefined : handleOf(dump);
    },
    stageOf(key) {
      const dump = dumps.find(key);
      return dump === undefined ? '' : `${handleOf(dump) ?? ''} ${dump.generation} ${dump.triage === undefined ? 'opened' : dump.checked}`;
    },
    ask: (handle, text, signal) => engine.call('address', { dump: handle, place: addressPlace(text), quick: true }, { signal }),
    after(milliseconds, run) {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
  });
  dumps.all.subscribe(addressCards.renew);

  const openOne = (path: string, volumes?: readonly string[]): void => places.show('overview', dumps.open(path, defined({ volumes })));
  const gathering = createGathering({ engine, shell, openOne, say: notice.set, tell });
  const openPaths = (paths: readonly string[]): Promise<void> => gathering.open(paths).catch(tell);

  const askPaths = async (): Promise<readonly string[]> => (await shell.call('chooseDumps', { extensions: dumpExtensions(catalogue.get()) })).paths;

  return {
    engine,
    shell,
    dumps,
    comparisons,
    differenceSteps: createDifferenceSteps(),
    jobs,
    dumpJobs,
    places,
    dock,
    closedTabs,
    marks,
    markEdits: createMarkEdits(marks, undo, () => new Date().toISOString()),
    queries,
    sessions,
    themes,
    catalogue,
    recents,
    notice,
    undo,
    openingDraft: createStore<OpeningDraft | undefined>(undefined),
    markDraft: createStore<MarkDraft | undefined>(undefined),
    addressCards,
    laidTypes: createStore<Readonly<Record<string, LaidType>>>({}),
    engineWatch: watchEngine(engine),
    fileWatch: watchFiles(dumps, shell),
    keys: createStore<Readonly<Record<string, string>>>({}),
    preferences: createPreferences(shell, themes, tell),
    hexTabs,
    gridLinks: createGridLinks(),
    copyFormat: createStore<CopyFormat>('hex'),
    knownIssues,
    versions: createStore<Versions | undefined>(undefined),
    overlay: createStore<Overlay | undefined>(undefined),
    shownCheck,
    ...shown,
    kernelPane: createStore<Readonly<Record<string, string>>>({}),
    wantedEvidence: createStore<Readonly<Record<string, EvidenceKind>>>({}),
    tell,
    openPaths,
    openRecent({ path, said, volumes }) {
      if (said === undefined) void openPaths([path]);
      else places.show('overview', dumps.open(path, { said, ...defined({ volumes }) }));
    },
    gathering,
    fleet,
    contextMenu: createStore<ContextMenuState | undefined>(undefined),
    exports: createExports(engine, dumps, jobs, (result) => notice.set(exportedNotice(shell, result, openPaths, tell))),
    closeDump: createDumpCloser({ dumps, places, dock, undo, flush: sessions.flush }),
    askPaths,
    chooseDumps() {
      askPaths().then(openPaths).catch(tell);
    },
    chooseFolders() {
      shell
        .call('chooseFolders', {})
        .then(({ paths }) => openPaths(paths))
        .catch(tell);
    },
    openSamples() {
      // Each of them shows something different.
      shell.call('samples', {}).then(({ samples }) => samples.forEach(({ path }) => openOne(path)), tell);
    },
    forgetRecent(path) {
      shell.call('forget', { path }).then((answer) => recents.set(answer.recents), tell);
    },
  };
}

export const WorkbenchContext = createContext<Workbench | undefined>(undefined);

export function useWorkbench(): Workbench {
  const workbench = useContext(WorkbenchContext);
  if (workbench === undefined) throw new Error('a component is outside the workbench');
  return workbench;
}

/** The dump that actions apply to. */
export function useCurrentDump(): OpenDump | undefined {
  const { dumps, places } = useWorkbench();
  const all = useStore(dumps.all);
  const { dump } = useStore(places.tabs);
  return all.find((one) => one.key === dump);
}
