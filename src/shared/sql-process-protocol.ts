/**
 * Between the engine in Electron's utility process and main: the engine cannot start processes of its own there, because the
 * packaged program is no Node. Main starts and ends the process of a user's SQL and hands its one job and answer through.
 */
import * as v from 'valibot';

const id = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

export const toMainSchema = v.variant('sql', [
  v.strictObject({ sql: v.literal('start'), id, job: v.unknown() }),
  v.strictObject({ sql: v.literal('kill'), id }),
]);
export type ToMain = v.InferOutput<typeof toMainSchema>;

export const fromMainSchema = v.variant('sql', [
  v.strictObject({ sql: v.literal('answer'), id, answer: v.unknown() }),
  /** The process ended, or could not be started. */
  v.strictObject({ sql: v.literal('end'), id, why: v.string() }),
]);
export type FromMain = v.InferOutput<typeof fromMainSchema>;
