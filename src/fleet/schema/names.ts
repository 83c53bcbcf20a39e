/** Names in the database that others may rely on (docs/fleet.md). */

/** Schema of the catalogue. */
export const catalogueSchema = 'dumpbench';
/** Schema of the queue; pg-boss makes and upgrades what is in it. */
export const queueSchema = 'dumpbench_queue';

/** Group roles without a login: their members work on jobs, or read. */
export const workerRole = 'dumpbench_worker';
export const readerRole = 'dumpbench_reader';
