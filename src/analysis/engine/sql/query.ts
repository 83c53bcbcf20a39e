/** What a query can read, as the doors show it: tables of the dump itself and of its index. */
import { defined } from '../../../shared/defined.ts';
import { saidOf } from '../session/given-machine.ts';
import type { SqlTableJson } from '../../../shared/sql-protocol.ts';
import { analysisTables, dumpTables, plainTables } from './dump-tables.ts';
import { namedTables } from './named-tables.ts';
import { indexTables, mostExtents } from '../../page-index/schema.ts';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import type { Session } from '../session/session.ts';
import { type SqlDump, runSql } from '../../page-index/sql-console.ts';
import { SqlError } from '../../page-index/index-error.ts';
import { meantFunction, tablesInQuery } from '../../kernel/analyses/sql-name.ts';
import { analyses } from '../../kernel/analyses/catalogue.ts';
import { RequestError } from '../../../shared/rpc.ts';
import type { StartSqlProcess } from '../../page-index/sql-process.ts';
import type { SqlJson } from '../../../shared/memory-model.ts';
import { indexPathOf, openDumpIndex } from '../pages/dump-index.ts';
import { existsSync } from 'node:fs';

export const sqlTables = (): SqlTableJson[] => [
  ...plainTables.map(({ json }) => json),
  ...indexTables.map(({ name, kind, parameters = [], stable, about, columns }) => ({
    name,
    kind,
    group: stable ? ('index' as const) : ('storage' as const),
    parameters: [...parameters],
    stable,
    about,
    columns: columns.map((column) => ({ ...column })),
  })),
  ...analysisTables.map(({ json }) => json),
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

/** The dump for the process of a query that names tables of it, or extents that the index lacks; undefined where the query needs none. @throws RequestError where it lies in no file */
function dumpOfQuery({ location, view, attached }: Session, asksDump: boolean, asksExtents: boolean): SqlDump | undefined {
  if (!asksDump && (!asksExtents || location === undefined)) return undefined;
  if (location === undefined) throw new RequestError('query', 'this query reads a dump in a file, and this one exists only in memory');
  return {
    path: location.path,
    volumes: [...(location.volumes ?? [])],
    ...saidOf(location),
    view,
    attached: Object.fromEntries(attached.map(({ kind, path }) => [kind, path])),
  };
}

/**
 * Runs a user's query on the index, which must have been built before, and on tables of the dump itself.
 * @param session in the view, and with the files attached, that those tables read; the index is of the whole dump
 */
export async function queryIndex(session: Session, request: SqlQuery, signal: AbortSignal, start: StartSqlProcess | undefined): Promise<SqlJson> {
  const entry = consoleEntry();
  const asksDump = namedTables(request.query, dumpTables).length > 0;
  const path = placeOf(session, request, asksDump);
  const isThere = path !== undefined && existsSync(path);
  if (!isThere && (!asksDump || request.path !== undefined)) {
    refuseMeant(tablesInQuery(request.query));
    throw new RequestError('index', `${session.path} has no page index yet`, 'build-index');
  }
  const { unconfirmed, cut = false } = isThere ? lookAtIndex(session, path) : {};
  const dump = dumpOfQuery(session, asksDump, cut && namesExtents.test(request.query));
  const running = runSql({
    ...(isThere ? { index: { path, identity: session.identity, dumpKey: session.dumpKey } } : {}),
    ...defined({ dump }),
    query: request.query,
    rows: request.rows,
    seconds: request.seconds,
    signal,
    ...defined({ entry, start }),
  });
  const result = await running.catch((error: unknown) => {
    const [, table = ''] = error instanceof SqlError ? (/^no such table: ([\w-]+)/.exec(error.message) ?? []) : [];
    refuseMeant([table]);
    throw error;
  });
  return unconfirmed === undefined ? result : { ...result, unconfirmed };
}

/** @throws SqlError for a table that does not exist where an analysis has its name */
function refuseMeant(names: readonly string[]): void {
  for (const name of names) {
    const meant = indexTables.some((one) => one.name === name.toLowerCase()) ? undefined : meantFunction(name, analyses);
    if (meant !== undefined) throw new SqlError(`no such table: ${name}: the analysis of this name is the table ${meant}`);
  }
}

/**
 * Where the index lies, or would lie.
 * @param withoutIndex the query names tables of the dump itself, and may name nothing else: then no folder for the cache is not a reason to refuse it
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
