/**
 * The queue compares times of its database with the database's clock. Where that was set back, jobs of workers that are gone would be held, waiting jobs
 * would not begin, and nobody would look after them, until the clock has caught up: times in the future are taken for now.
 */
import type { Database } from '../database/database.ts';
import { queueSchema } from '../schema/names.ts';

/** Clocks that are corrected while they run are never off by as much. */
const future = "now() + interval '1 minute'";
const notLater = (column: string): string => `${column} = CASE WHEN ${column} > now() THEN now() ELSE ${column} END`;

const statements = [
  // Of a job's own times only those that the past has written tell of the clock: it may begin later on purpose.
  `UPDATE ${queueSchema}.job SET ${['created_on', 'started_on', 'heartbeat_on', 'start_after'].map(notLater).join(', ')}
   WHERE state < 'completed' AND GREATEST(created_on, started_on, heartbeat_on) > ${future}`,
  `UPDATE ${queueSchema}.queue SET monitor_claim_on = NULL, monitor_on = NULL, maintain_on = NULL
   WHERE GREATEST(monitor_claim_on, monitor_on, maintain_on) > ${future}`,
  `UPDATE ${queueSchema}.version SET flow_on = NULL, cron_on = NULL, bam_on = NULL, monitor_backoff_on = NULL
   WHERE GREATEST(flow_on, cron_on, bam_on) > ${future}`,
];

export async function mendFutureTimes(database: Pick<Database, 'run'>): Promise<void> {
  for (const statement of statements) await database.run(statement);
}
