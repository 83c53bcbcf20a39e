/** The dumps of the window: opening, reopening after a restart of the engine, closing. */
import type { EngineLink } from '../engine/engine-link.ts';
import { defined } from '../../shared/defined.ts';
import type { Info } from '../../shared/model.ts';
import type { ScanProgress } from '../../shared/scan-progress.ts';
import { EngineFailure } from '../../shared/rpc.ts';
import { handleOf, newDump, type OpenDump, type OpenOptions } from './open-dump.ts';
import { openFailure } from './open-failure.ts';
import { createStore, type Readable } from './store.ts';

export interface OpenDumps {
  readonly all: Readable<readonly OpenDump[]>;
  readonly find: (key: string) => OpenDump | undefined;
  /** Key of the dump of a path; if it is already open in the same way, the key of that one. */
  readonly open: (path: string, options?: OpenOptions) => string;
  readonly retry: (key: string) => void;
  readonly close: (key: string) => void;
  /** Shows the dump through another handle of the same engine: after files were attached or detached. */
  readonly takeHandle: (key: string, handle: string) => Promise<void>;
  readonly change: (key: string, change: (dump: OpenDump) => OpenDump) => void;
}

export interface DumpEvents {
  readonly onOpened: (key: string) => void;
  /** The first facts are there (again). */
  readonly onTriaged: (key: string) => void;
  readonly onClosed: (key: string) => void;
}

/** A file that ends the engine this often is not retried automatically. */
const maxLosses = 2;

/** Without names the engine finds the volumes itself: that matches any dump of the path. */
const sameWay = (dump: OpenDump, { view, volumes, said = {} }: OpenOptions): boolean =>
  (dump.view ?? 'all') === (view ?? 'all') &&
  JSON.stringify(dump.said) === JSON.stringify(said) &&
  (volumes === undefined || JSON.stringify(dump.volumes) === JSON.stringify(volumes));

