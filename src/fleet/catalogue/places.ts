/** Places that dumps were found at: one row for each file, set, or member of an archive, whatever it turns out to be. */
import type { PgBoss } from 'pg-boss';
import * as v from 'valibot';
import { pathBytes, pathText } from '../../files/path-bytes.ts';
import { bigintNumber } from '../database/column-values.ts';
import { jsonbParameter, problemText } from '../database/storable.ts';
import type { Database, Sql } from '../database/database.ts';
import type { FoundPlace } from '../find-dumps.ts';
import { priorities } from '../queue/queues.ts';
import { sendJobs } from '../queue/send-jobs.ts';
import { FleetError } from '../fleet-error.ts';

const hexOf = (path: string): string => Buffer.from(pathBytes(path)).toString('hex');

const enteredRow = v.object({ id: bigintNumber, storage: v.string(), fresh: v.boolean() });

export interface Entered {
  readonly added: number;
  /** Known places whose files have changed, or exist again. */
  readonly changed: number;
}

/** For a place whose file was missing when it was to be opened. */
export const absentFinding = 'fleet/absent';

/** New places, those whose files have changed, and those whose files exist again; all others stay as they are. Their jobs come with them, in the same transaction. */
export async function enterPlaces(sql: Sql, boss: PgBoss, found: readonly FoundPlace[], priority?: number): Promise<Entered> {
  const once = new Map(found.map((place) => [`${place.storage}\0${place.path}`, place]));
  const rows = [...once.values()].map(({ storage, path, parts, title, stamp }) => ({ storage, hex: hexOf(path), path, parts: parts.map(hexOf), title, stamp }));
  const entered = await sql.rows(
    enteredRow,
    `INSERT INTO dumpbench.place AS known (storage, path_bytes, path, part_bytes, title, stamp)
     SELECT storage, decode(hex, 'hex'), path, ARRAY(SELECT decode(part, 'hex') FROM jsonb_array_elements_text(parts) AS part), title, stamp
     FROM jsonb_to_recordset($1::jsonb) AS given (storage text, hex text, path text, parts jsonb, title text, stamp text)
     ORDER BY storage, hex
     ON CONFLICT (storage, path_bytes) DO UPDATE
       SET stamp = excluded.stamp, part_bytes = excluded.part_bytes, title = excluded.title, state = 'queued', problem = NULL, crashes = 0, finished = NULL
       WHERE known.stamp <> excluded.stamp
         OR known.state = 'failed' AND EXISTS (SELECT FROM dumpbench.finding WHERE finding.place = known.id AND finding.finding = '${absentFinding}')
     RETURNING id, storage, xmax = 0 AS fresh`,
    [jsonbParameter(rows)],
  );
  await sendJobs(sql, boss, 'triage', triageJobs(entered), priority);
  const added = entered.filter(({ fresh }) => fresh).length;
  return { added, changed: entered.length - added };
}

const triageJobs = (places: readonly { readonly id: number; readonly storage: string }[]) =>
  places.map(({ id, storage }) => ({ data: { place: id }, storage }));

/** The number of a place that was entered. */
export async function placeAt(sql: Sql, { storage, path }: Pick<FoundPlace, 'storage' | 'path'>): Promise<number> {
  const [row] = await sql.rows(v.object({ id: bigintNumber }), "SELECT id FROM dumpbench.place WHERE storage = $1 AND path_bytes = decode($2, 'hex')", [
    storage,
    hexOf(path),
  ]);
  if (row === undefined) throw new Error('a place that was entered is not there');
  return row.id;
}

const placeRow = v.object({
  storage: v.string(),
  path_bytes: v.instance(Uint8Array),
  part_bytes: v.array(v.instance(Uint8Array)),
  state: v.string(),
  stamp: v.string(),
  crashes: v.number(),
});

export interface Place {
  readonly id: number;
  readonly storage: string;
  readonly path: string;
  readonly parts: readonly string[];
  readonly state: string;
  readonly stamp: string;
  readonly crashes: number;
}

export async function placeOf(database: Database, id: number): Promise<Place | undefined> {
  const [row] = await database.rows(placeRow, 'SELECT storage, path_bytes, part_bytes, state, stamp, crashes FROM dumpbench.place WHERE id = $1', [id]);
  if (row === undefined) return undefined;
  const { path_bytes: path, part_bytes: parts, ...rest } = row;
  return { id, ...rest, path: pathText(path), parts: parts.map(pathText) };
}

export type PlaceState = 'done' | 'refused' | 'failed' | 'expanded';

/** The result of a place: nothing more is done about it until its files change, or somebody requests it. */
export async function finishPlace(
  sql: Sql,
  id: number,
  state: PlaceState,
  { dumpKey, problem }: { readonly dumpKey?: string; readonly problem?: string },
): Promise<void> {
  await sql.run('DELETE FROM dumpbench.finding WHERE place = $1', [id]);
  await sql.run('UPDATE dumpbench.place SET state = $2, dump_key = $3, problem = $4, finished = now() WHERE id = $1', [
    id,
    state,
    dumpKey ?? null,
    problem === undefined ? null : problemText(problem),
  ]);
}

/** A finding about a place that gave no dump. */
export async function enterPlaceFinding(sql: Sql, id: number, finding: string, title: string, detail: string): Promise<void> {
  await sql.run('INSERT INTO dumpbench.finding (place, finding, severity, title, detail) VALUES ($1, $2, $3, $4, $5)', [
    id,
    finding,
    'error',
    title,
    problemText(detail),
  ]);
}

/** Why the last try failed; the place stays in the queue. */
export const noteProblem = (sql: Sql, id: number, problem: string): Promise<void> =>
  sql.run('UPDATE dumpbench.place SET problem = $2 WHERE id = $1', [id, problemText(problem)]);

/** Counts how often a dump has crashed its process. @returns how often by now */
export async function countCrash(sql: Sql, id: number, why: string): Promise<number> {
  const [row] = await sql.rows(
    v.object({ crashes: v.number() }),
    'UPDATE dumpbench.place SET crashes = crashes + 1, problem = $2 WHERE id = $1 RETURNING crashes',
    [id, problemText(why)],
  );
  return row?.crashes ?? 0;
}

const retriedRow = v.object({ id: bigintNumber, storage: v.string() });

/** Puts places back into the queue: those that failed, or these. @returns how many @throws FleetError usage where there is no such place */
export function retryPlaces(database: Database, boss: PgBoss, ids: readonly number[] | 'failed'): Promise<number> {
  return database.transaction(async (sql) => {
    if (ids !== 'failed') {
      const known = await sql.rows(retriedRow, 'SELECT id, storage FROM dumpbench.place WHERE id = ANY($1::bigint[])', [ids]);
      const unknown = ids.find((id) => !known.some((one) => one.id === id));
      if (unknown !== undefined) throw new FleetError('usage', `there is no place ${unknown}; "fleet status" lists those that gave no result`);
    }
    const which = ids === 'failed' ? "state = 'failed'" : "state <> 'queued' AND id = ANY($1::bigint[])";
    const rows = await sql.rows(
      retriedRow,
      `UPDATE dumpbench.place SET state = 'queued', crashes = 0, problem = NULL, finished = NULL WHERE ${which} RETURNING id, storage`,
      ids === 'failed' ? [] : [ids],
    );
    await sendJobs(sql, boss, 'triage', triageJobs(rows), priorities.retried);
    return rows.length;
  });
}
