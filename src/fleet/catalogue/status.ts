/** How a catalogue stands: numbers, workers, and places of which nothing came. */
import * as v from 'valibot';
import { placeStates, type FleetStatusJson } from '../../shared/fleet-model.ts';
import { schemaVersion } from '../../shared/model.ts';
import { issueStates } from '../../shared/issue-states.ts';
import type { Database } from '../database/database.ts';
import { newestVersion } from '../schema/migrations/index.ts';
import { queueSchema } from '../schema/names.ts';
import { settingsOf } from './settings.ts';

const stateRow = v.object({ state: v.string(), count: v.number() });
const numberRow = v.object({ count: v.number() });
const isoText = v.pipe(
  v.date(),
  v.transform((date) => date.toISOString()),
);
const workerRow = v.object({ host: v.string(), pid: v.number(), since: isoText, seen: isoText });
const troubleRow = v.object({ id: v.pipe(v.string(), v.transform(Number)), path: v.string(), state: v.picklist(placeStates), problem: v.nullable(v.string()) });

/** As many as a person reads; `query` gives all. */
const mostTroubles = 20;
/** pg-boss counts an instance as gone after three heartbeats of 30 s (its API, getInstances). */
const quietSeconds = 90;

const counted = <K extends string>(states: readonly K[], rows: readonly { readonly state: string; readonly count: number }[]): Record<K, number> =>
  Object.fromEntries(states.map((state) => [state, rows.find((row) => row.state === state)?.count ?? 0])) as Record<K, number>;

export async function statusOf(database: Database): Promise<FleetStatusJson> {
  const one = async (text: string): Promise<number> => (await database.rows(numberRow, text))[0]?.count ?? 0;
  const places = counted(placeStates, await database.rows(stateRow, 'SELECT state, count(*)::int FROM dumpbench.place GROUP BY state'));
  const issues = counted(issueStates, await database.rows(stateRow, 'SELECT status AS state, count(*)::int FROM dumpbench.issue GROUP BY status'));
  const troubles = await database.rows(
    troubleRow,
    `SELECT id, path, state, problem FROM dumpbench.place WHERE state = 'failed' OR (state = 'queued' AND problem IS NOT NULL) ORDER BY state, id LIMIT ${mostTroubles}`,
  );
  return {
    schema: schemaVersion,
    place: database.place,
    kind: database.kind,
    version: newestVersion,
    texts: (await settingsOf(database)).texts,
    dumps: await one('SELECT count(*)::int FROM dumpbench.dump'),
    places,
    active: await one(`SELECT count(*)::int FROM ${queueSchema}.job WHERE state = 'active'`),
    issues,
    workers: [
      ...(await database.rows(
        workerRow,
        `SELECT host, pid, started_on AS since, heartbeat_on AS seen FROM ${queueSchema}.instance
         WHERE stopped_on IS NULL AND heartbeat_on > now() - interval '${quietSeconds} seconds' ORDER BY host, pid`,
      )),
    ],
    troubles: troubles.map(({ problem, ...rest }) => ({ ...rest, ...(problem === null ? {} : { problem }) })),
  };
}
