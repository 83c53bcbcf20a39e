/** pg-boss over a catalogue's connection. */
import type { PgBoss } from 'pg-boss';
import type { Database } from '../database/database.ts';
import { loadDrivers } from '../database/drivers.ts';
import { FleetError } from '../fleet-error.ts';
import { queueSchema } from '../schema/names.ts';
import { queueNames, queueOptions } from './queues.ts';

/** Seconds between looks for jobs of workers that are silent: the defaults of a minute are for jobs that take long. */
const lookSeconds = 5;

export interface BossOptions {
  /** Watches over the jobs of all workers; any number of processes may. */
  readonly supervise: boolean;
  /** Makes or upgrades the schema of the queue. */
  readonly install?: boolean;
  readonly onError?: (error: Error) => void;
}

export async function startBoss(database: Database, { supervise, install = false, onError }: BossOptions): Promise<PgBoss> {
  const boss = new (loadDrivers().boss.PgBoss)({
    schema: queueSchema,
    db: database.queue,
    backend: database.kind === 'embedded' ? 'pglite' : 'postgres',
    migrate: install,
    createSchema: install,
    schedule: false,
    supervise,
    superviseIntervalSeconds: lookSeconds,
    monitorIntervalSeconds: lookSeconds,
    flowIntervalSeconds: lookSeconds,
    // Workers may not alter anything, and the owner's own vacuum does it.
    reindex: false,
    monitorVacuum: false,
    persistWarnings: false,
    registerInstance: supervise,
    instanceName: 'dumpbench fleet worker',
    openTelemetry: { enabled: false },
  });
  boss.on('error', (error) => onError?.(error));
  try {
    await boss.start();
  } catch (error) {
    if (error instanceof Error && /pg-boss (?:database requires migrations|is not installed)|requires? migrat/i.test(error.message))
      throw new FleetError('schema', `${database.place}: the queue is of another version (${error.message}): "dumpbench fleet init" brings it up to date`);
    throw error;
  }
  return boss;
}

/** Makes what is missing of the queues. */
export async function installQueue(database: Database): Promise<void> {
  const boss = await startBoss(database, { supervise: false, install: true });
  try {
    for (const name of queueNames) {
      if ((await boss.getQueue(name)) === null) await boss.createQueue(name, queueOptions);
      else await boss.updateQueue(name, queueOptions);
    }
  } finally {
    await boss.stop({ graceful: false, close: false });
  }
}
