/**
 * The catalogue of a fleet that the user has opened in the window: one at a time. Nothing is opened and no connection is made before the user asks
 * for it.
 */
import type { FleetClient, FleetOverview, FleetProtocol } from '../../shared/fleet-protocol.ts';
import type { FleetProblem } from '../../shared/fleet-problems.ts';
import { defined } from '../../shared/defined.ts';
import { EngineFailure, type Params, type Result } from '../../shared/rpc.ts';
import type { FleetLink } from '../engine/fleet-link.ts';
import type { KeptText } from './comparisons.ts';
import { createFleetSearch, type FleetSearch } from './fleet-search.ts';
import { createStore, type Readable, type Store } from './store.ts';

export interface FleetFailure {
  /** Undefined if the catalogue is not the cause. */
  readonly problem: FleetProblem | undefined;
  readonly message: string;
  /** What should have been opened. */
  readonly where: string | undefined;
}

export type FleetState =
  | { readonly phase: 'closed'; readonly failure: FleetFailure | undefined }
  | { readonly phase: 'opening'; readonly where: string | undefined }
  | { readonly phase: 'open'; readonly kind: 'server' | 'embedded'; readonly place: string; readonly overview: FleetOverview };

export type FleetShown =
  | { readonly kind: 'issue'; readonly id: number }
  /** Dumps that belong to no issue. */
  | { readonly kind: 'none' }
  /** A search over all dumps, or over those of an issue. */
  | { readonly kind: 'search'; readonly issue: number | undefined };

export interface Fleet {
  readonly state: Readable<FleetState>;
  /** Incremented when everything is to be read again. */
  readonly turn: Readable<number>;
  /** What is shown below the list of issues. */
  readonly shown: Store<FleetShown | undefined>;
  /** The search over its dumps. */
  readonly search: FleetSearch;
  /** Recent catalogues, newest first: folders, and addresses without their passwords. */
  readonly places: Readable<readonly string[]>;
  /** @param where undefined for the command line's default */
  readonly open: (where: string | undefined, password?: string) => Promise<void>;
  readonly close: () => void;
  readonly refresh: () => Promise<void>;
  readonly forgetPlace: (place: string) => void;
  readonly call: <M extends keyof FleetProtocol>(method: M, params: Params<FleetProtocol, M>, signal?: AbortSignal) => Promise<Result<FleetProtocol, M>>;
}

const mostPlaces = 8;

/** What another version saved, or what was edited by hand, may be anything. */
function readPlaces(kept: KeptText): readonly string[] {
  try {
    const read: unknown = JSON.parse(kept.read() ?? '[]');
    return Array.isArray(read) ? read.filter((place) => typeof place === 'string').slice(0, mostPlaces) : [];
  } catch {
    return [];
  }
}

export function createFleet(link: FleetLink, kept: KeptText): Fleet {
  const closed = (failure?: FleetFailure): FleetState => ({ phase: 'closed', failure });
  const state = createStore<FleetState>(closed());
  const turn = createStore(0);
  const shown = createStore<FleetShown | undefined>(undefined);
  const places = createStore(readPlaces(kept));
  let client: FleetClient | undefined;
  /** The latest attempt: anything that belongs to an older one is ignored. */
  let latest: object | undefined;

  const keepPlaces = (next: readonly string[]): void => {
    places.set(next);
    kept.write(JSON.stringify(next));
  };
  const end = (): void => {
    const old = client;
    client = undefined;
    latest = undefined;
    shown.set(undefined);
    search.forget();
    old?.close();
  };
  const call: Fleet['call'] = (method, params, signal) =>
    client === undefined ? Promise.reject(new EngineFailure('no catalogue is open')) : client.call(method, params, defined({ signal }));

  const search = createFleetSearch((question, options) =>
    client === undefined ? Promise.reject(new EngineFailure('no catalogue is open')) : client.call('search', question, options),
  );

  return {
    state,
    turn,
    shown,
    search,
    places,
    call,
    async open(where, password) {
      end();
      const attempt = {};
      latest = attempt;
      const isOurs = (): boolean => latest === attempt;
      state.set({ phase: 'opening', where });
      const fail = (problem: FleetProblem | undefined, message: string): void => {
        end();
        state.set(closed({ problem, message, where }));
      };
      try {
        const started = await link.start((reason) => {
          if (isOurs()) fail(undefined, reason);
        });
        if (!isOurs()) {
          started.close();
          return;
        }
        client = started;
        const answer = await started.call('open', defined({ where, password }));
        if (!isOurs()) return;
        if (answer.outcome === 'failed') {
          fail(answer.problem, answer.message);
          return;
        }
        const overview = await started.call('overview', {});
        if (!isOurs()) return;
        keepPlaces([answer.address, ...places.get().filter((place) => place !== answer.address)].slice(0, mostPlaces));
        turn.update((old) => old + 1);
        state.set({ phase: 'open', kind: answer.kind, place: answer.place, overview });
      } catch (error) {
        if (isOurs()) fail(undefined, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
      }
    },
    close() {
      end();
      state.set(closed());
    },
    async refresh() {
      const overview = await call('overview', {});
      state.update((now) => (now.phase === 'open' ? { ...now, overview } : now));
      turn.update((old) => old + 1);
    },
    forgetPlace: (place) => keepPlaces(places.get().filter((one) => one !== place)),
  };
}
