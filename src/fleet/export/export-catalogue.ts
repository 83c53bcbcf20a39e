/** A catalogue as Parquet files for DuckDB, Spark, Trino: what it holds at one moment, a page of rows after the other. */
import type { FleetExportJson } from '../../shared/fleet-model.ts';
import { schemaVersion } from '../../shared/model.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { openNewFolder, type NewFolder } from '../../files/new-folder.ts';
import type { Database, Sql } from '../database/database.ts';
import { columnTypes } from './column-types.ts';
import { TableFile } from './table-file.ts';
import { exportTables, type ExportTable } from './tables.ts';

export interface ExportOptions {
  /** A new folder, or an empty one. */
  readonly folder: string;
  /** "2026-11": this month and later ones. Issues are always all. */
  readonly since?: string | undefined;
  readonly signal: AbortSignal;
}

const pageRows = 500;
const fileName = 'part-0.parquet';
/** Hive's name for rows without a value: where a table has no rows, readers still find its columns. */
const noMonth = 'month=__HIVE_DEFAULT_PARTITION__';

export const isMonth = (text: string): boolean => /^\d{4}-(?:0[1-9]|1[0-2])$/.test(text);

function statementOf({ columns, from, month = 'NULL', order }: ExportTable, since: string | undefined): string {
  const asked = columns.map(({ name, type, from: own }) => `${columnTypes[type].asked(own ?? `of.${name}`)} AS ${name}`);
  const later = since === undefined || month === 'NULL' ? '' : `WHERE ${month} COLLATE "C" >= '${since}'`;
  return `SELECT ${month} AS filed_under, ${asked.join(', ')} FROM ${from} ${later} ORDER BY ${month} COLLATE "C", ${order}`;
}

/** Rows of a statement; the database keeps what was not fetched yet. */
async function* rowsOf(sql: Sql, statement: string, signal: AbortSignal): AsyncGenerator<readonly unknown[]> {
  await sql.table(`DECLARE exported NO SCROLL CURSOR FOR ${statement}`);
  for (;;) {
    if (signal.aborted) throw new Cancelled();
    const { rows } = await sql.table(`FETCH ${pageRows} FROM exported`);
    if (rows.length === 0) break;
    yield* rows;
  }
  await sql.run('CLOSE exported');
}

async function exportTable(sql: Sql, table: ExportTable, into: NewFolder, { since, signal }: ExportOptions): Promise<FleetExportJson['tables'][number]> {
  let file: TableFile | undefined;
  let under: unknown;
  let [rows, files] = [0, 0];
  const begin = (folder: string): TableFile => {
    files += 1;
    return new TableFile(table, into.open(folder, fileName));
  };
  for await (const [month, ...values] of rowsOf(sql, statementOf(table, since), signal)) {
    if (file === undefined || month !== under) {
      file?.finish();
      if (table.month !== undefined && (typeof month !== 'string' || !/^\d{4,6}-\d\d$/.test(month))) throw new Error(`${table.name}: a row has no month`);
      file = begin(typeof month === 'string' ? `${table.name}/month=${month}` : table.name);
      under = month;
    }
    file.add(values);
    rows += 1;
  }
  file ??= begin(table.month === undefined ? table.name : `${table.name}/${noMonth}`);
  file.finish();
  return { name: table.name, rows, files };
}

/** @throws FleetError; DumpError io; Cancelled. Nothing is left then */
export async function exportCatalogue(database: Database, options: ExportOptions): Promise<FleetExportJson> {
  const into = openNewFolder(options.folder);
  try {
    // All tables as they are at one moment: rows name each other.
    const tables = await database.transaction(async (sql) => {
      const done: FleetExportJson['tables'] = [];
      for (const table of exportTables) done.push(await exportTable(sql, table, into, options));
      return done;
    }, 'isolation level repeatable read, read only');
    into.finish();
    return { schema: schemaVersion, folder: options.folder, tables };
  } catch (error) {
    into.abandon();
    throw error;
  }
}
