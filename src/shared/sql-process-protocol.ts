/**
 * Between the engine in Electron's utility process and main: the engine cannot start processes of its own there, because the
 * packaged program is not a Node. Main starts and ends the process of a user's SQL and hands its one job and answer through.
 */
import * as v from 'valibot';
import { remedies } from './remedy.ts';
import { byteText } from './units.ts';

const id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

export const toMainSchema = v.variant('sql', [
  v.strictObject({ sql: v.literal('start'), id, job: v.unknown() }),
  v.strictObject({ sql: v.literal('kill'), id }),
]);
export type ToMain = v.InferOutput<typeof toMainSchema>;

export const fromMainSchema = v.variant('sql', [
  v.strictObject({ sql: v.literal('answer'), id, answer: v.unknown() }),
  /** The process ended, or could not be started. */
  v.strictObject({ sql: v.literal('end'), id, why: v.string(), remedy: v.optional(v.picklist(remedies)) }),
]);
export type FromMain = v.InferOutput<typeof fromMainSchema>;

/** Memory of the process of a query, watched by whoever started it: the index and its rows need a small part of it. */
export const mostSqlBytes = 512 * 1024 * 1024;
/** JavaScript's part of it, for Node.js, which ends a process that wants more by SIGABRT. Electron's utility processes heed no such flag. */
export const sqlNodeFlags: readonly string[] = ['--max-old-space-size=320'];
/** What a user reads of a query that wanted more. */
export const sqlTookMemory = { why: `the query was stopped: it took more than ${byteText(mostSqlBytes)} of memory`, remedy: 'narrow-query' } as const;
/** True when the end of the process was Node.js's own for lack of memory: a shell reports the signal as 134. */
export const endedForMemory = (code: number | null, signal: string | null): boolean => signal === 'SIGABRT' || code === 134;
