/** One process at a time builds an index. */
import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cacheFile } from '../../files/cache-folder.ts';
import { databaseSuffixes, removeDatabase } from '../../files/database-file.ts';
import { makeOwnFolder } from '../../files/own-folder.ts';
import { holdLock } from './held-lock.ts';
import { IndexBusy, IndexError } from './index-error.ts';
import { isIndexFile } from './sqlite.ts';

export interface LockOptions {
  readonly path: string;
  /** How long to wait for another process that builds the same index: 0 is not at all; default is without end. */
  readonly waitMilliseconds?: number;
  /** Called once when waiting begins. */
  readonly onWait?: () => void;
  readonly signal?: AbortSignal;
}

/**
 * Where the lock of an index lies: in the cache folder, never next to an index that may lie with evidence. It is named by the
 * place of the index, whatever links lead there.
 * @throws IndexError when there is no folder for the cache
 */
export function lockPlace(path: string): string {
  try {
    const place = join(realpathSync(dirname(path)), basename(path));
    return cacheFile('lock', `${createHash('sha256').update(place).digest('hex').slice(0, 32)}.lock`, databaseSuffixes);
  } catch (error) {
    throw new IndexError(`the index ${path} cannot be locked: ${(error as Error).message}`);
  }
}

/**
 * The lock of an index that is to be built; its folder is made if need be.
 * @returns gives the lock back
 * @throws IndexBusy, IndexError, Cancelled
 */
export async function lockWriter(options: LockOptions): Promise<() => void> {
  const folder = dirname(options.path);
  if (!existsSync(folder)) {
    try {
      makeOwnFolder(folder);
    } catch (error) {
      throw new IndexError(`the folder of the index ${options.path} cannot be created: ${(error as Error).message}`);
    }
  }
  return hold(lockPlace(options.path), options);
}

/** Readers of the index itself are not in the way of its lock. */
const hold = (lockPath: string, { path, waitMilliseconds, onWait, signal }: LockOptions): Promise<() => void> =>
  holdLock(lockPath, { what: `the index ${path}`, busy: () => new IndexBusy(path), waitMilliseconds, onWait, signal });

/**
 * Removes a lock that a killed process left.
 * @returns false when it is held
 * @throws IndexError when it is not a lock of ours
 */
export async function removeIdleLock(lockPath: string): Promise<boolean> {
  try {
    (await hold(lockPath, { path: lockPath, waitMilliseconds: 0 }))();
    return true;
  } catch (error) {
    if (error instanceof IndexBusy) return false;
    throw error;
  }
}

/**
 * Does something about an index that nobody builds now.
 * @returns false when somebody does
 * @throws IndexError
 */
export async function whileIdle(path: string, work: () => void): Promise<boolean> {
  let unlock: () => void;
  try {
    unlock = await lockWriter({ path, waitMilliseconds: 0 });
  } catch (error) {
    if (error instanceof IndexBusy) return false;
    throw error;
  }
  try {
    work();
  } finally {
    unlock();
  }
  return true;
}

/**
 * Removes an index and what SQLite keeps next to it.
 * @throws IndexBusy when it is being built
 * @throws IndexError when it is not an index, or cannot be removed
 */
export async function removeIndex(path: string): Promise<void> {
  const left = (): IndexError => new IndexError(`${path} is not a page index and is left as it is`);
  if (!isIndexFile(path)) throw left();
  const unlock = await lockWriter({ path, waitMilliseconds: 0 });
  try {
    if (!isIndexFile(path)) throw left();
    removeDatabase(path);
  } catch (error) {
    throw error instanceof IndexError ? error : new IndexError(`the index ${path} cannot be removed: ${(error as Error).message}`);
  } finally {
    unlock();
  }
}
