/**
 * What is derived from a dump, each part once. A session has one memo, and what is in it lives as long as the session: no other place
 * keeps what was derived. Subjects declare what they derive with `derived` and `searched`, next to the code that does it.
 */
import { Cancelled } from '../../../shared/rpc.ts';

/** A search under way, for all who wait for it. */
interface UnderWay {
  readonly result: Promise<unknown>;
  readonly abort: AbortController;
  waiting: number;
}

export interface Memo {
  /** Value of a key, made at the first call. What throws is made again the next time. */
  once<T>(key: object, make: () => T): T;
  /**
   * The same for what takes long. All who ask while it runs wait for the same search; it is cancelled when nobody waits any more. What
   * failed or was cancelled is forgotten: the next caller starts again.
   * @throws Cancelled for a caller whose signal says so; what `make` throws
   */
  search<T>(key: object, make: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** The value, if it has been made by now. */
  known(key: object): unknown;
  /** A value that was made on the way to something else; one that is there already stays. */
  keep(key: object, value: unknown): void;
}

export function createMemo(): Memo {
  // A key is the function that makes the value, so its type is the type of the value.
  const values = new Map<object, unknown>();
  const running = new Map<object, UnderWay>();

  const begin = (key: object, make: (signal: AbortSignal) => Promise<unknown>): UnderWay => {
    const abort = new AbortController();
    const result = make(abort.signal).then(
      (value) => {
        values.set(key, value);
        running.delete(key);
        return value;
      },
      (error: unknown) => {
        if (running.get(key)?.abort === abort) running.delete(key);
        throw error;
      },
    );
    // Everybody may have left by the time it fails.
    result.catch(() => undefined);
    const started = { result, abort, waiting: 0 };
    if (!values.has(key)) running.set(key, started);
    return started;
  };

  return {
    once<T>(key: object, make: () => T): T {
      if (!values.has(key)) values.set(key, make());
      return values.get(key) as T;
    },
    known: (key) => values.get(key),
    keep(key, value) {
      if (!values.has(key)) values.set(key, value);
    },
    async search<T>(key: object, make: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
      if (values.has(key)) return values.get(key) as T;
      if (signal.aborted) throw new Cancelled();
      const search = running.get(key) ?? begin(key, make);
      search.waiting += 1;
      return new Promise<T>((resolve, reject) => {
        const leave = (): void => {
          search.waiting -= 1;
          if (search.waiting === 0) {
            // Who asks from now on starts a search of its own.
            if (running.get(key) === search) running.delete(key);
            search.abort.abort();
          }
          reject(new Cancelled());
        };
        signal.addEventListener('abort', leave, { once: true });
        search.result
          .then((value) => resolve(value as T), reject)
          .finally(() => {
            signal.removeEventListener('abort', leave);
          });
      });
    },
  };
}

interface Remembering {
  readonly memo: Memo;
}

/** Something that follows from a session, computed at the first use. */
export function derived<S extends Remembering, T>(make: (session: S) => T): (session: S) => T {
  return (session) => session.memo.once(make, () => make(session));
}

export interface Searched<S extends Remembering, T> {
  /** @throws Cancelled, and what the search throws */
  (session: S, signal: AbortSignal): Promise<T>;
  /** What has been found by now. */
  known(session: S): T | undefined;
  /** Takes what was found on the way to something else. */
  keep(session: S, found: T): void;
}

/** Something that takes a while to find in a session: a list that is walked, memory that is scanned. */
export function searched<S extends Remembering, T>(search: (session: S, signal: AbortSignal) => Promise<T>): Searched<S, T> {
  return Object.assign((session: S, signal: AbortSignal): Promise<T> => session.memo.search(search, (own) => search(session, own), signal), {
    known: (session: S): T | undefined => session.memo.known(search) as T | undefined,
    keep: (session: S, found: T): void => session.memo.keep(search, found),
  });
}
