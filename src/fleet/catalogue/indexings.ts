/** Dumps that are indexed in ranges: the result of each range, and when the last one has ended. */
import type { PgBoss } from 'pg-boss';
import * as v from 'valibot';
import { pathBytes, pathText } from '../../files/path-bytes.ts';
import { indexingStates, rangeStates } from '../../shared/fleet-model.ts';
import type { IndexJson, IndexRangeJson, PageCounts } from '../../shared/memory-model.ts';
import { bigintNumber } from '../database/column-values.ts';
import { jsonbParameter, problemText } from '../database/storable.ts';
import type { Sql } from '../database/database.ts';
import { priorities } from '../queue/queues.ts';
import { sendJobs } from '../queue/send-jobs.ts';

export interface PlannedIndexing {
  readonly place: number;
  readonly storage: string;
  readonly identity: string;
  readonly dumpKey: string;
  readonly algorithm: string;
  readonly rangeSize: number;
  /** Stored bytes from which on the index is read from the pieces. */
  readonly piecesFrom: number;
  /** Of the pieces of this dump. */
  readonly folder: string;
  readonly numbers: readonly number[];
}

const knownRow = v.object({ id: bigintNumber, state: v.picklist(indexingStates), bad: v.boolean() });

/**
 * Enters the ranges of a dump with their jobs. The same dump in the same folder is entered once: asked for again, what failed or was unreadable is tried again.
 * @param lost the index that was made is not there any more
 * @returns the number of the indexing, and how many jobs there are now that were not before
 */
export async function enterIndexing(sql: Sql, boss: PgBoss, planned: PlannedIndexing, lost: boolean): Promise<{ readonly id: number; readonly jobs: number }> {
  const { place, storage, identity, dumpKey, algorithm, rangeSize, piecesFrom, folder, numbers } = planned;
  const hex = Buffer.from(pathBytes(folder)).toString('hex');
  const [made] = await sql.rows(
    v.object({ id: bigintNumber }),
    `INSERT INTO dumpbench.indexing (place, identity, dump_key, algorithm, range_size, pieces_from, folder_bytes, folder)
     VALUES ($1, $2, $3, $4, $5, $6, decode($7, 'hex'), $8) ON CONFLICT (identity, dump_key, algorithm, folder_bytes) DO NOTHING RETURNING id`,
    [place, identity, dumpKey, algorithm, rangeSize, piecesFrom, hex, folder],
  );
  if (made !== undefined) {
    await sql.run(
      `INSERT INTO dumpbench.range (indexing, number, identity, algorithm)
       SELECT $1, number::bigint, $2, $3 FROM jsonb_array_elements_text($4::jsonb) AS number`,
      [made.id, identity, algorithm, JSON.stringify(numbers)],
    );
    await sendJobs(
      sql,
      boss,
      'index',
      numbers.map((range) => ({ data: { indexing: made.id, range }, storage })),
    );
    return { id: made.id, jobs: numbers.length };
  }
  const [known] = await sql.rows(
    knownRow,
    `SELECT id, state, EXISTS (SELECT FROM dumpbench.range WHERE indexing = indexing.id AND range.state IN ('unreadable', 'failed')) AS bad
     FROM dumpbench.indexing WHERE identity = $1 AND dump_key = $2 AND algorithm = $3 AND folder_bytes = decode($4, 'hex') FOR UPDATE`,
    [identity, dumpKey, algorithm, hex],
  );
  if (known === undefined) throw new Error('an indexing is neither there nor can be entered');
  const isOver = known.state === 'failed' || known.state === 'done';
  if (!isOver || (known.state === 'done' && !known.bad && !lost)) return { id: known.id, jobs: 0 };
  return { id: known.id, jobs: await indexAgain(sql, boss, known.id) };
}

const againRow = v.object({ number: bigintNumber, storage: v.string() });

