/** Everything that components share, put together once at the start of the page. */
import { EngineFailure } from '../shared/rpc.ts';
import { createContext, useContext } from 'react';
import type { Catalogue } from '../shared/catalogue-model.ts';
import type { EvidenceKind } from '../shared/check-model.ts';
import type { Density, KeptIssues, Recent, Theme, Versions } from '../shared/shell-protocol.ts';
import type { EngineLink } from './engine/engine-link.ts';
import { guardEvidence, protectEvidence } from './shell/evidence-guard.ts';
import type { Shell } from './shell/shell-calls.ts';
import { createDock, type Dock } from './state/dock.ts';
import { createComparisons, type Comparisons, type KeptText } from './state/comparisons.ts';
import { askCatalogue, dumpExtensions } from './state/catalogue.ts';
import { createDumpJobs, type DumpJobs } from './state/dump-jobs.ts';
import { watchEngine, type EngineWatch } from './state/engine-watch.ts';
import { watchFiles, type FileWatch } from './state/file-watch.ts';
import { createJobs, type Jobs } from './state/jobs.ts';
import { handleOf, type OpenDump } from './state/open-dump.ts';
import { createOpenDumps, type OpenDumps } from './state/open-dumps.ts';
import { createMarkBook, type Mark, type MarkBook } from './state/marks.ts';
import type { Notice } from './state/notice.ts';
import { createPlaces, type Places } from './state/places.ts';
import type { Position } from './state/position.ts';
import { createSessions, type Sessions } from './state/sessions.ts';
import { createStore, type Readable, type Store } from './state/store.ts';
import { createThemes, type ScreenWishes, type Themes } from './state/theme.ts';
import { useStore } from './hooks/use-store.ts';
import { healthBadge } from './words/health.ts';
import { recentTitle } from './words/dump-facts.ts';

export type Overlay = 'palette' | 'shortcuts' | 'compare' | 'about';

/** A bookmark or annotation that is being written. */
export interface MarkDraft {
  readonly dump: string;
  readonly kind: Mark['kind'];
  readonly position: Position;
}

/** Files of one dump that are named one by one, and which system of it. */
export interface OpeningDraft {
  readonly paths: readonly string[];
  /** Key of the dump that did not open and gives its place. */
  readonly instead?: string;
}

export interface Workbench {
  readonly engine: EngineLink;
  readonly shell: Shell;
  readonly dumps: OpenDumps;
  readonly comparisons: Comparisons;
  readonly jobs: Jobs;
  readonly dumpJobs: DumpJobs;
  readonly places: Places;
  readonly dock: Dock;
  readonly marks: MarkBook;
  readonly sessions: Sessions;
  readonly themes: Themes;
  /** What the engine knows; lists in the window are made from it. */
  readonly catalogue: Readable<Catalogue>;
  readonly recents: Store<readonly Recent[]>;
  /** What overlays are open: of the shell, not of a view. */
  readonly overlay: Store<Overlay | undefined>;
  readonly notice: Store<Notice | undefined>;
  readonly engineWatch: EngineWatch;
  readonly fileWatch: FileWatch;
  /** Keys that a person chose, by action. */
  readonly keys: Store<Readonly<Record<string, string>>>;
  readonly density: Store<Density>;
  /** The issues of the file that the settings name; undefined without one that can be read. */
  readonly knownIssues: Store<KeptIssues | undefined>;
  /** What the program and its runtime say of themselves, once they have. */
  readonly versions: Store<Versions | undefined>;
  readonly markDraft: Store<MarkDraft | undefined>;
  /** A dump that is being opened with words about how. */
  readonly openingDraft: Store<OpeningDraft | undefined>;
  /** Check whose steps the integrity view opens, and CPU that the CPUs view shows: set by links. Keyed by dump. */
  readonly shownCheck: Store<Readonly<Record<string, string>>>;
  readonly shownCpu: Store<Readonly<Record<string, number>>>;
  /** What the integrity view asks for, to check a dump against it: set by links. Keyed by dump. */
  readonly wantedEvidence: Store<Readonly<Record<string, EvidenceKind>>>;
  /** Ids of the CPUs that stand beside the chosen one. Keyed by dump. */
  readonly besideCpus: Store<Readonly<Record<string, readonly number[]>>>;
  /** Says what went wrong with something that a person asked for. */
  readonly tell: (error: unknown) => void;
  readonly openPaths: (paths: readonly string[]) => void;
  readonly closeDump: (key: string) => void;
  /** Open dialog for dumps. */
  readonly askPaths: () => Promise<readonly string[]>;
  readonly chooseDumps: () => void;
  readonly openSamples: () => void;
  readonly chooseTheme: (theme: Theme) => void;
  readonly forgetRecent: (path: string) => void;
}

