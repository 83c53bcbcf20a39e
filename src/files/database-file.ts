/**
 * Where SQLite may work. It opens, truncates and removes files next to the one that it is given (-wal, -shm, -journal), whatever
 * they are, so each of them is looked at before it is let near: a dump may have any name.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, rmSync, type BigIntStats } from 'node:fs';
import { dirname } from 'node:path';
import { evidenceOf } from './evidence-files.ts';
import { endable, whatElse, whatMade } from './file-look.ts';
import { readUninterrupted } from './read-uninterrupted.ts';
import { errorCode, systemReason } from './system-error.ts';

/** What SQLite keeps next to a database. */
export const databaseSuffixes = ['-wal', '-shm', '-journal'] as const;

export interface DatabaseChecks {
  /** Whether a file is a database of ours, by its first 100 bytes. */
  readonly isOurs: (head: Uint8Array) => boolean;
  /** True in a folder where nobody else can put anything (cache-folder.ts): what lies there may be damaged, and is replaced. */
  readonly inOwnFolder: boolean;
  /** Files that SQLite has open in this process: reading them by another descriptor would drop its locks (POSIX). */
  readonly isOpen: (path: string) => boolean;
}

const headBytes = 100;

/** First bytes of a file that is not a link. @throws system errors */
function headOf(path: string): Uint8Array {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    if (!fstatSync(descriptor).isFile()) return new Uint8Array();
    const head = Buffer.alloc(headBytes);
    return head.subarray(0, readUninterrupted(descriptor, head, 0));
  } finally {
    closeSync(descriptor);
  }
}

const isPageSize = (bytes: number): boolean => bytes >= 512 && bytes <= 65536 && (bytes & (bytes - 1)) === 0;

/** SQLite's own files by their first bytes (SQLite file format, sections 3 and 4; WAL-index format). */
const ownMarks: Readonly<Record<(typeof databaseSuffixes)[number], (head: DataView, bytes: bigint) => boolean>> = {
  '-wal': (head) => (head.getUint32(0) & ~1) === 0x377f0682,
  // Before it is filled in it is one block of zeros.
  '-shm': (head, bytes) => head.getUint32(0, true) === 3007000 || head.getUint32(0) === 3007000 || (bytes <= 32768n && head.getUint32(0) === 0),
  // The magic comes last; sizes of sectors and pages are there from the beginning.
  '-journal': (head) =>
    (head.getBigUint64(0) === 0xd9d505f920a163d7n || head.getBigUint64(0) === 0n) && isPageSize(head.getUint32(20)) && isPageSize(head.getUint32(24)),
};

type Suffix = (typeof databaseSuffixes)[number];

function markOf(suffix: Suffix, path: string, bytes: bigint): DataView | undefined {
  const head = headOf(path);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return head.length >= 32 && ownMarks[suffix](view, bytes) ? view : undefined;
}

const isSqlites = (suffix: Suffix, path: string, bytes: bigint): boolean => markOf(suffix, path, bytes) !== undefined;

/**
 * True for the rollback journal of a database that had no page yet: a process was killed in its first transaction. It holds
 * nothing to roll back (size of the database in pages at offset 16: SQLite file format, section 3).
 */
const isFirstJournal = (suffix: Suffix, path: string, bytes: bigint): boolean => suffix === '-journal' && markOf(suffix, path, bytes)?.getUint32(16) === 0;

/** Why a file must not be touched, whatever is in it. */
function whyLeft(stats: BigIntStats): string | undefined {
  if (stats.isSymbolicLink()) return 'is a symbolic link';
  const other = whatElse(stats);
  if (other !== undefined) return `is ${other}`;
  if (stats.nlink > 1n) return 'has another name elsewhere (a hard link)';
  const evidence = evidenceOf({ device: stats.dev, inode: stats.ino, bornNs: stats.birthtimeNs });
  return evidence === undefined || evidence.isIndex === true ? undefined : 'is evidence';
}

/**
 * Why SQLite must not open a path; undefined when it may: nothing is there, or a database of ours with what belongs to it.
 * @returns a sentence without its end
 */
export function whyNoDatabase(path: string, { isOurs, inOwnFolder, isOpen }: DatabaseChecks): string | undefined {
  // It would be another file than the one that was named.
  if (!path.isWellFormed()) return `${path} has a name that is not UTF-8`;
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    const left = stats === undefined ? undefined : whyLeft(stats);
    if (left !== undefined) return `${path} ${left}`;
    // SQLite would read and write whatever is there, even a file of the kernel.
    const made = whatMade(stats === undefined ? dirname(path) : path);
    if (made !== undefined) return `${path} is ${stats === undefined ? 'no place for a file: the kernel makes all that is there' : made}`;
    const isEmpty = stats === undefined || stats.size === 0n;
    if (stats?.size === 0n && !isOpen(path) && endable(() => headOf(path)).length > 0) return `${path} has no size, and gives bytes all the same`;
    if (!isEmpty && !inOwnFolder && !isOpen(path) && !isOurs(headOf(path))) return `${path} is not a page index`;
    for (const suffix of databaseSuffixes) {
      const beside = path + suffix;
      const found = lstatSync(beside, { bigint: true, throwIfNoEntry: false });
      if (found === undefined) continue;
      const why = whyLeft(found);
      if (why !== undefined) return `${beside} ${why}`;
      if (inOwnFolder || isOpen(path) || found.size === 0n) continue;
      // If the database is missing or empty, SQLite removes it without looking.
      const isPart = isEmpty ? isFirstJournal : isSqlites;
      if (!isPart(suffix, beside, found.size)) return `${beside} is not part of a page index`;
    }
    return undefined;
  } catch (error) {
    return `${path} cannot be looked at: ${systemReason(error)}`;
  }
}

/** Removes a database and what SQLite keeps next to it; the caller has looked at them. @throws system errors */
export function removeDatabase(path: string): void {
  for (const suffix of ['', ...databaseSuffixes]) rmSync(path + suffix, { force: true });
}

/**
 * An empty file that processes lock in turn. Made if it is missing.
 * @returns its inode, or why it cannot be used
 */
export function lockFile(path: string): bigint | string {
  try {
    const there = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    const why = there === undefined ? undefined : whyLeft(there);
    if (why !== undefined) return `${path} ${why}`;
    // A transaction that is never committed writes nothing.
    if (there !== undefined && there.size > 0n) return `${path} is not a lock of Dumpbench`;
    for (const suffix of databaseSuffixes) {
      const beside = path + suffix;
      const found = lstatSync(beside, { bigint: true, throwIfNoEntry: false });
      if (found === undefined) continue;
      const reason = whyLeft(found);
      if (reason !== undefined) return `${beside} ${reason}`;
      // A killed process of an older version leaves a journal.
      if (found.size > 0n && !isSqlites(suffix, beside, found.size)) return `${beside} is not part of a page index`;
    }
    if (there !== undefined) return there.ino;
    closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
    return lstatSync(path, { bigint: true }).ino;
  } catch (error) {
    // Another process has just made or removed its lock: the caller tries again.
    return ['ENOENT', 'EEXIST'].includes(errorCode(error) ?? '') ? 0n : `${dirname(path)}: ${systemReason(error)}`;
  }
}

/** True while a path still names the file that was locked. */
export const isStill = (path: string, inode: bigint): boolean => lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino === inode;

/** Removes a lock that is held; waiting processes notice, and make their own. */
export function removeLock(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Windows keeps open files: the next process uses it again.
  }
}
