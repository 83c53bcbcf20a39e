/** Process of page-index/sql-process.ts: takes one query, answers, ends. On Node a child process, in Electron a utility process of main. */
import * as v from 'valibot';
import type { SqlJson } from '../../shared/memory-model.ts';
import { IndexError } from '../page-index/index-error.ts';
import { sqlJobSchema, type SqlAnswer, type SqlJob } from '../page-index/sql-console.ts';
import { runQuery } from '../page-index/sql-query.ts';

/** One query; a dump whose analyses it names, or whose extents do not fit into its index, is opened for as long as it runs. */
async function query({ index, dump, query: text, rows, cell }: SqlJob): Promise<SqlJson> {
  if (dump === undefined) return runQuery(index, text, { rows, cell });
  // Only then: what opens dumps takes longer to load than most queries on an index run.
  const [{ dumpFunctions }, { attach }, { openSession }, { givenMachine }, { pageExtents }] = await Promise.all([
    import('../engine/sql/dump-tables.ts'),
    import('../engine/session/attach.ts'),
    import('../engine/session/session.ts'),
    import('../engine/session/given-machine.ts'),
    import('../page-index/page-extents.ts'),
  ]);
  // Whoever asked ends this process to cancel.
  const never = new AbortController().signal;
  const opened = openSession(dump.path, dump.volumes, givenMachine(dump));
  try {
    const session = await attach(opened.inView(dump.view), dump.attached, never);
    const found = await dumpFunctions(session, text, never);
    const result = runQuery(index, text, { rows, cell }, found.functions, pageExtents(opened.inView('all').image.memory));
    const partial = found.warnings();
    return partial.length === 0 ? result : { ...result, warnings: [...partial] };
  } finally {
    opened.close();
  }
}

async function answer(message: unknown): Promise<SqlAnswer> {
  try {
    return { outcome: 'result', result: await query(v.parse(sqlJobSchema, message)) };
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
    void answer(data).then((one) => {
      parentPort.postMessage(one);
    });
  });
} else {
  process.once('message', (message) => {
    void answer(message).then((one) => {
      process.send?.(one, () => {
        process.disconnect();
      });
    });
  });
  // Whoever asked is gone: nobody needs the answer.
  process.on('disconnect', () => process.exit(0));
}
