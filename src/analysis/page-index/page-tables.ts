/**
 * The pages of an index as rows for SQL: table-valued functions over the packed blocks. They read through a connection
 * of their own, because SQLite's binding does not run a statement inside another one on the same connection.
 */
import type { Connection } from './connection.ts';
import { duplicateGroups } from './duplicates.ts';
import { pageStateCodes } from '../formats/dump-format.ts';
import type { IndexReader, StoredExtent } from './index-reader-type.ts';
import { blockValues, subtreeValues } from './index-writer.ts';
import type { PageExtents } from './page-extents.ts';
import { createPageLookup, type PageRecord } from './queries.ts';
import { indexTables } from './schema.ts';

/** Numbers reach SQL as floating point unless they are bigint: 7 / 2 must be 3. */
const integer = (value: number): bigint => BigInt(value);

function rowOf({ pfn, state, class: className, fingerprint, fileOffset }: PageRecord): unknown[] {
  const address = integer(pfn) << 12n;
  return [integer(pfn), BigInt.asIntN(64, address), state, className ?? null, fingerprint ?? null, fileOffset === undefined ? null : integer(fileOffset)];
}

/** Extents from the one that holds a page on, a row at a time: those of the dump may be tens of millions. */
function* extentRows(reader: IndexReader, extents: PageExtents | undefined, from: number): Generator<StoredExtent> {
  if (extents === undefined) {
    yield* reader.extents(from);
    return;
  }
  for (const extent of extents.from(from)) yield { ...extent, state: pageStateCodes[extent.state] ?? 'missing' };
}

/** A PFN from SQL: an integer, or a number that is one. */
function pfnArgument(name: string, value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) throw new TypeError(`${name} wants page frame numbers: ${usage[name] ?? name}`);
  return Math.min(Math.max(number, 0), Number.MAX_SAFE_INTEGER);
}
const usage: Readonly<Record<string, string>> = { page_at: 'page_at(pfn)', page_range: 'page_range(first, end)', extent: 'extent(first, end)' };

/**
 * Defines page, page_at, page_range, duplicate and extent.
 * @param connection gets the functions
 * @param reader the same index on another connection
 * @param extents of the dump, where the index has only the first of them
 */
export function definePageTables(connection: Connection, reader: IndexReader, extents?: PageExtents): void {
  const lookup = createPageLookup(reader, extents);
  const names = (table: string) => {
    const found = indexTables.find(({ name }) => name === table);
    return { columns: (found?.columns ?? []).map(({ name }) => name), parameters: [...(found?.parameters ?? [])] };
  };
  connection.table('page', {
    ...names('page'),
    *rows() {
      for (const page of lookup.range(0, Number.MAX_SAFE_INTEGER)) yield rowOf(page);
    },
  });
  connection.table('page_at', {
    ...names('page_at'),
    safeIntegers: true,
    *rows(wanted) {
      const page = lookup.page(pfnArgument('page_at', wanted));
      if (page !== undefined) yield rowOf(page);
    },
  });
  connection.table('page_range', {
    ...names('page_range'),
    safeIntegers: true,
    *rows(first, end) {
      for (const page of lookup.range(pfnArgument('page_range', first), pfnArgument('page_range', end))) yield rowOf(page);
    },
  });
  connection.table('extent', {
    ...names('extent'),
    safeIntegers: true,
    *rows(first, end) {
      const from = first === undefined || first === null ? 0 : pfnArgument('extent', first);
      const to = end === undefined || end === null ? Number.MAX_SAFE_INTEGER : pfnArgument('extent', end);
      for (const { startPfn, endPfn, state, fileOffset } of extentRows(reader, extents, from)) {
        if (startPfn >= to) return;
        yield [integer(startPfn), integer(endPfn), state, fileOffset === undefined ? null : integer(fileOffset)];
      }
    },
  });
  connection.table('duplicate', {
    ...names('duplicate'),
    *rows() {
      for (const { fingerprint, pages } of duplicateGroups(reader)) yield [fingerprint, integer(pages)];
    },
  });
}

/**
 * The tables whose rows are in pieces, in place of those of the index itself, which has the other rows of them.
 * @param connection gets views of their names, which come before its own tables
 * @param reader the same index on another connection
 */
export function definePiecedTables(connection: Connection, reader: IndexReader): void {
  const tables: Readonly<Record<string, () => Generator<unknown[]>>> = {
    *block() {
      for (const row of reader.blocks()) yield blockValues(row).map(sqlValue);
    },
    *subtree() {
      for (const row of reader.subtrees()) yield subtreeValues(row).map(sqlValue);
    },
  };
  // Views of this connection alone, in memory: nothing is written.
  connection.pragma('query_only = 0', { simple: true });
  for (const [name, rows] of Object.entries(tables)) {
    const columns = (indexTables.find((one) => one.name === name)?.columns ?? []).map((column) => column.name);
    connection.table(`${name}_in_pieces`, { columns, rows });
    connection.exec(`CREATE TEMP VIEW "${name}" AS SELECT * FROM "${name}_in_pieces"`);
  }
  connection.pragma('query_only = 1', { simple: true });
}

const sqlValue = (value: unknown): unknown => (typeof value === 'number' ? integer(value) : value);
