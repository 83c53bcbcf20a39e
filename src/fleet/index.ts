/** What the doors use of a fleet. Loaded when a command of `fleet` runs, or a catalogue is asked about. */
export { addDumps } from './add.ts';
export { changeIssue, listIssues, seenBefore } from './catalogue/issues.ts';
export { askVerifications } from './catalogue/verifications.ts';
export { queryCatalogue } from './catalogue/query.ts';
export { statusOf } from './catalogue/status.ts';
export type { Database } from './database/database.ts';
export { openCatalogue } from './database/open-catalogue.ts';
export { exportCatalogue, isMonth } from './export/export-catalogue.ts';
export { FleetError } from './fleet-error.ts';
export { initCatalogue } from './init.ts';
export { startBoss } from './queue/boss.ts';
export { assertSchema } from './schema/migrate.ts';
export { planIndexing } from './plan-indexing.ts';
export { retryFailed } from './retry.ts';
export { reprocess } from './reprocess.ts';
export type { WorkDone } from './worker/task.ts';
export { Worker } from './worker/worker.ts';