export function createOpenDumps(engine: EngineLink, events: DumpEvents): OpenDumps {
  const store = createStore<readonly OpenDump[]>([]);
  let next = 1;
  const find = (key: string): OpenDump | undefined => store.get().find((dump) => dump.key === key);
  const change = (key: string, how: (dump: OpenDump) => OpenDump): void => {
    store.update((dumps) => dumps.map((dump) => (dump.key === key ? how(dump) : dump)));
  };
  const close = (key: string): void => {
    const dump = find(key);
    if (dump === undefined) return;
    const handle = handleOf(dump);
    // An engine that has ended has already closed it.
    if (handle !== undefined) engine.call('close', { dump: handle }).catch(() => undefined);
    store.update((dumps) => dumps.filter((one) => one !== dump));
    events.onClosed(key);
  };

  /** What the first page shows in addition to the triage. A dump may lack either: its page then omits it. */
  const fillIn = (key: string, handle: string, isCurrent: () => boolean): void => {
    const nothing = (): void => undefined;
    const set = (part: Partial<Pick<OpenDump, 'regions' | 'osInfo'>>): void => {
      if (isCurrent()) change(key, (old) => ({ ...old, ...part }));
    };
    engine.call('regions', { dump: handle }).then(({ regions }) => set({ regions }), nothing);
    engine.call('osinfo', { dump: handle }).then((osInfo) => set({ osInfo }), nothing);
  };

  /** A long chain of headers: what is known meanwhile is requested once. */
  const readOn = (key: string, handle: string, { done, total }: ScanProgress, isCurrent: () => boolean): void => {
    if (!isCurrent()) return;
    const isFirst = find(key)?.reading === undefined;
    change(key, (old) => ({ ...old, reading: { info: old.reading?.info, fraction: total === 0 ? 0 : done / total } }));
    if (!isFirst) return;
    const take = (info: Info): void => {
      if (isCurrent()) change(key, (old) => (old.reading === undefined ? old : { ...old, reading: { ...old.reading, info } }));
    };
    // The triage reports what is wrong, if anything.
    engine.call('info', { dump: handle }).then(take, () => undefined);
  };

  const askFirstFacts = async (key: string, handle: string, isSameEngine: () => boolean): Promise<void> => {
    const isCurrent = (): boolean => isSameEngine() && handleOf(find(key) ?? newDump('', '')) === handle;
    const triage = await engine.call('triage', { dump: handle }, { onProgress: (progress) => readOn(key, handle, progress, isCurrent) });
    if (!isCurrent()) return;
    change(key, (old) => ({ ...old, reading: undefined }));
    change(key, (old) =>
      // Checks of a longer pass are kept: the file is the same.
      old.checked === 'triage'
        ? { ...old, triage, checks: triage.checks, health: triage.health, lostWhileOpening: 0 }
        : { ...old, triage, lostWhileOpening: 0 },
    );
    events.onTriaged(key);
    fillIn(key, handle, isCurrent);
  };

  const openOnEngine = async (key: string): Promise<void> => {
    const dump = find(key);
    const { state, generation } = engine.status.get();
    if (dump === undefined || state !== 'ready') return;
    const isSameEngine = (): boolean => engine.status.get().generation === generation && engine.status.get().state === 'ready';
    const isCurrent = (): boolean => isSameEngine() && find(key) !== undefined;
    change(key, (old) => ({ ...old, phase: { kind: 'opening' }, reading: undefined, generation }));
    try {
      const { dump: handle, identity } = await engine.call('open', {
        path: dump.path,
        inPart: true,
        ...(dump.volumes === undefined ? {} : { volumes: [...dump.volumes] }),
        ...defined({ view: dump.view }),
        ...dump.said,
      });
      if (!isCurrent()) {
        if (isSameEngine()) await engine.call('close', { dump: handle });
        return;
      }
      change(key, (old) => ({ ...old, identity, phase: { kind: 'open', handle, identity } }));
      events.onOpened(key);
      await askFirstFacts(key, handle, isSameEngine);
    } catch (error) {
      if (find(key) === undefined) return;
      // The engine ended: its next start tries again, unless this file is what ends it.
      const lost = error instanceof EngineFailure && !isSameEngine();
      if (!lost) change(key, (old) => ({ ...old, phase: { kind: 'failed', failure: openFailure(error, old.path) } }));
    }
  };

  const engineLost = (): void => {
    store.update((dumps) =>
      dumps.map((dump) => {
        if (dump.phase.kind === 'failed') return dump;
        // No triage in this generation: the engine died on this file, or while this file was being opened.
        const lostWhileOpening = dump.phase.kind === 'opening' || dump.triage === undefined ? dump.lostWhileOpening + 1 : dump.lostWhileOpening;
        if (lostWhileOpening < maxLosses) return { ...dump, phase: { kind: 'opening' }, lostWhileOpening };
        const what = `the engine stopped ${lostWhileOpening} times while it opened this file`;
        return { ...dump, phase: { kind: 'failed', failure: { kind: 'engine', what } }, lostWhileOpening };
      }),
    );
  };

  let seen = engine.status.get();
  engine.status.subscribe(() => {
    const now = engine.status.get();
    const before = seen;
    seen = now;
    if (before.state === 'ready' && (now.state !== 'ready' || now.generation !== before.generation)) engineLost();
    if (now.state === 'ready' && now.generation !== before.generation) {
      for (const dump of store.get()) if (dump.phase.kind === 'opening') void openOnEngine(dump.key);
    }
  });

  return {
    all: store,
    find,
    change,
    close,
    async takeHandle(key, handle) {
      const { generation } = engine.status.get();
      change(key, (old) => (old.phase.kind === 'open' ? { ...old, phase: { ...old.phase, handle } } : old));
      await askFirstFacts(key, handle, () => engine.status.get().generation === generation && engine.status.get().state === 'ready');
    },
    open(path, options = {}) {
      const old = store.get().find((dump) => dump.path === path && sameWay(dump, options));
      if (old !== undefined) return old.key;
      const key = `dump${next++}`;
      store.update((dumps) => [...dumps, newDump(key, path, options)]);
      void openOnEngine(key);
      return key;
    },
    retry(key) {
      change(key, (dump) => ({ ...dump, lostWhileOpening: 0, phase: { kind: 'opening' } }));
      void openOnEngine(key);
    },
  };
}
