/**
 * Opens index files for building and for reading. An index is disposable, so whatever is wrong with one (damage, another
 * schema, another dump) ends in an empty one, never in an error about it.
 */
import { statSync } from 'node:fs';
import { removeDatabase } from '../../files/database-file.ts';
import type { CpuJson } from '../../shared/cpu-model.ts';
import type { Finding } from '../../shared/model.ts';
import type { NoteJson, RegionJson } from '../../shared/structure-model.ts';
import type { Connection } from './connection.ts';
import { IndexDamaged, IndexError, IndexLocked } from './index-error.ts';
import { lockWriter, type LockOptions } from './index-lock.ts';
import type { IndexReader, PieceRow } from './index-reader-type.ts';
import { cpuRows, findingRows, noteRows, regionRows, type RecordTables } from './index-records.ts';
import { createIndexWriter, type Batch } from './index-writer.ts';
import { classVersion, fingerprintAlgorithm } from './page-job.ts';
import { stateCode } from './page-meta.ts';
import { isPiece, rangeText, readerOf } from './pieced-reader.ts';
import { rowChecksum } from './row-checksum.ts';
import { indexApplicationId, indexDdl, indexSchemaVersion } from './schema.ts';
import type { FileSet, FileState } from './source-files.ts';
import { assertIndexPlace, connect, loadSqlite, openReadOnly, type Sqlite } from './sqlite.ts';

/** Why an index was begun afresh. */
export type FreshReason = 'new' | 'asked' | 'damaged' | 'schema' | 'identity' | 'key' | 'unread';

export interface IndexKey {
  readonly path: string;
  /** The dump's identity: an index of another one is replaced. */
  readonly identity: string;
  /** Its dump key; likewise. */
  readonly dumpKey: string;
  /** The files that the dump lies in now; an index that is begun is noted as made from them. */
  readonly files: readonly FileState[];
  /** Pages from address 0 to the end of the image. */
  readonly totalPages: number;
  readonly toolVersion: string;
  /** Of an index of a part: that part alone. Of one whose pages are in pieces: all of them. One that is there and has others is replaced. */
  readonly pieces?: readonly PieceRow[];
}

export interface OpenOptions extends IndexKey, LockOptions {
  /** Throw away what is stored. */
  readonly rebuild?: boolean;
}

/** An index open for building: reading and writing, with the writer's lock held until `close`. */
export interface IndexStore extends IndexReader {
  /** Undefined when what was stored is kept. */
  readonly fresh: FreshReason | undefined;
  /** One transaction. @throws IndexError when the file cannot be written */
  commit(batch: Batch): void;
  /** Drops the blocks and subtrees with unreadable pages, so that they are looked at again. */
  forgetUnreadable(): void;
  /** Drops the memory root and the subtrees that it was made of. */
  forgetRoot(): void;
  /** Says what a piece holds, once it holds everything. */
  sealPiece(row: PieceRow): void;
  /** Adds files that agreed with the index. */
  addFiles(set: FileSet): void;
  putRegions(regions: readonly RegionJson[]): void;
  putCpus(cpus: readonly CpuJson[]): void;
  putNotes(notes: Iterable<NoteJson>): void;
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
  assertIndexPlace(path);
  const unlock = await lockWriter(options);
  let isNew = false;
  try {
    // It may have changed while we waited.
    assertIndexPlace(path);
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    isNew = size === undefined;
    const stored = (size ?? 0) > 0 ? (options.rebuild === true ? 'asked' : openStored(sqlite, options)) : 'new';
    if (typeof stored !== 'string') return indexStore(stored, path, undefined, unlock);
    return indexStore(createFresh(sqlite, options, stored), path, stored, unlock);
  } catch (error) {
    if (isNew) leaveNothing(path);
    unlock();
    if (error instanceof IndexError || !(error instanceof sqlite.SqliteError || isSystemError(error))) throw error;
    throw new IndexError(`the index ${path} cannot be opened: ${error.message}`);
  }
}

/** An index that could not even be begun, on a full disk for one. */
function leaveNothing(path: string): void {
  try {
    removeDatabase(path);
  } catch {
    // The error that led here says more.
  }
}

/**
 * Opens an index for reading only; others may build it meanwhile.
 * @param of when given, an index of another dump counts as none; without a dump key that of the index may be any
 * @throws IndexError when there is none, or it has another schema
 */
export function readIndex(path: string, of?: { readonly identity: string; readonly dumpKey?: string }): IndexReader {
  const connection = openReadOnly(path);
  try {
    if (connection.pragma('user_version', { simple: true }) !== indexSchemaVersion) throw new IndexError(`the index ${path} was made by another version`);
    const reader = readerOf(path, connection);
    const [part] = reader.pieces();
    if (part !== undefined && isPiece(reader))
      throw new IndexError(`the index ${path} is one piece of an index, of ${rangeText(part)}; all pieces have to be joined first`);
    if (of !== undefined) {
      const { identity, dumpKey } = reader.header();
      if (identity !== of.identity) throw new IndexError(`the index ${path} is of another dump`);
      if (of.dumpKey !== undefined && dumpKey !== of.dumpKey)
        throw new IndexError(
          `the index ${path} is of another dump with equal headers and notes, or of this one before its memory changed: the dump keys differ`,
        );
    }
    return reader;
  } catch (error) {
    connection.close();
    throw error instanceof IndexError ? error : new IndexError(`the index ${path} cannot be read: ${(error as Error).message}`);
  }
}

