/**
 * Runs a user's SQL in a child process: a query that runs cannot be interrupted from within, but a process can be killed
 * at any moment, and the index is opened read-only.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { sqlSchema, type SqlJson } from '../../shared/model.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { IndexError, SqlError } from './index-error.ts';

export interface SqlRequest {
  /** Index file. */
  readonly path: string;
  readonly query: string;
  /** Row cap. */
  readonly rows: number;
  /** Time cap, starting the child process included. */
  readonly seconds: number;
  /** Characters of a cell, default 65536. */
  readonly cell?: number;
  readonly signal?: AbortSignal;
  /**
   * The child's entry point. In a checkout the default, host/sql-console.ts beside this folder, is right; a bundle
   * names its own file.
   */
  readonly entry?: string | URL;
  /** Node.js to run it; default is the one that runs now, in Electron as plain Node. */
  readonly execPath?: string;
}

export const sqlJobSchema = v.strictObject({ path: v.string(), query: v.string(), rows: v.number(), cell: v.number() });
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
  const { path, query, rows, seconds, signal } = request;
  if (signal?.aborted === true) return Promise.reject(new Cancelled());
  const entry = request.entry ?? new URL('../host/sql-console.ts', import.meta.url);
  return new Promise((resolve, reject) => {
    const child = fork(entry instanceof URL ? fileURLToPath(entry) : entry, [], {
      execPath: request.execPath ?? process.execPath,
      // Flags of this process (a debugger's port, a test runner's loader) are not for the child.
      execArgv: [],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      child.kill('SIGKILL');
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
    child.on('error', (error) => {
      fail(new SqlError(`the SQL process cannot be started: ${error.message}`));
    });
    child.on('exit', (code, killedBy) => {
      fail(new SqlError(`the SQL process ended early (${killedBy ?? `exit code ${code}`})${complaint === '' ? '' : `: ${complaint.trim()}`}`));
    });
    child.on('message', (message) => {
      const answer = v.safeParse(sqlAnswerSchema, message);
      if (!answer.success) fail(new SqlError('the SQL process answered in a wrong shape'));
      else if (answer.output.outcome === 'result') {
        const { result } = answer.output;
        finish(() => {
          resolve(result);
        });
      } else if (answer.output.outcome === 'sql-error') fail(new SqlError(answer.output.message));
      else fail(new IndexError(answer.output.message));
    });
    child.send({ path, query, rows, cell: request.cell ?? 65536 });
  });
}
