/** Enters places into a catalogue, a batch in a transaction: what was entered before a failure stays, and the next run continues. */
import { resolve } from 'node:path';
import type { PgBoss } from 'pg-boss';
import type { EngineClient } from '../shared/engine-protocol.ts';
import type { FleetAddJson } from '../shared/fleet-model.ts';
import { schemaVersion } from '../shared/model.ts';
import { enterPlaces } from './catalogue/places.ts';
import type { Database } from './database/database.ts';
import { findDumps, type FoundPlace } from './find-dumps.ts';

const batch = 500;
/** Reasons that are listed; a share without permissions has one for each folder. */
const mostUnreadable = 1000;

export interface AddOptions {
  readonly paths: readonly string[];
  readonly signal: AbortSignal;
  readonly onProgress?: (found: number) => void;
}

/** @throws FleetError, Cancelled */
export async function addDumps(database: Database, boss: PgBoss, engine: EngineClient, { paths, signal, onProgress }: AddOptions): Promise<FleetAddJson> {
  const tally = { found: 0, added: 0, changed: 0, others: 0 };
  const unreadable: FleetAddJson['unreadable'] = [];
  const named = new Set(paths.map((path) => resolve(path)));
  let waiting: FoundPlace[] = [];
  const enter = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const some = waiting;
    waiting = [];
    const { added, changed } = await database.transaction((sql) => enterPlaces(sql, boss, some));
    tally.added += added;
    tally.changed += changed;
  };
  for await (const one of findDumps(engine, paths, signal)) {
    if ('other' in one) tally.others += 1;
    else if ('unreadable' in one) {
      const isNamed = named.has(resolve(one.unreadable));
      if (isNamed || unreadable.length < mostUnreadable) unreadable.push({ path: one.unreadable, why: one.why, isNamed });
    } else {
      tally.found += 1;
      waiting.push(one.place);
      if (waiting.length >= batch) await enter();
      onProgress?.(tally.found);
    }
  }
  await enter();
  return { schema: schemaVersion, ...tally, unreadable };
}
