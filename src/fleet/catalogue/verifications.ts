/** Full integrity checks: the places for which they were requested, and their verdicts. A place and not a dump is verified: of two copies one can be damaged. */
import type { PgBoss } from 'pg-boss';
import * as v from 'valibot';
import { toolVersion } from '../../analysis/engine/tool.ts';
import type { VerifyJson } from '../../shared/check-model.ts';
import { bigintNumber } from '../database/column-values.ts';
import { jsonbParameter, problemText } from '../database/storable.ts';
import type { Database, Sql } from '../database/database.ts';
import { FleetError } from '../fleet-error.ts';
import { sendJobs } from '../queue/send-jobs.ts';

type Wanted = readonly number[] | 'all' | 'failed';

/** A condition with one value. */
function wanted(ids: Wanted): readonly [which: string, value: unknown] {
  if (ids === 'failed') return ['verification.state = $1', 'failed'];
  if (ids === 'all')
    return ['verification.place IS NULL OR verification.stamp IS DISTINCT FROM place.stamp OR verification.tool IS DISTINCT FROM $1', toolVersion];
  return ['place.id = ANY($1::bigint[])', ids];
}

const askedRow = v.object({ id: bigintNumber, storage: v.string() });

/**
 * Puts places with dumps into the queue: these, those that were not verified by this version since they last changed, or those that gave no verdicts. Those already in it stay.
 * @returns how many @throws FleetError usage for a place without a dump
 */
export function askVerifications(database: Database, boss: PgBoss, ids: Wanted): Promise<number> {
  return database.transaction(async (sql) => {
    if (typeof ids !== 'string') {
      const known = await sql.rows(v.object({ id: bigintNumber }), "SELECT id FROM dumpbench.place WHERE id = ANY($1::bigint[]) AND state = 'done'", [ids]);
      const unknown = ids.find((one) => !known.some((place) => place.id === one));
      if (unknown !== undefined)
        throw new FleetError('usage', `there is no place ${unknown} with a dump; "fleet query" lists them: SELECT id, path FROM place`);
    }
    const [which, value] = wanted(ids);
    const rows = await sql.rows(
      askedRow,
      `WITH wanted AS (
         SELECT place.id, place.storage FROM dumpbench.place LEFT JOIN dumpbench.verification ON verification.place = place.id
         WHERE place.state = 'done' AND (${which})
       ), asked AS (
         INSERT INTO dumpbench.verification (place) SELECT id FROM wanted ORDER BY id
         ON CONFLICT (place) DO UPDATE SET state = 'queued', problem = NULL, crashes = 0, asked = now(), finished = NULL WHERE verification.state <> 'queued'
         RETURNING place
       )
       SELECT wanted.id, wanted.storage FROM wanted JOIN asked ON asked.place = wanted.id ORDER BY wanted.id`,
      [value],
    );
    await sendJobs(
      sql,
      boss,
      'verify',
      rows.map(({ id: place, storage }) => ({ data: { place }, storage })),
    );
    return rows.length;
  });
}

export async function isVerificationQueued(sql: Sql, place: number): Promise<boolean> {
  const rows = await sql.rows(v.object({ place: bigintNumber }), "SELECT place FROM dumpbench.verification WHERE place = $1 AND state = 'queued'", [place]);
  return rows.length > 0;
}

export interface Verified {
  readonly dumpKey: string;
  /** Of the files that were read. */
  readonly stamp: string;
  readonly answer: VerifyJson;
}

/** @param texts whether details may be kept: they may quote the dump */
export async function enterVerification(sql: Sql, place: number, { dumpKey, stamp, answer }: Verified, texts: boolean): Promise<void> {
  const { checks, summary, digests, digestsMissing } = answer;
  const missing = digestsMissing?.file ?? digestsMissing?.memoryRoot;
  await sql.run(
    `UPDATE dumpbench.verification SET state = 'done', dump_key = $2, stamp = $3, health = $4, file_sha256 = $5, memory_root = $6, tool = $7, problem = $8, finished = now()
     WHERE place = $1`,
    [
      place,
      dumpKey,
      stamp,
      jsonbParameter(summary),
      digests.file ?? null,
      digests.memoryRoot ?? null,
      toolVersion,
      missing === undefined ? null : problemText(missing),
    ],
  );
  await sql.run('DELETE FROM dumpbench.check_result WHERE place = $1', [place]);
  const rows = checks.map(({ id: check, title, verdict, failure, detail }) => ({ check, title, verdict, failure, detail: texts ? detail : null }));
  await sql.run(
    `INSERT INTO dumpbench.check_result (place, check_id, title, verdict, failure, detail)
     SELECT $1, "check", title, verdict, failure, detail FROM jsonb_to_recordset($2::jsonb) AS given ("check" text, title text, verdict text, failure text, detail text)`,
    [place, jsonbParameter(rows)],
  );
}

/** It gave no verdicts. */
export async function failVerification(sql: Sql, place: number, why: string): Promise<void> {
  await sql.run('DELETE FROM dumpbench.check_result WHERE place = $1', [place]);
  await sql.run(
    "UPDATE dumpbench.verification SET state = 'failed', problem = $2, health = NULL, stamp = NULL, tool = NULL, finished = now() WHERE place = $1",
    [place, problemText(why)],
  );
}

/** @returns how often by now */
export async function countVerificationCrash(sql: Sql, place: number, why: string): Promise<number> {
  const [row] = await sql.rows(
    v.object({ crashes: v.number() }),
    'UPDATE dumpbench.verification SET crashes = crashes + 1, problem = $2 WHERE place = $1 RETURNING crashes',
    [place, problemText(why)],
  );
  return row?.crashes ?? 0;
}

/** Why the last try failed; another one follows. */
export const noteVerificationProblem = (sql: Sql, place: number, why: string): Promise<void> =>
  sql.run('UPDATE dumpbench.verification SET problem = $2 WHERE place = $1', [place, problemText(why)]);
