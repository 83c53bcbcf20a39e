/** Puts jobs into a queue, in the transaction of the rows that they name. */
import type { PgBoss } from 'pg-boss';
import type { Sql } from '../database/database.ts';
import { priorities, type JobOf, type QueueName } from './queues.ts';

export interface JobToSend<Q extends QueueName> {
  readonly data: JobOf<Q>;
  /** Where its dump is: only a limited number per storage host are processed at a time. */
  readonly storage: string;
}

/** In one statement; a large dump has tens of thousands of ranges. */
const atOnce = 5000;

export async function sendJobs<Q extends QueueName>(
  sql: Sql,
  boss: PgBoss,
  queue: Q,
  jobs: readonly JobToSend<Q>[],
  priority: number = priorities.usual,
): Promise<void> {
  for (let start = 0; start < jobs.length; start += atOnce)
    await boss.insert(
      queue,
      jobs.slice(start, start + atOnce).map(({ data, storage }) => ({ data, priority, group: { id: storage } })),
      { db: sql.queue },
    );
}
