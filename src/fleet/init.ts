/** Makes a catalogue, or brings one up to date: harmless to repeat, even by two processes at once. */
import type * as v from 'valibot';
import type { fleetInitSchema } from '../shared/fleet-model.ts';
import { schemaVersion } from '../shared/model.ts';
import { changeSettings } from './catalogue/settings.ts';
import type { Database } from './database/database.ts';
import { installQueue } from './queue/boss.ts';
import { migrate } from './schema/migrate.ts';
import { grantRoles } from './schema/roles.ts';
import { defined } from '../shared/defined.ts';

export interface InitOptions {
  /** Undefined: unchanged; a new catalogue keeps them. */
  readonly texts?: boolean | undefined;
  readonly storageJobs?: number | undefined;
}

/** Chosen at random once. */
const initLock = 1886412697;

/** One process after the other; the embedded database has one session, in which nothing else could run meanwhile. */
const inTurn = <T>(database: Database, work: () => Promise<T>): Promise<T> =>
  database.kind === 'embedded'
    ? work()
    : database.transaction(async (sql) => {
        await sql.run('SELECT pg_advisory_xact_lock($1)', [initLock]);
        return work();
      });

/** @param database with two connections at least @throws FleetError */
export async function initCatalogue(database: Database, options: InitOptions): Promise<v.InferOutput<typeof fleetInitSchema>> {
  const version = await migrate(database);
  const sql = await inTurn(database, async () => {
    await installQueue(database);
    const lacking = await grantRoles(database);
    await changeSettings(database, options);
    return lacking;
  });
  return {
    schema: schemaVersion,
    place: database.place,
    kind: database.kind,
    version,
    roles: database.kind === 'embedded' ? 'none' : sql === undefined ? 'granted' : 'missing',
    ...defined({ sql }),
  };
}
