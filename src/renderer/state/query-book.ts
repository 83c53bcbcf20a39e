/** The SQL queries of each dump, and how their results are shown. Saved with the session. */
import { createStore, type Readable } from './store.ts';

/** The oldest are dropped. */
export const mostPastQueries = 200;

export interface PastQuery {
  readonly query: string;
  /** Number of rows in the result; undefined if there was none. */
  readonly rows?: number | undefined;
}

export interface QueryPage {
  /** Newest first, each query once. */
  readonly history: readonly PastQuery[];
  /** The contents of the editor. */
  readonly text?: string | undefined;
  readonly shown: 'table' | 'chart';
  readonly chart: 'bars' | 'doughnut';
  /** Columns that name and measure the parts of a chart, if the user chose them. */
  readonly label?: string | undefined;
  readonly value?: string | undefined;
}

export const emptyQueryPage: QueryPage = { history: [], shown: 'table', chart: 'bars' };

export interface QueryBook {
  /** By the dump's key. */
  readonly pages: Readable<Readonly<Record<string, QueryPage>>>;
  readonly change: (dump: string, part: Partial<QueryPage>) => void;
  readonly ran: (dump: string, past: PastQuery) => void;
  readonly dumpClosed: (dump: string) => void;
}

export function createQueryBook(): QueryBook {
  const pages = createStore<Readonly<Record<string, QueryPage>>>({});
  const change: QueryBook['change'] = (dump, part) => pages.update((all) => ({ ...all, [dump]: { ...(all[dump] ?? emptyQueryPage), ...part } }));
  return {
    pages,
    change,
    ran(dump, past) {
      const query = past.query.trim();
      if (query === '') return;
      const { history } = pages.get()[dump] ?? emptyQueryPage;
      change(dump, { history: [{ ...past, query }, ...history.filter((one) => one.query !== query)].slice(0, mostPastQueries) });
    },
    dumpClosed: (dump) => pages.update((all) => Object.fromEntries(Object.entries(all).filter(([key]) => key !== dump))),
  };
}