export function createWorkbench(engine: EngineLink, bareShell: Shell, wishes: ScreenWishes, keptRules: KeptText): Workbench {
  const shell = guardEvidence(bareShell, engine);
  const places = createPlaces();
  const dock = createDock(places);
  const marks = createMarkBook();
  const comparisons = createComparisons(keptRules);
  const jobs = createJobs();
  const themes = createThemes(wishes);
  const recents = createStore<readonly Recent[]>([]);
  const knownIssues = createStore<KeptIssues | undefined>(undefined);
  const notice = createStore<Notice | undefined>(undefined);
  const tell = (error: unknown): void => notice.set({ tone: 'bad', text: error instanceof Error ? error.message : String(error) });

  const catalogue = askCatalogue(engine, tell);

  const remarked = new Set<string>();
  /** What the engine refused of its cache is shown once. */
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
    if (dump?.triage === undefined) return;
    const health = dump.health === undefined ? 'unknown' : healthBadge(dump.health);
    shell
      .call('remember', { path: dump.path, title: recentTitle(dump.triage.info, catalogue.get()), health })
      .then((answer) => recents.set(answer.recents), tell);
  };
  const dumps: OpenDumps = createOpenDumps(engine, {
    onTriaged(key) {
      remember(key);
      mergeVolumes(key);
      dumpJobs.startBackground(key);
    },
    onOpened(key) {
      // Now as well: the engine may be gone when something is saved.
      protectEvidence(shell, engine).catch(tell);
      sessions.dumpOpened(key);
    },
    onClosed(key) {
      jobs.dumpClosed(key);
      marks.dumpClosed(key);
      places.dumpClosed(key);
    },
  });
  const dumpKeyOf = async (key: string): Promise<string | undefined> => {
    const dump = dumps.find(key);
    const handle = dump === undefined ? undefined : handleOf(dump);
    try {
      return handle === undefined ? undefined : (await engine.call('dumpKey', { dump: handle })).dumpKey;
    } catch (error) {
      // It is opened again by the next engine.
      if (error instanceof EngineFailure) return undefined;
      throw error;
    }
  };
  const sessions: Sessions = createSessions({ dumps, places, dock, marks, comparisons, shell, dumpKeyOf, notice, tell });
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

  /** Several files of one volume set, opened together, are one dump: the first one opened stays. */
  const mergeVolumes = (key: string): void => {
    const dump = dumps.find(key);
    const volumes = new Set(dump?.triage?.info.container.volumes?.map((volume) => volume.path) ?? []);
    const twin = dumps.all.get().find((one) => one.key !== key && one.view === dump?.view && volumes.has(one.path) && one.triage !== undefined);
    if (twin !== undefined) dumps.close(key);
  };

  const openPaths = (paths: readonly string[]): void => {
    for (const path of paths) places.show('overview', dumps.open(path));
  };

  const askPaths = async (): Promise<readonly string[]> => (await shell.call('chooseDumps', { extensions: dumpExtensions(catalogue.get()) })).paths;

  return {
    engine,
    shell,
    dumps,
    comparisons,
    jobs,
    dumpJobs,
    places,
    dock,
    marks,
    sessions,
    themes,
    catalogue,
    recents,
    notice,
    openingDraft: createStore<OpeningDraft | undefined>(undefined),
    markDraft: createStore<MarkDraft | undefined>(undefined),
    engineWatch: watchEngine(engine),
    fileWatch: watchFiles(dumps, shell),
    keys: createStore<Readonly<Record<string, string>>>({}),
    density: createStore<Density>('comfortable'),
    knownIssues,
    versions: createStore<Versions | undefined>(undefined),
    overlay: createStore<Overlay | undefined>(undefined),
    shownCheck,
    shownCpu: createStore<Readonly<Record<string, number>>>({}),
    wantedEvidence: createStore<Readonly<Record<string, EvidenceKind>>>({}),
    besideCpus: createStore<Readonly<Record<string, readonly number[]>>>({}),
    tell,
    openPaths,
    closeDump: (key) => dumps.close(key),
    askPaths,
    chooseDumps() {
      askPaths().then(openPaths, tell);
    },
    openSamples() {
      shell.call('samples', {}).then(({ paths }) => openPaths(paths), tell);
    },
    chooseTheme(theme) {
      themes.choose(theme);
      shell.call('setTheme', { theme }).catch(tell);
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

/** The dump that actions are about. */
export function useCurrentDump(): OpenDump | undefined {
  const { dumps, places } = useWorkbench();
  const all = useStore(dumps.all);
  const { dump } = useStore(places.tabs);
  return all.find((one) => one.key === dump);
}
