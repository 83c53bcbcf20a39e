/** Reading from an index whose disk fails, or whose pages are not what they were: SQLite's own words for it become the sentence of a damaged index. */
import type { Connection, Statement } from './connection.ts';
import { IndexDamaged } from './index-error.ts';

/** Codes of SQLite for a file that cannot be read or is not consistent; each has extended ones (https://www.sqlite.org/rescode.html). */
const unread = /^SQLITE_(?:CORRUPT|IOERR|NOTADB)/;

/** What a failed read says of the index; any other error as it is. */
export function readError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const code = String(error.code);
  if (!unread.test(code)) return error;
  return new IndexDamaged(code.startsWith('SQLITE_IOERR') ? `its disk does not return all of it (${error.message})` : error.message);
}

function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw readError(error);
  }
}

function* guardedRows(read: () => IterableIterator<unknown>): Generator<unknown, undefined> {
  try {
    yield* read();
  } catch (error) {
    throw readError(error);
  }
  return undefined;
}

/** @param connection is changed: what its statements read fails with IndexDamaged from now on where SQLite cannot read */
export function guardReads(connection: Connection): Connection {
  const prepare = connection.prepare.bind(connection);
  connection.prepare = (sql) => {
    const statement: Statement = guarded(() => prepare(sql));
    const [get, all, iterate] = [statement.get.bind(statement), statement.all.bind(statement), statement.iterate.bind(statement)];
    return Object.assign(statement, {
      get: (...values: readonly unknown[]) => guarded(() => get(...values)),
      all: (...values: readonly unknown[]) => guarded(() => all(...values)),
      iterate: (...values: readonly unknown[]) => guardedRows(() => iterate(...values)),
    });
  };
  return connection;
}