/** Ranges without a good piece; all of them, if the index failed or is gone: existing pieces are not made again. */
async function indexAgain(sql: Sql, boss: PgBoss, indexing: number): Promise<number> {
  const rows = await sql.rows(
    againRow,
    `UPDATE dumpbench.range SET state = 'queued', problem = NULL, crashes = 0, finished = NULL FROM dumpbench.indexing, dumpbench.place
     WHERE range.indexing = $1 AND indexing.id = $1 AND place.id = indexing.place
       AND (range.state IN ('unreadable', 'failed')
         OR NOT (indexing.state = 'done' AND EXISTS (SELECT FROM dumpbench.range AS bad WHERE bad.indexing = $1 AND bad.state IN ('unreadable', 'failed'))))
     RETURNING range.number, place.storage`,
    [indexing],
  );
  await sql.run("UPDATE dumpbench.indexing SET state = 'ranges', problem = NULL, crashes = 0, finished = NULL WHERE id = $1", [indexing]);
  await sendJobs(
    sql,
    boss,
    'index',
    rows.map(({ number, storage }) => ({ data: { indexing, range: number }, storage })),
    priorities.retried,
  );
  return rows.length;
}

/** Those that failed. @returns how many jobs there are now */
export async function retryIndexings(sql: Sql, boss: PgBoss): Promise<number> {
  const failed = await sql.rows(v.object({ id: bigintNumber }), "SELECT id FROM dumpbench.indexing WHERE state = 'failed' ORDER BY id FOR UPDATE");
  let jobs = 0;
  for (const one of failed) jobs += await indexAgain(sql, boss, one.id);
  return jobs;
}

const indexingRow = v.object({
  state: v.picklist(indexingStates),
  identity: v.string(),
  dump_key: v.string(),
  algorithm: v.string(),
  range_size: bigintNumber,
  pieces_from: bigintNumber,
  folder_bytes: v.instance(Uint8Array),
  problem: v.nullable(v.string()),
  path_bytes: v.instance(Uint8Array),
  part_bytes: v.array(v.instance(Uint8Array)),
});

export interface Indexing {
  readonly id: number;
  readonly state: (typeof indexingStates)[number];
  readonly identity: string;
  readonly dumpKey: string;
  readonly algorithm: string;
  readonly rangeSize: number;
  readonly piecesFrom: number;
  readonly folder: string;
  readonly problem: string | undefined;
  /** Of the dump. */
  readonly path: string;
  readonly parts: readonly string[];
}

export async function indexingOf(sql: Sql, indexing: number): Promise<Indexing | undefined> {
  const [row] = await sql.rows(
    indexingRow,
    `SELECT indexing.state, identity, indexing.dump_key, algorithm, range_size, pieces_from, folder_bytes, indexing.problem, path_bytes, part_bytes
     FROM dumpbench.indexing JOIN dumpbench.place ON place.id = indexing.place WHERE indexing.id = $1`,
    [indexing],
  );
  if (row === undefined) return undefined;
  return {
    id: indexing,
    state: row.state,
    identity: row.identity,
    dumpKey: row.dump_key,
    algorithm: row.algorithm,
    rangeSize: row.range_size,
    piecesFrom: row.pieces_from,
    folder: pathText(row.folder_bytes),
    problem: row.problem ?? undefined,
    path: pathText(row.path_bytes),
    parts: row.part_bytes.map(pathText),
  };
}

const rangeRow = v.object({ state: v.picklist(rangeStates), crashes: v.number(), problem: v.nullable(v.string()) });

export async function rangeOf(sql: Sql, indexing: number, number: number): Promise<v.InferOutput<typeof rangeRow> | undefined> {
  const [row] = await sql.rows(rangeRow, 'SELECT state, crashes, problem FROM dumpbench.range WHERE indexing = $1 AND number = $2', [indexing, number]);
  return row;
}

export interface RangeKey {
  readonly indexing: number;
  readonly range: number;
}

