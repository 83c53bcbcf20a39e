/** One query of a user on an index: read-only, capped in rows and cell size. Runs in the console's child process. */
import { type SqlJson } from '../../shared/memory-model.ts';
import { schemaVersion } from '../../shared/model.ts';
import type { Connection, NamedFunction, Statement } from './connection.ts';
import { assertRows, tablesRead } from './assert-rows.ts';
import { IndexError, SqlError } from './index-error.ts';
import type { IndexReader } from './index-reader-type.ts';
import type { PageExtents } from './page-extents.ts';
import { definePageTables, definePiecedTables } from './page-tables.ts';
import { isPieced, readerOf } from './pieced-reader.ts';
import { indexTables } from './schema.ts';
import type { SqlIndex } from './sql-console.ts';
import { openEmpty, openReadOnly } from './sqlite.ts';
import { readIndex } from './store.ts';

export interface QueryCaps {
  /** Rows given out; one more makes the result `truncated`. */
  readonly rows: number;
  /** Characters of a cell; longer ones are cut and say how long they were. */
  readonly cell: number;
}

/** PRAGMA statements that only look. All others are refused, whatever SQLite would make of them. */
const harmlessPragmas: ReadonlySet<string> = new Set([
  'compile_options',
  'function_list',
  'index_info',
  'index_list',
  'index_xinfo',
  'module_list',
  'pragma_list',
  'quick_check',
  'table_info',
  'table_list',
  'table_xinfo',
]);

/** Characters of a whole result: it is held in memory three times on its way to a door. */
const resultCharacters = 64 * 1024 * 1024;

type Cell = SqlJson['rows'][number][number];

/**
 * What a query reads of the index is compared with its checksums first: tables as a whole, pages as they are asked for.
 * @param index its file, and the dump that it must be of; without one there are the functions alone
 * @param functions besides those over the pages of the index
 * @param extents of the dump, where the index has only the first of them
 * @throws SqlError for whatever is wrong with the query
 * @throws IndexError when the index cannot be opened
 */
export function runQuery(
  index: SqlIndex | undefined,
  query: string,
  caps: QueryCaps,
  functions: readonly NamedFunction[] = [],
  extents?: PageExtents,
): SqlJson {
  const reader = index === undefined ? undefined : readIndex(index.path, index);
  const connection = index === undefined ? openEmpty() : openReadOnly(index.path);
  try {
    if (reader !== undefined) {
      definePageTables(connection, reader, extents);
      if (isPieced(reader)) definePiecedTables(connection, reader);
    }
    for (const { name, definition } of functions) connection.table(name, definition);
    // One state of the index, whoever builds it meanwhile.
    connection.exec('BEGIN');
    const { statement, verb } = prepare(connection, query);
    if (reader === undefined || verb === 'EXPLAIN' || verb === 'PRAGMA') return collect(statement, caps);
    const inside = readerOf(index?.path ?? '', connection);
    try {
      assertRows(connection, inside, tablesRead(connection, query));
      return { ...collect(statement, caps), ...(namesIndex.test(query) ? unfinished(inside) : {}) };
    } finally {
      if (isPieced(inside)) inside.close();
    }
  } catch (error) {
    if (error instanceof SqlError || error instanceof IndexError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new SqlError(index === undefined && message.startsWith('no such table') ? `${message}: there is no page index of this dump yet` : message);
  } finally {
    connection.close();
    reader?.close();
  }
}

/** A query that names no table of the index and none of its functions reads analyses alone. */
const namesIndex = new RegExp(`\\b(?:${indexTables.map(({ name }) => name).join('|')})\\b`, 'i');

/** What an index that was not built to its end holds. */
function unfinished(reader: IndexReader): Pick<SqlJson, 'incomplete'> {
  const { complete, totalPages } = reader.header();
  return complete ? {} : { incomplete: { pages: reader.totals().pages, totalPages } };
}

function prepare(connection: Connection, query: string): { readonly statement: Statement; readonly verb: string } {
  const [, verb, pragma] = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*([a-z]+)\s*([a-z_]*)/i.exec(query) ?? [];
  const allowed =
    verb !== undefined &&
    (['SELECT', 'WITH', 'VALUES', 'EXPLAIN'].includes(verb.toUpperCase()) ||
      (verb.toUpperCase() === 'PRAGMA' && harmlessPragmas.has((pragma ?? '').toLowerCase())));
  const refusal = 'the index is read-only: only SELECT, WITH, VALUES, EXPLAIN and read-only PRAGMA statements are allowed';
  if (!allowed) throw new SqlError(verb === undefined ? 'there is no SQL statement' : refusal);
  const statement = connection.prepare(query);
  if (!statement.reader || !statement.readonly) throw new SqlError(refusal);
  return { statement, verb: verb.toUpperCase() };
}

function collect(statement: Statement, caps: QueryCaps): SqlJson {
  const columns = statement.columns().map(({ name }) => name);
  const rows: Cell[][] = [];
  let truncated = false;
  let characters = 0;
  for (const row of statement.raw().safeIntegers().iterate()) {
    if (rows.length === caps.rows || characters > resultCharacters) {
      truncated = true;
      break;
    }
    const cells = (row as unknown[]).map((value) => cell(value, caps.cell));
    for (const value of cells) characters += typeof value === 'string' ? value.length : 8;
    rows.push(cells);
  }
  return { schema: schemaVersion, columns, rows, truncated };
}

function cell(value: unknown, most: number): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) {
    const digits = Buffer.from(value.subarray(0, Math.ceil(most / 2))).toString('hex');
    return 2 * value.length <= most ? digits : `${digits.slice(0, most)}… (${value.length} bytes)`;
  }
  if (typeof value !== 'string') throw new TypeError('SQLite returned a value of an unknown kind');
  return value.length <= most ? value : `${value.slice(0, most)}… (${value.length} characters)`;
}
