/**
 * Runs a user's SQL in a child process: a query that runs cannot be interrupted from within, but a process can be killed
 * at any moment, and the index is opened read-only.
 */
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { defined } from '../../shared/defined.ts';
import { sqlSchema, type SqlJson } from '../../shared/memory-model.ts';
import { attachmentKinds, type AttachmentKind } from '../../shared/attachment.ts';
import { memoryViews } from '../../shared/model.ts';
import { saidOfDump } from '../../shared/said-of-dump.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { IndexError, SqlError } from './index-error.ts';
import { forkSqlProcess, type SqlProcess, type StartSqlProcess } from './sql-process.ts';

export interface SqlRequest {
  /** Index file, and the dump that it must be of; without one, a query sees analyses alone. */
  readonly index?: SqlIndex;
  /** The dump that analyses read, where the query names some. */
  readonly dump?: SqlDump;
  readonly query: string;
  /** Row cap. */
  readonly rows: number;
  /** Time cap, starting the child process included. */
  readonly seconds: number;
  /** Characters of a cell, default 65536. */
  readonly cell?: number;
  readonly signal?: AbortSignal;
  /**
   * The child's entry point. In a checkout the default, host/sql-console.ts next to this folder, is right; a bundle
   * names its own file.
   */
  readonly entry?: string | URL;
  /** Node.js to run it; default is the one that runs now. */
  readonly execPath?: string;
  /** How this host starts the process; default is a child process from `entry` on `execPath`. */
  readonly start?: StartSqlProcess;
}

/** A dump as the process opens it, read-only, with the files that the user gave. */
export const sqlDumpSchema = v.strictObject({
  path: v.string(),
  volumes: v.array(v.string()),
  /** What its headers do not say. */
  ...saidOfDump,
  view: v.picklist(memoryViews),
  /** Paths of what is attached to it. */
  attached: v.strictObject(
    Object.fromEntries(attachmentKinds.map((kind) => [kind, v.optional(v.string())])) as Record<
      AttachmentKind,
      v.OptionalSchema<v.StringSchema<undefined>, undefined>
    >,
  ),
});
export type SqlDump = v.InferOutput<typeof sqlDumpSchema>;

const sqlIndexSchema = v.strictObject({ path: v.string(), identity: v.string(), dumpKey: v.string() });
export type SqlIndex = v.InferOutput<typeof sqlIndexSchema>;

export const sqlJobSchema = v.strictObject({
  index: v.optional(sqlIndexSchema),
  dump: v.optional(sqlDumpSchema),
  query: v.string(),
  rows: v.number(),
  cell: v.number(),
});
export type SqlJob = v.InferOutput<typeof sqlJobSchema>;
export const sqlAnswerSchema = v.variant('outcome', [
  v.strictObject({ outcome: v.literal('result'), result: sqlSchema }),
  v.strictObject({ outcome: v.literal('sql-error'), message: v.string() }),
  v.strictObject({ outcome: v.literal('index-error'), message: v.string() }),
]);
export type SqlAnswer = v.InferOutput<typeof sqlAnswerSchema>;

/**
 * @returns columns and rows: integers beyond 2^53 as decimal text, blobs as hex digits, infinities as text
 * @throws SqlError with SQLite's message, or when the time cap is reached
 * @throws IndexError when there is no usable index
 * @throws Cancelled after `signal`
 */
export function runSql(request: SqlRequest): Promise<SqlJson> {
  const { index, dump, query, rows, seconds, signal } = request;
  if (signal?.aborted === true) return Promise.reject(new Cancelled());
  const entry = request.entry ?? new URL('../host/sql-console.ts', import.meta.url);
  const start = request.start ?? forkSqlProcess(entry instanceof URL ? fileURLToPath(entry) : entry, request.execPath ?? process.execPath);
  return new Promise((resolve, reject) => {
    let over = false;
    const finish = (settle: () => void): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      child?.kill();
      settle();
    };
    const fail = (error: Error): void => {
      finish(() => {
        reject(error);
      });
    };
    const cancel = (): void => {
      fail(new Cancelled());
    };
    const timer = setTimeout(() => {
      fail(new SqlError(`the query was stopped at the time cap of ${seconds} s`));
    }, seconds * 1000);
    signal?.addEventListener('abort', cancel);
    const child: SqlProcess | undefined = start(
      { ...defined({ index, dump }), query, rows, cell: request.cell ?? 65536 },
      {
        onEnd(why, remedy) {
          fail(new SqlError(why, remedy));
        },
        onAnswer(message) {
          const answer = v.safeParse(sqlAnswerSchema, message);
          if (!answer.success) fail(new SqlError('the SQL process returned an answer of the wrong shape'));
          else if (answer.output.outcome === 'result') {
            const { result } = answer.output;
            finish(() => {
              resolve(result);
            });
          } else if (answer.output.outcome === 'sql-error') fail(new SqlError(answer.output.message));
          else fail(new IndexError(answer.output.message));
        },
      },
    );
  });
}