/** The result of a range; after the last one the pieces can be joined. A second result of a range changes nothing. */
export async function finishRange(sql: Sql, boss: PgBoss, { indexing, range }: RangeKey, result: IndexRangeJson | { readonly failed: string }): Promise<void> {
  // The holder of this row sees what all others have finished, so exactly one of them is the last.
  const [held] = await sql.rows(
    v.object({ state: v.picklist(indexingStates), storage: v.string() }),
    'SELECT indexing.state, place.storage FROM dumpbench.indexing JOIN dumpbench.place ON place.id = indexing.place WHERE indexing.id = $1 FOR UPDATE OF indexing',
    [indexing],
  );
  const values =
    'failed' in result
      ? ['failed', null, null, null, problemText(result.failed)]
      : [result.state, result.piece, result.sha256, jsonbParameter(result.pages), problemOf(result)];
  await sql.run(
    `UPDATE dumpbench.range SET state = $3, file = $4, sha256 = $5, counts = $6, problem = $7, finished = now()
     WHERE indexing = $1 AND number = $2 AND state = 'queued'`,
    [indexing, range, ...values],
  );
  if (held?.state !== 'ranges') return;
  const [rest] = await sql.rows(
    v.object({ queued: v.boolean(), failed: v.number() }),
    `SELECT EXISTS (SELECT FROM dumpbench.range WHERE indexing = $1 AND state = 'queued') AS queued,
       (SELECT count(*)::int FROM dumpbench.range WHERE indexing = $1 AND state = 'failed') AS failed`,
    [indexing],
  );
  if (rest === undefined || rest.queued) return;
  if (rest.failed > 0) {
    await failIndexing(sql, indexing, `${rest.failed} of its ranges came to no end; "fleet retry" tries them again`);
    return;
  }
  await sql.run("UPDATE dumpbench.indexing SET state = 'merge' WHERE id = $1", [indexing]);
  await sendJobs(sql, boss, 'merge', [{ data: { indexing }, storage: held.storage }]);
}

const problemOf = ({ readErrors = [] }: Pick<IndexRangeJson, 'readErrors'>): string | null => {
  const [first] = readErrors;
  return first === undefined ? null : problemText(first.why);
};

export const failIndexing = (sql: Sql, indexing: number, why: string): Promise<void> =>
  sql.run("UPDATE dumpbench.indexing SET state = 'failed', problem = $2, finished = now() WHERE id = $1 AND state IN ('ranges', 'merge')", [
    indexing,
    problemText(why),
  ]);

const unreadableText = ({ unreadable }: PageCounts): string => `${unreadable} pages are unreadable; "fleet index" tries their ranges again`;

/** The index exists. */
export const finishIndexing = (sql: Sql, indexing: number, { indexPath, memoryRoot, pages, readErrors }: IndexJson): Promise<void> =>
  sql.run(
    `UPDATE dumpbench.indexing SET state = 'done', file = $2, memory_root = $3, counts = $4, problem = $5, finished = now() WHERE id = $1 AND state = 'merge'`,
    [indexing, indexPath, memoryRoot ?? null, jsonbParameter(pages), readErrors === undefined ? null : unreadableText(pages)],
  );

const crashesRow = v.object({ crashes: v.number() });

/** @returns how often by now */
export async function countRangeCrash(sql: Sql, { indexing, range }: RangeKey, why: string): Promise<number> {
  const [row] = await sql.rows(
    crashesRow,
    'UPDATE dumpbench.range SET crashes = crashes + 1, problem = $3 WHERE indexing = $1 AND number = $2 RETURNING crashes',
    [indexing, range, problemText(why)],
  );
  return row?.crashes ?? 0;
}

/** @returns how often by now */
export async function countMergeCrash(sql: Sql, indexing: number, why: string): Promise<number> {
  const [row] = await sql.rows(crashesRow, 'UPDATE dumpbench.indexing SET crashes = crashes + 1, problem = $2 WHERE id = $1 RETURNING crashes', [
    indexing,
    problemText(why),
  ]);
  return row?.crashes ?? 0;
}

/** Why the last try failed; another one follows. */
export const noteRangeProblem = (sql: Sql, { indexing, range }: RangeKey, why: string): Promise<void> =>
  sql.run('UPDATE dumpbench.range SET problem = $3 WHERE indexing = $1 AND number = $2', [indexing, range, problemText(why)]);

export const noteMergeProblem = (sql: Sql, indexing: number, why: string): Promise<void> =>
  sql.run('UPDATE dumpbench.indexing SET problem = $2 WHERE id = $1', [indexing, problemText(why)]);
