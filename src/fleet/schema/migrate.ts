/** Brings the schema of a catalogue up to date, or says why this program cannot work with it. */
import * as v from 'valibot';
import { toolVersion } from '../../analysis/engine/tool.ts';
import type { Database, Sql } from '../database/database.ts';
import { FleetError } from '../fleet-error.ts';
import { migrations, newestVersion } from './migrations/index.ts';

/** If two migrate at the same time, the second waits, and finds it done. The number is drawn at random once. */
const migrationLock = 7251866043;

export const bookkeeping = `
CREATE SCHEMA IF NOT EXISTS dumpbench;
CREATE TABLE IF NOT EXISTS dumpbench.migration (
  version integer PRIMARY KEY,
  name text NOT NULL,
  tool text NOT NULL,
  applied timestamptz NOT NULL DEFAULT now()
);
`;

const versionRow = v.object({ version: v.number() });

async function versionIn(sql: Sql): Promise<number> {
  const [row] = await sql.rows(versionRow, 'SELECT coalesce(max(version), 0) AS version FROM dumpbench.migration');
  return row?.version ?? 0;
}

function refuseNewer(version: number, place: string): void {
  if (version > newestVersion)
    throw new FleetError(
      'schema',
      `${place} was made by a newer Dumpbench: its schema has version ${version}, and this one (${toolVersion}) knows versions up to ${newestVersion}. Nothing was changed: use the newer program`,
    );
}

export interface Migrated {
  readonly from: number;
  readonly to: number;
}

/** All that is missing, in one transaction. @throws FleetError schema for a newer one */
export function migrate(database: Database): Promise<Migrated> {
  return database.transaction(async (sql) => {
    await sql.run('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    await sql.run(bookkeeping);
    const from = await versionIn(sql);
    refuseNewer(from, database.place);
    for (const { version, name, sql: text } of migrations) {
      if (version <= from) continue;
      await sql.run(text);
      await sql.run('INSERT INTO dumpbench.migration (version, name, tool) VALUES ($1, $2, $3)', [version, name, toolVersion]);
    }
    return { from, to: newestVersion };
  });
}

const presenceRow = v.object({ there: v.boolean() });

/** @throws FleetError schema when there is none, or it is of another version */
export async function assertSchema(database: Database): Promise<void> {
  const [found] = await database.rows(presenceRow, "SELECT to_regclass('dumpbench.migration') IS NOT NULL AS there");
  if (found?.there !== true) throw new FleetError('schema', `${database.place} holds no fleet catalogue yet: "dumpbench fleet init" makes one`);
  const version = await versionIn(database);
  refuseNewer(version, database.place);
  if (version < newestVersion)
    throw new FleetError(
      'schema',
      `${database.place} is of an older Dumpbench: its schema has version ${version}, this one needs ${newestVersion}. "dumpbench fleet init" upgrades it (make a backup first, as the guide to fleets says)`,
    );
}
