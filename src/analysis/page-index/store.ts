/**
 * Opens index files: the only file that touches SQLite. An index is disposable, so whatever is wrong with one (damage,
 * another schema, another dump) ends in an empty one, never in an error about it.
 */
import { closeSync, lstatSync, mkdirSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type BetterSqlite3 from 'better-sqlite3';
import type { CpuJson } from '../../shared/cpu-model.ts';
import type { Finding } from '../../shared/model.ts';
import type { NoteJson, RegionJson } from '../../shared/structure-model.ts';
import { Cancelled } from '../../shared/rpc.ts';
import type { Connection } from './connection.ts';
import { IndexBusy, IndexError } from './index-error.ts';
import { indexFolder } from './index-location.ts';
import { createIndexReader, type IndexReader } from './index-reader.ts';
import { cpuRows, findingRows, noteRows, regionRows, type RecordTables } from './index-records.ts';
import { createIndexWriter, type Batch } from './index-writer.ts';
import { unpackBlock } from './packed-block.ts';
import { classVersion, fingerprintAlgorithm } from './page-job.ts';
import { stateCode } from './page-meta.ts';
import { indexApplicationId, indexDdl, indexSchemaVersion } from './schema.ts';

type Sqlite = typeof BetterSqlite3;

/** better-sqlite3 13 is built for Node-API 10 and takes the whole process down on older ones. */
function loadSqlite(): Sqlite {
  const { napi, node } = process.versions;
  if (Number(napi) < 10) {
    throw new IndexError(`the page index needs Node.js 22.14 or newer (Node-API 10); this is Node.js ${node} with Node-API ${napi}`);
  }
  return createRequire(import.meta.url)('better-sqlite3') as Sqlite;
}

/** Why an index was begun afresh. */
export type FreshReason = 'new' | 'asked' | 'damaged' | 'schema' | 'identity' | 'unread';

export interface IndexKey {
  readonly path: string;
  /** The dump's identity: an index of another one is replaced. */
  readonly identity: string;
  /** Pages from address 0 to the end of the image. */
  readonly totalPages: number;
  readonly toolVersion: string;
}

export interface OpenOptions extends IndexKey {
  /** Throw away what is stored. */
  readonly rebuild?: boolean;
  /** How long to wait for another process that builds the same index: 0 is not at all; default is without end. */
  readonly waitMilliseconds?: number;
  /** Called once when waiting begins. */
  readonly onWait?: () => void;
  readonly signal?: AbortSignal;
}

/** An index open for building: reading and writing, with the writer's lock held until `close`. */
export interface IndexStore extends IndexReader {
  /** Undefined when what was stored is kept. */
  readonly fresh: FreshReason | undefined;
  /** One transaction. @throws IndexError when the file cannot be written */
  commit(batch: Batch): void;
  /** Drops the blocks and subtrees with unreadable pages, so that they are looked at again. */
  forgetUnreadable(): void;
  putRegions(regions: readonly RegionJson[]): void;
  putCpus(cpus: readonly CpuJson[]): void;
  putNotes(notes: readonly NoteJson[]): void;
  putFindings(findings: readonly Finding[]): void;
}

/**
 * Opens, and if need be creates, the index of a dump for building. One process at a time.
 * @throws IndexBusy when another process holds it longer than `waitMilliseconds`
 * @throws IndexError when the file cannot be created or this Node.js is too old
 * @throws Cancelled when `signal` fires while waiting
 */
export async function openIndex(options: OpenOptions): Promise<IndexStore> {
  const { path } = options;
  const sqlite = loadSqlite();
  const unlock = await lockWriter(sqlite, options);
  try {
    const stored = assertReplaceable(path) ? (options.rebuild === true ? 'asked' : openStored(sqlite, options)) : 'new';
    if (typeof stored !== 'string') return indexStore(stored, path, undefined, unlock);
    return indexStore(createFresh(sqlite, options, stored), path, stored, unlock);
  } catch (error) {
    unlock();
    if (error instanceof IndexError || !(error instanceof sqlite.SqliteError || isSystemError(error))) throw error;
    throw new IndexError(`the index ${path} cannot be opened: ${error.message}`);
  }
}

/**
 * Opens an index for reading only; others may build it meanwhile.
 * @param identity when given, an index of another dump counts as none
 * @throws IndexError when there is none, or it has another schema
 */
export function readIndex(path: string, identity?: string): IndexReader {
  const connection = openReadOnly(path);
  try {
    if (connection.pragma('user_version', { simple: true }) !== indexSchemaVersion) throw new IndexError(`the index ${path} was made by another version`);
    const reader = createIndexReader(path, connection);
    if (identity !== undefined && reader.header().identity !== identity) throw new IndexError(`the index ${path} is of another dump`);
    return reader;
  } catch (error) {
    connection.close();
    throw error instanceof IndexError ? error : new IndexError(`the index ${path} cannot be read: ${(error as Error).message}`);
  }
}

const isSystemError = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;

/** A connection that cannot write, for user SQL. @throws IndexError when there is no such file or it is not a database */
export function openReadOnly(path: string): Connection {
  const sqlite = loadSqlite();
  try {
    const connection: Connection = new sqlite(path, { readonly: true, fileMustExist: true, timeout: 2000 });
    connection.pragma('query_only = 1', { simple: true });
    return connection;
  } catch (error) {
    throw new IndexError(`there is no index at ${path}: ${(error as Error).message}`);
  }
}

/** A connection to an empty database in memory, for SQL on what is no index. @throws IndexError when this Node.js is too old */
export function openEmpty(): Connection {
  const sqlite = loadSqlite();
  const connection: Connection = new sqlite(':memory:');
  connection.pragma('query_only = 1', { simple: true });
  return connection;
}

/**
 * The lock is a transaction that is never committed, on an empty database beside the index: the operating system drops
 * it with the process, however that ends, and readers of the index itself are not in its way.
 */
async function lockWriter(sqlite: Sqlite, options: Pick<OpenOptions, 'path' | 'waitMilliseconds' | 'signal' | 'onWait'>): Promise<() => void> {
  const lockPath = `${options.path}.lock`;
  try {
    mkdirSync(dirname(lockPath), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new IndexError(`the folder of the index ${options.path} cannot be made: ${(error as Error).message}`);
  }
  const giveUp = performance.now() + (options.waitMilliseconds ?? Infinity);
  for (let waited = false; ; waited = true) {
    if (options.signal?.aborted === true) throw new Cancelled();
    try {
      const lock = new sqlite(lockPath, { timeout: 0 });
      try {
        lock.exec('BEGIN EXCLUSIVE');
        return () => lock.close();
      } catch (error) {
        lock.close();
        throw error;
      }
    } catch (error) {
      if (!(error instanceof sqlite.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) {
        throw new IndexError(`the index ${options.path} cannot be locked: ${(error as Error).message}`);
      }
    }
    if (performance.now() >= giveUp) throw new IndexBusy(options.path);
    if (!waited) options.onWait?.();
    await sleep(50);
  }
}

/**
 * A path that a user gave may name anything, even the dump: what is replaced must be an index of ours, or lie in the
 * folder where only those are.
 * @returns whether there is something
 * @throws IndexError when it is not ours
 */
function assertReplaceable(path: string): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isFile() === true && there.size === 0) return false;
  if (there === undefined) return false;
  const ours = there.isFile() && (dirname(resolve(path)) === resolve(indexFolder()) || hasIndexMagic(path));
  if (!ours) throw new IndexError(`${path} is not a page index and is left as it is: choose another place for the index`);
  return true;
}

/** SQLite's magic, and our application id at byte 68 of its header (SQLite file format, section 1.3). */
function hasIndexMagic(path: string): boolean {
  const head = Buffer.alloc(72);
  const descriptor = openSync(path, 'r');
  try {
    if (readSync(descriptor, head, 0, head.length, 0) < head.length) return false;
  } finally {
    closeSync(descriptor);
  }
  return head.toString('latin1', 0, 16) === 'SQLite format 3\0' && head.readUInt32BE(68) === indexApplicationId;
}

/** True for an index of ours, whatever its state. */
export function isIndexFile(path: string): boolean {
  try {
    return lstatSync(path).isFile() && hasIndexMagic(path);
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/**
 * Removes an index and what SQLite keeps beside it. Its lock stays: it takes no room, and who waits for it goes on right.
 * @throws IndexBusy when it is being built
 * @throws IndexError when it is not an index, or cannot be removed
 */
export async function removeIndex(path: string): Promise<void> {
  if (!isIndexFile(path)) throw new IndexError(`${path} is not a page index and is left as it is`);
  const unlock = await lockWriter(loadSqlite(), { path, waitMilliseconds: 0 });
  try {
    for (const suffix of indexSuffixes) rmSync(path + suffix, { force: true });
  } catch (error) {
    throw new IndexError(`the index ${path} cannot be removed: ${(error as Error).message}`);
  } finally {
    unlock();
  }
}

/** What SQLite may keep beside an index. */
const indexSuffixes = ['', '-wal', '-shm', '-journal'];

/** The stored index when it can be kept, else why it cannot. */
function openStored(sqlite: Sqlite, key: IndexKey): Connection | FreshReason {
  let connection: Connection | undefined;
  try {
    connection = new sqlite(key.path, { timeout: 2000 });
    const reason = whyNot(connection, key);
    if (reason === undefined) return connection;
    connection.close();
    return reason;
  } catch (error) {
    connection?.close();
    if (error instanceof sqlite.SqliteError || error instanceof RangeError || error instanceof TypeError) return 'damaged';
    throw error;
  }
}

function whyNot(connection: Connection, key: IndexKey): FreshReason | undefined {
  const pragma = (text: string): unknown => connection.pragma(text, { simple: true });
  if (pragma('quick_check(1)') !== 'ok') return 'damaged';
  if (pragma('application_id') !== indexApplicationId || pragma('user_version') !== indexSchemaVersion) return 'schema';
  const reader = createIndexReader(key.path, connection);
  const header = reader.header();
  if (header.fingerprintAlgorithm !== fingerprintAlgorithm || header.classVersion !== classVersion) return 'schema';
  if (header.identity !== key.identity || header.totalPages !== key.totalPages) return 'identity';
  // Where the disk did not give the container's own tables, their extents are not those of the dump.
  if (!header.complete && connection.prepare("SELECT 1 FROM extent WHERE state = 'unreadable' LIMIT 1").get() !== undefined) return 'unread';
  try {
    // quick_check looks at the tree, not into the blobs, and most bytes of an index are blobs.
    for (const block of reader.blocks()) unpackBlock(block);
  } catch {
    return 'damaged';
  }
  return undefined;
}

function createFresh(sqlite: Sqlite, key: IndexKey, reason: FreshReason): Connection {
  try {
    return reset(new sqlite(key.path, { timeout: 2000 }), key);
  } catch (error) {
    if (!(error instanceof sqlite.SqliteError) || reason === 'new') throw error;
    // Emptying in place keeps other processes' open connections right; a file too broken for that is replaced.
    for (const suffix of indexSuffixes) rmSync(key.path + suffix, { force: true });
    return reset(new sqlite(key.path, { timeout: 2000 }), key);
  }
}

/** Empties a database and makes the tables, in one transaction. */
function reset(connection: Connection, key: IndexKey): Connection {
  try {
    connection.pragma('page_size = 16384', { simple: true });
    // Nothing can be lost yet: a file that a power failure leaves half made is damaged, and made again.
    connection.pragma('synchronous = OFF', { simple: true });
    connection.exec('BEGIN IMMEDIATE');
    const names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'").raw().all() as [
      string,
    ][];
    for (const [name] of names) connection.exec(`DROP TABLE "${name.replaceAll('"', '""')}"`);
    connection.exec(indexDdl());
    connection
      .prepare('INSERT INTO header VALUES (1, ?, ?, ?, ?, ?, 0, 0, 0, NULL)')
      .run(key.identity, key.toolVersion, fingerprintAlgorithm, classVersion, key.totalPages);
    connection.pragma(`application_id = ${indexApplicationId}`, { simple: true });
    connection.pragma(`user_version = ${indexSchemaVersion}`, { simple: true });
    connection.exec('COMMIT');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function indexStore(connection: Connection, path: string, fresh: FreshReason | undefined, unlock: () => void): IndexStore {
  const reader = createIndexReader(path, connection);
  const writer = createIndexWriter(connection);
  let writing = false;

  const guarded = (work: () => void): void => {
    try {
      if (!writing) {
        // Readers go on while we write, and a commit costs no fsync: after kill -9 nothing committed is lost.
        connection.pragma('journal_mode = WAL', { simple: true });
        connection.pragma('synchronous = NORMAL', { simple: true });
        writing = true;
      }
      work();
    } catch (error) {
      throw error instanceof Error && error.name === 'SqliteError' ? new IndexError(`the index ${path} cannot be written: ${error.message}`) : error;
    }
  };
  const put = (tables: RecordTables): void => {
    guarded(() => {
      writer.replaceRows(tables);
    });
  };

  return {
    ...reader,
    fresh,
    commit(batch) {
      guarded(() => {
        writer.commit(batch);
      });
    },
    forgetUnreadable() {
      if ((reader.totals().counters.states[stateCode.unreadable] ?? 0) === 0) return;
      guarded(() => {
        writer.forgetUnreadable();
      });
    },
    putRegions: (regions) => {
      put(regionRows(regions));
    },
    putCpus: (cpus) => {
      put(cpuRows(cpus));
    },
    putNotes: (notes) => {
      put(noteRows(notes));
    },
    putFindings: (findings) => {
      put(findingRows(findings));
    },
    close() {
      try {
        // One plain file is left, which can be read from a read-only folder. While others read it stays as it is.
        if (writing) {
          const busy = connection.pragma('wal_checkpoint(TRUNCATE)', { simple: true });
          // All is in the file then; what follows only says in its header that no log is needed any more.
          if (busy === 0) connection.pragma('synchronous = OFF', { simple: true });
          connection.pragma('journal_mode = DELETE', { simple: true });
        }
      } catch (error) {
        if (!(error instanceof Error && error.name === 'SqliteError')) throw error;
      } finally {
        connection.close();
        unlock();
      }
    },
  };
}
