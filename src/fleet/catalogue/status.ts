/** The state of a catalogue: numbers, workers, and places that gave no result. */
import * as v from 'valibot';
import { indexingStates, placeStates, queueNames, rangeStates, verificationStates, type FleetStatusJson } from '../../shared/fleet-model.ts';
import { schemaVersion } from '../../shared/model.ts';
import { issueStates } from '../../shared/issue-states.ts';
import { defined } from '../../shared/defined.ts';
import { bigintNumber, isoText } from '../database/column-values.ts';
import type { Database, Sql } from '../database/database.ts';
import { newestVersion } from '../schema/migrations/index.ts';
import { queueSchema } from '../schema/names.ts';
import { settingsOf } from './settings.ts';

const stateRow = v.object({ state: v.string(), count: v.number() });
const numberRow = v.object({ count: v.number() });
const workerRow = v.object({ host: v.string(), pid: v.number(), since: isoText, seen: isoText });
const troubleRow = v.object({ id: bigintNumber, path: v.string(), state: v.picklist(placeStates), problem: v.nullable(v.string()) });

const troubled = "dumpbench.place WHERE state IN ('failed', 'refused') OR (state = 'queued' AND problem IS NOT NULL)";
/** As many as a person reads; `query` gives all. */
const mostTroubles = 20;
/** pg-boss counts an instance as gone after three heartbeats of 30 s (its API, getInstances). */
const quietSeconds = 90;

const counted = <K extends string>(states: readonly K[], rows: readonly { readonly state: string; readonly count: number }[]): Record<K, number> =>
  Object.fromEntries(states.map((state) => [state, rows.find((row) => row.state === state)?.count ?? 0])) as Record<K, number>;

/** Those with a recent sign of life. */
export const liveWorkers = (sql: Sql): Promise<readonly v.InferOutput<typeof workerRow>[]> =>
  sql.rows(
    workerRow,
    `SELECT host, pid, started_on AS since, heartbeat_on AS seen FROM ${queueSchema}.instance
     WHERE stopped_on IS NULL AND heartbeat_on > now() - interval '${quietSeconds} seconds' ORDER BY host, pid`,
  );

const queueRow = v.object({ name: v.picklist(queueNames), waiting: v.number(), active: v.number() });

async function queuesOf(sql: Sql): Promise<FleetStatusJson['queues']> {
  const rows = await sql.rows(
    queueRow,
    `SELECT name, (count(*) FILTER (WHERE state < 'active'))::int AS waiting, (count(*) FILTER (WHERE state = 'active'))::int AS active
     FROM ${queueSchema}.job WHERE name = ANY($1::text[]) AND state < 'completed' GROUP BY name`,
    [queueNames],
  );
  const of = (name: (typeof queueNames)[number]) => {
    const { waiting = 0, active = 0 } = rows.find((row) => row.name === name) ?? {};
    return { waiting, active };
  };
  return { triage: of('triage'), merge: of('merge'), index: of('index'), verify: of('verify'), reprocess: of('reprocess') };
}

const text = v.nullable(v.string());
const indexingRow = v.object({
  path: v.string(),
  state: v.picklist(indexingStates),
  ranges: v.strictObject(
    Object.fromEntries(rangeStates.map((state) => [state, v.number()])) as Record<(typeof rangeStates)[number], v.NumberSchema<undefined>>,
  ),
  file: text,
  memory_root: text,
  problem: text,
});

async function indexingsOf(sql: Sql): Promise<FleetStatusJson['indexing']> {
  const counts = rangeStates.map((state) => `'${state}', count(*) FILTER (WHERE range.state = '${state}')`);
  const rows = await sql.rows(
    indexingRow,
    `SELECT place.path, indexing.state, (SELECT jsonb_build_object(${counts.join(', ')}) FROM dumpbench.range WHERE range.indexing = indexing.id) AS ranges,
       indexing.file, indexing.memory_root, indexing.problem
     FROM dumpbench.indexing JOIN dumpbench.place ON place.id = indexing.place ORDER BY indexing.id DESC LIMIT ${mostTroubles}`,
  );
  return rows.map(({ path, state, ranges, file, memory_root: root, problem }) => ({
    path,
    state,
    ranges,
    ...defined({ index: file ?? undefined, memoryRoot: root ?? undefined, problem: problem ?? undefined }),
  }));
}

export async function statusOf(database: Database): Promise<FleetStatusJson> {
  const one = async (text: string): Promise<number> => (await database.rows(numberRow, text))[0]?.count ?? 0;
  const places = counted(placeStates, await database.rows(stateRow, 'SELECT state, count(*)::int FROM dumpbench.place GROUP BY state'));
  const queues = await queuesOf(database);
  const issues = counted(issueStates, await database.rows(stateRow, 'SELECT status AS state, count(*)::int FROM dumpbench.issue GROUP BY status'));
  const troubles = await database.rows(troubleRow, `SELECT id, path, state, problem FROM ${troubled} ORDER BY state, id LIMIT ${mostTroubles}`);
  return {
    schema: schemaVersion,
    place: database.place,
    kind: database.kind,
    version: newestVersion,
    texts: (await settingsOf(database)).texts,
    dumps: await one('SELECT count(*)::int FROM dumpbench.dump'),
    places,
    active: Object.values(queues).reduce((sum, { active }) => sum + active, 0),
    queues,
    indexing: await indexingsOf(database),
    verifications: counted(verificationStates, await database.rows(stateRow, 'SELECT state, count(*)::int FROM dumpbench.verification GROUP BY state')),
    issues,
    workers: [...(await liveWorkers(database))],
    troubles: troubles.map(({ problem, ...rest }) => ({ ...rest, ...(problem === null ? {} : { problem }) })),
    troubleCount: await one(`SELECT count(*)::int FROM ${troubled}`),
  };
}
