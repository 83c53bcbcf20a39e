/** The only file that touches SQLite: connections to index files, and to nothing else, whatever their names are. */
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { fitCacheFolders } from '../../files/cache-folder.ts';
import { whyNoDatabase } from '../../files/database-file.ts';
import { noteEvidencePath } from '../../files/evidence-files.ts';
import type { Connection } from './connection.ts';
import { IndexError } from './index-error.ts';
import { guardReads } from './read-guard.ts';
import { indexApplicationId } from './schema.ts';

export type Sqlite = typeof BetterSqlite3;

/** better-sqlite3 13 is built for Node-API 10 and takes the whole process down on older ones. */
export function loadSqlite(): Sqlite {
  const { napi, node } = process.versions;
  if (Number(napi) < 10) {
    throw new IndexError(`the page index needs Node.js 22.14 or newer (Node-API 10); this is Node.js ${node} with Node-API ${napi}`);
  }
  return createRequire(import.meta.url)('better-sqlite3') as Sqlite;
}

/** Connections of this process, by the path of their database. */
const openHere = new Map<string, number>();

/** A connection to an index whose place was looked at. @throws SqliteError */
export function connect(sqlite: Sqlite, path: string, options: BetterSqlite3.Options): Connection {
  const key = resolve(path);
  const connection: Connection = guardReads(new sqlite(path, options));
  openHere.set(key, (openHere.get(key) ?? 0) + 1);
  const close = connection.close.bind(connection);
  let open = true;
  connection.close = () => {
    if (open) openHere.set(key, (openHere.get(key) ?? 1) - 1);
    open = false;
    return close();
  };
  // Nothing else of ours writes over it from now on.
  noteEvidencePath(path, true);
  return connection;
}

/** SQLite's magic, and our application id at byte 68 of its header (SQLite file format, section 1.3). */
const isIndexHead = (head: Uint8Array): boolean => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  return bytes.length >= 72 && bytes.toString('latin1', 0, 16) === 'SQLite format 3\0' && bytes.readUInt32BE(68) === indexApplicationId;
};

/** Why SQLite must not be let near a path; undefined when it may be. */
const whyNoIndex = (path: string, inOwnFolder = isOwn(path)): string | undefined =>
  whyNoDatabase(path, { isOurs: isIndexHead, inOwnFolder, isOpen: (one) => (openHere.get(resolve(one)) ?? 0) > 0 });

/** True in the cache folder, where only indexes are: whatever is in an index's place is replaced. */
const isOwn = (path: string): boolean => fitCacheFolders().some((root) => join(root, 'index') === dirname(resolve(path)));

/**
 * A path that a user gave may name anything, even the dump, and so may what SQLite takes for its own next to it.
 * @throws IndexError when something there is not ours
 */
export function assertIndexPlace(path: string): void {
  const why = whyNoIndex(path);
  if (why !== undefined) throw new IndexError(`${why}; it is left as it is: choose another place for the index`);
}

/** True for an index of ours, whatever its state. */
export const isIndexFile = (path: string): boolean => existsSync(path) && whyNoIndex(path, false) === undefined && statSync(path).size > 0;

/** A connection that cannot write, for user SQL. @throws IndexError when there is no such file or it is not a database */
export function openReadOnly(path: string): Connection {
  const sqlite = loadSqlite();
  if (!existsSync(path)) throw new IndexError(`there is no index at ${path}`);
  assertIndexPlace(path);
  try {
    const connection = connect(sqlite, path, { readonly: true, fileMustExist: true, timeout: 2000 });
    connection.pragma('query_only = 1', { simple: true });
    return connection;
  } catch (error) {
    throw new IndexError(`the index ${path} cannot be opened: ${(error as Error).message}`);
  }
}

/** A connection to an empty database in memory, for SQL on what is not an index. @throws IndexError when this Node.js is too old */
export function openEmpty(): Connection {
  const sqlite = loadSqlite();
  const connection: Connection = new sqlite(':memory:');
  connection.pragma('query_only = 1', { simple: true });
  return connection;
}
