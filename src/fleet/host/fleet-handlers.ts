/** Answers the window's requests about one catalogue at a time. */
import { IndexError } from '../../analysis/page-index/index-error.ts';
import { defined } from '../../shared/defined.ts';
import { isDumpError } from '../../shared/dump-error.ts';
import type { FleetProtocol, TrendSpan } from '../../shared/fleet-protocol.ts';
import type { FleetSearchEvent, FleetSearchSummary } from '../../shared/fleet-search-model.ts';
import { RequestError, type Handlers, type Params } from '../../shared/rpc.ts';
import { issueDumps, overviewOf } from '../catalogue/issue-dumps.ts';
import { issueDetails, issueRows, orderedIssues, trendSpan } from '../catalogue/issue-pages.ts';
import { changeIssue } from '../catalogue/issues.ts';
import type { Database } from '../database/database.ts';
import { openCatalogue, usualCatalogue } from '../database/open-catalogue.ts';
import { isServerAddress, withoutPassword, withPassword } from '../database/server.ts';
import { FleetError } from '../fleet-error.ts';
import { assertSchema } from '../schema/migrate.ts';
import { searchFleet } from '../search/search-fleet.ts';

/** A person waits; but PGlite may have a long log to replay. */
const patienceMs = 60_000;

interface OpenCatalogue {
  readonly database: Database;
  /** Of the trends: the same for all rows until everything is queried again. */
  span: TrendSpan | undefined;
  /** Issues in the order of the last request. */
  order: { readonly question: string; readonly ids: readonly number[] } | undefined;
}

/** If the catalogue cannot be used, that is not a bug: a sentence, not a stack. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof FleetError ? new RequestError('query', error.message) : error;
  }
}

/** As for `fleet search`. */
const searchLimits = { limit: 1000, perDump: 100, leastDumps: 2 } as const;
const engineLimits = { seconds: 900, bytes: 2 * 2 ** 30 } as const;

/** Ends with the summary. */
async function searched(
  database: Database,
  request: Params<FleetProtocol, 'search'>,
  signal: AbortSignal,
  progress: (event: FleetSearchEvent) => void,
): Promise<FleetSearchSummary> {
  for await (const event of searchFleet(database, { ...request, ...searchLimits }, { limits: engineLimits, signal })) {
    if (event.event === 'end') return event.summary;
    progress(event);
  }
  throw new Error('a search has ended without a summary');
}

export interface FleetHost {
  readonly handlers: Handlers<FleetProtocol>;
  close(): Promise<void>;
}

export function createFleetHost(): FleetHost {
  let current: Promise<OpenCatalogue> | undefined;
  let opening = new AbortController();

  const opened = async (): Promise<OpenCatalogue> => {
    const catalogue = await current?.catch(() => undefined);
    if (catalogue === undefined) throw new RequestError('query', 'no catalogue is open');
    return catalogue;
  };
  async function close(): Promise<void> {
    const old = current;
    current = undefined;
    opening.abort();
    await (await old?.catch(() => undefined))?.database.close();
  }
  async function open(where: string): Promise<OpenCatalogue> {
    const { signal } = opening;
    const server = isServerAddress(where);
    const database = await openCatalogue({ where, command: 'the Dumpbench window', signal, ...(server ? { patienceMs } : {}) });
    try {
      await assertSchema(database);
      return { database, span: await trendSpan(database), order: undefined };
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  const handlers: Handlers<FleetProtocol> = {
    async open({ where = usualCatalogue(), password }) {
      await close();
      opening = new AbortController();
      try {
        const isServer = isServerAddress(where);
        current = open(isServer && password !== undefined ? withPassword(where, password) : where);
        const { database } = await current;
        return { outcome: 'open', kind: database.kind, place: database.place, address: isServer ? withoutPassword(where) : where };
      } catch (error) {
        current = undefined;
        if (error instanceof FleetError) return { outcome: 'failed', problem: error.problem, message: error.message };
        if (isDumpError(error) || error instanceof IndexError) return { outcome: 'failed', problem: 'refused', message: error.message };
        throw error;
      }
    },
    async overview() {
      const catalogue = await opened();
      catalogue.span = await told(trendSpan(catalogue.database));
      return told(overviewOf(catalogue.database, catalogue.span));
    },
    async issueRows({ start, count, turn, ...choice }) {
      const catalogue = await opened();
      const question = JSON.stringify([turn, choice]);
      const order = catalogue.order?.question === question ? catalogue.order : { question, ids: await told(orderedIssues(catalogue.database, choice)) };
      catalogue.order = order;
      const rows = await told(issueRows(catalogue.database, order.ids.slice(start, start + count), catalogue.span));
      return { matching: order.ids.length, rows: [...rows] };
    },
    async issue({ id }) {
      const { database, span } = await opened();
      return defined({ details: await told(issueDetails(database, id, span)) });
    },
    async dumps({ issue, start, count }) {
      const { database } = await opened();
      return told(issueDumps(database, issue, start, count));
    },
    async search(request, { signal, progress }) {
      const { database } = await opened();
      return told(searched(database, request, signal, progress));
    },
    async changeIssue({ id, ...change }) {
      const { database } = await opened();
      if (await told(changeIssue(database, id, change))) return {};
      const [isThere] = await told(issueRows(database, [id], undefined));
      throw new RequestError(
        'query',
        isThere === undefined
          ? `issue ${id} no longer exists`
          : `the note of issue ${id} was changed by somebody else meanwhile; nothing was saved. Refresh to see it`,
      );
    },
  };
  return { handlers, close };
}
