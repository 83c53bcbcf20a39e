/** One search at a time: what was asked, how far it is, and the hits so far. Knows no DOM. */
import type { EngineLink } from '../../engine/engine-link.ts';
import type { EngineProtocol } from '../../../shared/engine-protocol.ts';
import { Cancelled, type Params } from '../../../shared/rpc.ts';
import type { Remedy } from '../../../shared/remedy.ts';
import { remedyOf } from '../../words/remedies.ts';
import type { SearchHit, SearchSummary } from '../../../shared/search-model.ts';
import { createStore, type Readable } from '../../state/store.ts';

export type SearchQuestion = Params<EngineProtocol, 'search'>;

export interface SearchState {
  readonly phase: 'idle' | 'running' | 'done' | 'cancelled' | 'failed';
  /** What the hits are of. */
  readonly question: SearchQuestion | undefined;
  readonly hits: readonly SearchHit[];
  readonly done: number;
  readonly total: number;
  readonly summary: SearchSummary | undefined;
  readonly error: string | undefined;
  /** What can be done about the error. */
  readonly remedy: Remedy | undefined;
}

export interface SearchRun {
  readonly state: Readable<SearchState>;
  readonly start: (question: SearchQuestion) => void;
  readonly cancel: () => void;
}

const idle: SearchState = { phase: 'idle', question: undefined, hits: [], done: 0, total: 0, summary: undefined, error: undefined, remedy: undefined };

export function createSearchRun(call: EngineLink['call']): SearchRun {
  const state = createStore<SearchState>(idle);
  let current: AbortController | undefined;
  return {
    state,
    cancel: () => current?.abort(),
    start(question) {
      current?.abort();
      const own = new AbortController();
      current = own;
      state.set({ ...idle, phase: 'running', question });
      /** A search that was replaced by a newer one says nothing more. */
      const change = (how: (now: SearchState) => SearchState): void => {
        if (current === own) state.update(how);
      };
      call('search', question, {
        signal: own.signal,
        onProgress: ({ done, total, hits }) => change((now) => ({ ...now, done, total, hits: hits.length === 0 ? now.hits : now.hits.concat(hits) })),
      }).then(
        (summary) => change((now) => ({ ...now, phase: 'done', summary })),
        (error: unknown) => {
          if (error instanceof Cancelled) change((now) => ({ ...now, phase: 'cancelled' }));
          else
            change((now) => ({
              ...now,
              phase: 'failed',
              error: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
              remedy: remedyOf(error),
            }));
        },
      );
    },
  };
}
