/** Rows that the engine delivers page by page, as they come into view: only the most recently viewed pages are kept. */
import { createStore, type Readable } from './store.ts';

interface Page<Row> {
  /** Number of rows in the whole list. */
  readonly matching: number;
  readonly rows: readonly Row[];
}

interface PagedRows<Row> {
  /** Changes with every page that comes. */
  readonly version: Readable<number>;
  /** Undefined until the page has arrived. */
  readonly at: (row: number) => Row | undefined;
  /** Number of rows in the whole list; undefined until a page has arrived. */
  readonly matching: () => number | undefined;
  /** Requests what is missing of [first, end), also after a stop. Earlier requests that are no longer needed are cancelled. */
  readonly want: (first: number, end: number) => void;
  readonly error: () => Error | undefined;
  /** Cancels pending requests; nothing is requested until rows are wanted again. A hidden view stops, and continues once it is shown. */
  readonly stop: () => void;
}

export const pageRows = 200;
/** Pages that are kept: enough for the rows that can be copied at once, wherever they begin. */
const mostPages = 52;

/** @param ask returns a number of rows from a position on */
export function createPagedRows<Row>(ask: (start: number, count: number, signal: AbortSignal) => Promise<Page<Row>>): PagedRows<Row> {
  const version = createStore(0);
  const pages = new Map<number, readonly Row[]>();
  let asked: { readonly page: number; readonly abort: AbortController } | undefined;
  let wanted: readonly number[] = [];
  let matching: number | undefined;
  let error: Error | undefined;

  const keep = (page: number, rows: readonly Row[]): void => {
    pages.set(page, rows);
    const [oldest] = pages.keys();
    if (pages.size > mostPages && oldest !== undefined) pages.delete(oldest);
  };
  const next = (): void => {
    const page = wanted.find((one) => !pages.has(one));
    if (page === undefined || asked !== undefined || error !== undefined) return;
    const own = { page, abort: new AbortController() };
    asked = own;
    ask(page * pageRows, pageRows, own.abort.signal).then(
      (answer) => {
        if (asked !== own) return;
        asked = undefined;
        matching = answer.matching;
        keep(page, answer.rows);
        version.update((old) => old + 1);
        next();
      },
      (failure: unknown) => {
        if (asked !== own) return;
        asked = undefined;
        error = failure instanceof Error ? failure : new Error(String(failure));
        version.update((old) => old + 1);
      },
    );
  };
  return {
    version,
    at: (row) => pages.get(Math.floor(row / pageRows))?.[row % pageRows],
    matching: () => matching,
    error: () => error,
    want(first, end) {
      const last = Math.floor(Math.max(first, end - 1) / pageRows);
      wanted = Array.from({ length: last - Math.floor(first / pageRows) + 1 }, (_, at) => Math.floor(first / pageRows) + at).slice(0, mostPages);
      // The most recently viewed pages stay longest.
      for (const page of wanted) {
        const rows = pages.get(page);
        if (rows === undefined) continue;
        pages.delete(page);
        pages.set(page, rows);
      }
      if (asked !== undefined && !wanted.includes(asked.page)) {
        asked.abort.abort();
        asked = undefined;
      }
      next();
    },
    stop() {
      wanted = [];
      asked?.abort.abort();
      asked = undefined;
    },
  };
}
