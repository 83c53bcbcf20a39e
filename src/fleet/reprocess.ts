/** Dumps that an older version of the program has examined are examined again, when there is nothing else to do. */
import type { PgBoss } from 'pg-boss';
import * as v from 'valibot';
import { toolVersion } from '../analysis/engine/tool.ts';
import { bigintNumber } from './database/column-values.ts';
import type { Database } from './database/database.ts';
import { sendJobs } from './queue/send-jobs.ts';

const row = v.object({ id: bigintNumber, storage: v.string() });

/** One place for each such dump: copies give the same result. @returns how many */
export function reprocess(database: Database, boss: PgBoss): Promise<number> {
  return database.transaction(async (sql) => {
    const rows = await sql.rows(
      row,
      `UPDATE dumpbench.place SET state = 'queued', problem = NULL, crashes = 0, finished = NULL
       WHERE id IN (
         SELECT min(place.id) FROM dumpbench.dump JOIN dumpbench.place ON place.dump_key = dump.dump_key AND place.state = 'done'
         WHERE dump.tool <> $1 AND NOT EXISTS (SELECT FROM dumpbench.place AS under_way WHERE under_way.dump_key = dump.dump_key AND under_way.state = 'queued')
         GROUP BY dump.dump_key)
       RETURNING id, storage`,
      [toolVersion],
    );
    await sendJobs(
      sql,
      boss,
      'reprocess',
      rows.map(({ id, storage }) => ({ data: { place: id }, storage })),
    );
    return rows.length;
  });
}
