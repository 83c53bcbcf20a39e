/** Process of page-index/sql-process.ts: takes one query, answers, ends. On Node a child process, in Electron a utility process of main. */
import * as v from 'valibot';
import { IndexError } from '../page-index/index-error.ts';
import { sqlJobSchema, type SqlAnswer } from '../page-index/sql-console.ts';
import { runQuery } from '../page-index/sql-query.ts';

function answer(message: unknown): SqlAnswer {
  try {
    const { path, query, rows, cell } = v.parse(sqlJobSchema, message);
    return { outcome: 'result', result: runQuery(path, query, { rows, cell }) };
  } catch (error) {
    return { outcome: error instanceof IndexError ? 'index-error' : 'sql-error', message: error instanceof Error ? error.message : String(error) };
  }
}

/** The part of Electron's process object that this host uses. */
interface UtilityProcess {
  readonly parentPort?: { once(event: 'message', listener: (event: { readonly data: unknown }) => void): void; postMessage(message: unknown): void };
}
const { parentPort } = process as unknown as UtilityProcess;

if (parentPort !== undefined) {
  // Main ends it when the answer has been handed on.
  parentPort.once('message', ({ data }) => {
    parentPort.postMessage(answer(data));
  });
} else {
  process.once('message', (message) => {
    process.send?.(answer(message), () => {
      process.disconnect();
    });
  });
  // Whoever asked is gone: nobody needs the answer.
  process.on('disconnect', () => process.exit(0));
}
