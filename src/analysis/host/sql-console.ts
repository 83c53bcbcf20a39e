/** Child process of index/sql-console.ts: takes one query, answers, ends. */
import * as v from 'valibot';
import { IndexError } from '../index/index-error.ts';
import { sqlJobSchema, type SqlAnswer } from '../index/sql-console.ts';
import { runQuery } from '../index/sql-query.ts';

function answer(message: unknown): SqlAnswer {
  try {
    const { path, query, rows, cell } = v.parse(sqlJobSchema, message);
    return { outcome: 'result', result: runQuery(path, query, { rows, cell }) };
  } catch (error) {
    return { outcome: error instanceof IndexError ? 'index-error' : 'sql-error', message: error instanceof Error ? error.message : String(error) };
  }
}

process.once('message', (message) => {
  process.send?.(answer(message), () => {
    process.disconnect();
  });
});
// Whoever asked is gone: nobody needs the answer.
process.on('disconnect', () => process.exit(0));