const isSystemError = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;

/** The stored index when it can be kept, else why it cannot. */
function openStored(sqlite: Sqlite, key: IndexKey): Connection | FreshReason {
  let connection: Connection | undefined;
  try {
    connection = connect(sqlite, key.path, { timeout: 2000 });
    const reason = whyNot(connection, key);
    if (reason === undefined) return connection;
    connection.close();
    return reason;
  } catch (error) {
    connection?.close();
    if (error instanceof IndexDamaged || error instanceof sqlite.SqliteError) return 'damaged';
    if (error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError) return 'damaged';
    throw error;
  }
}

function whyNot(connection: Connection, key: IndexKey): FreshReason | undefined {
  const pragma = (text: string): unknown => connection.pragma(text, { simple: true });
  if (pragma('quick_check(1)') !== 'ok') return 'damaged';
  if (pragma('application_id') !== indexApplicationId || pragma('user_version') !== indexSchemaVersion) return 'schema';
  const reader = readerOf(key.path, connection);
  const header = reader.header();
  if (header.fingerprintAlgorithm !== fingerprintAlgorithm || header.classVersion !== classVersion) return 'schema';
  if (header.identity !== key.identity || header.totalPages !== key.totalPages) return 'identity';
  if (header.dumpKey !== key.dumpKey) return 'key';
  // Whoever asks for the index of a dump takes one that is read from pieces as well.
  if (isPiece(reader) || key.pieces !== undefined) {
    const places = (rows: readonly PieceRow[] = []): string => rows.map((row) => `${rangeText(row)} ${row.place?.file ?? ''}`).join('\n');
    if (places(reader.pieces()) !== places(key.pieces)) return 'identity';
  }
  // Where the disk did not give the container's own tables, their extents are not those of the dump.
  if (!header.complete && connection.prepare("SELECT 1 FROM first_extent WHERE state = 'unreadable' LIMIT 1").get() !== undefined) return 'unread';
  try {
    // quick_check looks at the tree, not into the blobs, and most bytes of an index are blobs.
    reader.verifyRows();
  } catch {
    return 'damaged';
  }
  return undefined;
}

function createFresh(sqlite: Sqlite, key: IndexKey, reason: FreshReason): Connection {
  try {
    return reset(connect(sqlite, key.path, { timeout: 2000 }), key);
  } catch (error) {
    if (!(error instanceof sqlite.SqliteError || error instanceof IndexDamaged) || reason === 'new') throw error;
    // Emptying in place keeps other processes' open connections right; a file too broken for that is replaced.
    removeDatabase(key.path);
    return reset(connect(sqlite, key.path, { timeout: 2000 }), key);
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
    const header = [1, key.identity, key.dumpKey, key.toolVersion, fingerprintAlgorithm, classVersion, key.totalPages, 0, 0, 0, null];
    connection.prepare(`INSERT INTO header VALUES (${header.map(() => '?').join(', ')}, ?)`).run(...header, rowChecksum(header));
    connection.pragma(`application_id = ${indexApplicationId}`, { simple: true });
    connection.pragma(`user_version = ${indexSchemaVersion}`, { simple: true });
    connection.exec('COMMIT');
    if (key.pieces !== undefined) createIndexWriter(connection).putPieces(key.pieces);
    if (key.files.length > 0) createIndexWriter(connection).addFiles({ how: 'made', files: key.files });
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function indexStore(connection: Connection, path: string, fresh: FreshReason | undefined, unlock: () => void): IndexStore {
  const reader = readerOf(path, connection);
  const writer = createIndexWriter(connection);
  let writing = false;

  const guarded = (work: () => void): void => {
    try {
      if (!writing) {
        // Readers continue while we write, and a commit costs no fsync: after kill -9 nothing committed is lost.
        connection.pragma('journal_mode = WAL', { simple: true });
        connection.pragma('synchronous = NORMAL', { simple: true });
        writing = true;
      }
      work();
    } catch (error) {
      if (!(error instanceof Error && error.name === 'SqliteError')) throw error;
      if ('code' in error && String(error.code).startsWith('SQLITE_BUSY')) throw new IndexLocked(path);
      throw new IndexError(`the index ${path} cannot be written: ${error.message}`);
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
    sealPiece(row) {
      guarded(() => {
        writer.putPieces([row]);
      });
    },
    forgetUnreadable() {
      if ((reader.totals().counters.states[stateCode.unreadable] ?? 0) === 0) return;
      guarded(() => {
        writer.forgetUnreadable();
      });
    },
    forgetRoot() {
      guarded(() => {
        writer.forgetRoot();
      });
    },
    addFiles(set) {
      guarded(() => {
        writer.addFiles(set);
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
        reader.close();
        unlock();
      }
    },
  };
}
