/** Puts what failed, or the named places, back into the queues. */
import type { PgBoss } from 'pg-boss';
import { retryIndexings } from './catalogue/indexings.ts';
import { retryPlaces } from './catalogue/places.ts';
import { askVerifications } from './catalogue/verifications.ts';
import type { Database } from './database/database.ts';

/** @returns how many jobs there are now @throws FleetError usage if there is no such place */
export async function retryFailed(database: Database, boss: PgBoss, ids: readonly number[] | 'failed'): Promise<number> {
  const places = await retryPlaces(database, boss, ids);
  if (ids !== 'failed') return places;
  const ranges = await database.transaction((sql) => retryIndexings(sql, boss));
  return places + ranges + (await askVerifications(database, boss, 'failed'));
}
