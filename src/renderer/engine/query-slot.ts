/** One query of one view. A newer query replaces the older one; a late answer is dropped. */
import { Cancelled } from '../../shared/rpc.ts';
import { createStore, type Readable } from '../state/store.ts';

export interface QueryState<T> {
  /** The newest answer; kept while the next query runs, so that a view does not flicker. */
  readonly value: T | undefined;
  readonly asking: boolean;
  /** Why the newest query has no answer. */
  readonly error: Error | undefined;
}

export interface QuerySlot<T> {
  readonly state: Readable<QueryState<T>>;
  readonly ask: (question: (signal: AbortSignal) => Promise<T>) => void;
  /** Cancels the running query; the last answer stays. */
  readonly drop: () => void;
  /** Also drops the last answer. */
  readonly clear: () => void;
}

export function createQuerySlot<T>(): QuerySlot<T> {
  const empty: QueryState<T> = { value: undefined, asking: false, error: undefined };
  const state = createStore<QueryState<T>>(empty);
  let current: AbortController | undefined;

  const drop = (): void => {
    current?.abort();
    current = undefined;
    if (state.get().asking) state.update((now) => ({ ...now, asking: false }));
  };

  return {
    state,
    drop,
    clear() {
      drop();
      state.set(empty);
    },
    ask(question) {
      current?.abort();
      const own = new AbortController();
      current = own;
      state.update((now) => ({ ...now, asking: true }));
      question(own.signal).then(
        (value) => {
          if (current === own) state.set({ value, asking: false, error: undefined });
        },
        (error: unknown) => {
          if (current !== own) return;
          const shown = error instanceof Cancelled ? undefined : error instanceof Error ? error : new Error(String(error));
          state.update((now) => ({ ...now, asking: false, error: shown }));
        },
      );
    },
  };
}
