/** Whole tables of an index against their checksums: before a user's query reads them, and before an index is kept. */
import type { Connection } from './connection.ts';
import { IndexDamaged } from './index-error.ts';
import type { IndexReader } from './index-reader-type.ts';
import { partialChecksum } from './index-writer.ts';
import { readError } from './read-guard.ts';
import { unpackBlock } from './packed-block.ts';
import { assertRow, rowChecksum } from './row-checksum.ts';
import { indexTables } from './schema.ts';

type Row = readonly unknown[];

/** What SQLite says of a table and its places: 'ok'. @throws IndexDamaged */
function consistency(connection: Connection, table: string): unknown {
  try {
    return connection.pragma(`integrity_check("${table}")`, { simple: true });
  } catch (error) {
    throw readError(error);
  }
}

/** A table that was written at once: its rows have no checksums of their own. */
function assertRecords(connection: Connection, table: string): void {
  const sum = connection.prepare('SELECT rows, checksum FROM record_sum WHERE name = ?').raw().get(table) as Row | undefined;
  let rows = 0;
  let checksum = 0;
  for (const row of connection.prepare(`SELECT * FROM "${table}" ORDER BY rowid`).raw().safeIntegers().iterate() as IterableIterator<Row>) {
    rows += 1;
    checksum = rowChecksum(row, checksum);
  }
  // Of an index that was begun and not gone on with, nothing was written yet.
  if (sum === undefined && rows === 0) return;
  if (rows !== sum?.[0] || checksum !== sum[1]) throw new IndexDamaged(`its table "${table}" does not match its checksum`);
  const state = consistency(connection, table);
  if (state !== 'ok') throw new IndexDamaged(`its table "${table}" is not consistent (${String(state)})`);
}

function assertTable(connection: Connection, reader: IndexReader, name: string): void {
  const table = indexTables.find((one) => one.name === name);
  if (table?.kind !== 'table') return;
  if (name === 'block') {
    for (const block of reader.blocks()) unpackBlock(block);
    // The counts have a checksum of their own.
    reader.totals();
    return;
  }
  if (name === 'partial_block') {
    const partial = reader.partial();
    if (partial !== undefined && partialChecksum(partial) !== partial.checksum)
      throw new IndexDamaged('the block that was begun last does not match its checksum');
    return;
  }
  if (table.columns.at(-1)?.name !== 'checksum') {
    assertRecords(connection, name);
    return;
  }
  let rows = 0;
  for (const row of connection.prepare(`SELECT * FROM "${name}"`).raw().safeIntegers().iterate() as IterableIterator<Row>) {
    assertRow(name, row);
    rows += 1;
  }
  if (name === 'first_extent' && rows !== reader.header().extentsWritten)
    throw new IndexDamaged(`${rows} of ${reader.header().extentsWritten} rows of its table "first_extent" are there`);
}

/**
 * @param reader on the same connection
 * @param tables names, all of them by default; those of table functions are passed over: what these give out is compared as it is read
 * @throws IndexDamaged naming the row that is not what was written
 */
export function assertRows(connection: Connection, reader: IndexReader, tables: Iterable<string> = indexTables.map(({ name }) => name)): void {
  for (const name of tables) if (name !== 'record_sum') assertTable(connection, reader, name);
}

/** The tables of the index that a query reads, by its program: whatever their names in it are. */
export function tablesRead(connection: Connection, query: string): ReadonlySet<string> {
  const roots = new Map(
    (connection.prepare('SELECT rootpage, tbl_name FROM sqlite_schema').raw().all() as [number, string][]).map(([root, name]) => [root, name]),
  );
  const program = connection.prepare(`EXPLAIN ${query}`).all() as { readonly opcode: string; readonly p2: number }[];
  return new Set(program.flatMap(({ opcode, p2 }) => (opcode === 'OpenRead' || opcode === 'ReopenIdx' ? (roots.get(p2) ?? []) : [])));
}
