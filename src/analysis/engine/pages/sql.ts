/** What a query can read, as the doors show it: the tables of an index, and analyses as functions. */
import { defined } from '../../../shared/defined.ts';
import type { SqlTableJson } from '../../../shared/sql-protocol.ts';
import { analysisSqlTables } from '../kernel/analysis-functions.ts';
import { indexTables, mostExtents } from '../../page-index/schema.ts';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import type { Session } from '../session/session.ts';
import { type SqlDump, runSql } from '../../page-index/sql-console.ts';
import { namedInQuery } from '../../kernel/analyses/sql-name.ts';
import { analyses } from '../../kernel/analyses/catalogue.ts';
import { RequestError } from '../../../shared/rpc.ts';
import { hex } from '../../../shared/units.ts';
import type { StartSqlProcess } from '../../page-index/sql-process.ts';
import type { SqlJson } from '../../../shared/memory-model.ts';
import { indexPathOf, openDumpIndex } from './dump-index.ts';
import { existsSync } from 'node:fs';

export const sqlTables = (): SqlTableJson[] => [
  ...indexTables.map(({ name, kind, parameters = [], stable, about, columns }) => ({
    name,
    kind,
    parameters: [...parameters],
    stable,
    about,
    columns: columns.map((column) => ({ ...column })),
  })),
  ...analysisSqlTables(),
];

export interface SqlQuery {
  readonly query: string;
  readonly rows: number;
  readonly seconds: number;
  readonly path?: string;
}

/** In a bundle all hosts lie in one folder; in a checkout sql-console.ts lies in its own. */
function consoleEntry(): string | undefined {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith('.ts') ? undefined : join(dirname(here), 'sql-console.js');
}

/** The dump for the process of a query that names analyses, or extents that the index lacks; undefined where the query needs none. @throws RequestError where it lies in no file */
function dumpOfQuery({ location, view, attached }: Session, asksAnalyses: boolean, asksExtents: boolean): SqlDump | undefined {
  if (!asksAnalyses && (!asksExtents || location === undefined)) return undefined;
  if (location === undefined) throw new RequestError('query', 'analyses read a dump in a file, and this one lies in memory alone');
  return {
    path: location.path,
    volumes: [...(location.volumes ?? [])],
    ...defined({ machine: location.machine }),
    ...(location.physBase === undefined ? {} : { physBase: hex(location.physBase) }),
    view,
    attached: Object.fromEntries(attached.map(({ kind, path }) => [kind, path])),
  };
}

/**
 * Runs a user's query on the index, which must have been built before, and on analyses of the dump.
 * @param session in the view, and with the files attached, that analyses read; the index is of the whole dump
 */
export async function queryIndex(session: Session, request: SqlQuery, signal: AbortSignal, start: StartSqlProcess | undefined): Promise<SqlJson> {
  const entry = consoleEntry();
  const asksAnalyses = namedInQuery(request.query, analyses).length > 0;
  const path = placeOf(session, request, asksAnalyses);
  const isThere = path !== undefined && existsSync(path);
  if (!isThere && (!asksAnalyses || request.path !== undefined)) throw new RequestError('index', `${session.path} has no page index yet`, 'build-index');
  const { unconfirmed, cut = false } = isThere ? lookAtIndex(session, path) : {};
  const dump = dumpOfQuery(session, asksAnalyses, cut && namesExtents.test(request.query));
  const result = await runSql({
    ...(isThere ? { index: { path, identity: session.identity, dumpKey: session.dumpKey } } : {}),
    ...defined({ dump }),
    query: request.query,
    rows: request.rows,
    seconds: request.seconds,
    signal,
    ...defined({ entry, start }),
  });
  return unconfirmed === undefined ? result : { ...result, unconfirmed };
}

/**
 * Where the index lies, or would lie.
 * @param withoutIndex the query names analyses, and may name nothing else: then no folder for the cache is no reason to refuse it
 * @throws RequestError index when there is no such folder
 */
function placeOf(session: Session, { path }: SqlQuery, withoutIndex: boolean): string | undefined {
  try {
    return indexPathOf(session, path);
  } catch (error) {
    if (withoutIndex && error instanceof RequestError) return undefined;
    throw error;
  }
}

/** Tables of which some column comes from the extents of the dump. */
const namesExtents = /\b(?:extent|page|page_at|page_range)\b/i;

/**
 * @returns why the index is not known to hold for the files, and whether it has only the first extents of the dump
 * @throws RequestError index when it is of another dump, or damaged
 */
function lookAtIndex(session: Session, path: string): { readonly unconfirmed: string | undefined; readonly cut: boolean } {
  const { reader, unconfirmed } = openDumpIndex(session, path, '');
  try {
    return { unconfirmed, cut: reader.header().extentsWritten >= mostExtents };
  } finally {
    reader.close();
  }
}
