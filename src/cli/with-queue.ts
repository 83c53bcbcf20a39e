/** The queues of a fleet's catalogue, for the length of one command. */
import { assertSchema, startBoss, type Database } from '../fleet/index.ts';

type Boss = Awaited<ReturnType<typeof startBoss>>;

/** Each statement reports its own errors; further messages of pg-boss are about those. */
const ignored = (): void => undefined;

/** @param supervise watches over the jobs of all workers, as a worker does */
export async function withQueue(database: Database, use: (boss: Boss) => Promise<number>, supervise = false): Promise<number> {
  await assertSchema(database);
  const boss = await startBoss(database, { supervise, onError: ignored });
  try {
    return await use(boss);
  } finally {
    await boss.stop({ graceful: false, close: false });
  }
}
