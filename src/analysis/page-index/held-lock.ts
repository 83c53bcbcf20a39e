/**
 * A lock that one process holds at a time: a transaction that is never committed, on an empty database of its own. The operating system drops
 * it with the process, however that ends. It goes with its holder.
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isStill, lockFile, removeLock } from '../../files/database-file.ts';
import { steadyMilliseconds } from '../../files/steady-clock.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { IndexError } from './index-error.ts';
import { loadSqlite } from './sqlite.ts';

export interface HeldLockOptions {
  /** What is locked, for messages: "the index /a/b.sqlite". */
  readonly what: string;
  /** The error when another process holds it for longer than one waits. */
  readonly busy: () => Error;
  /** How long to wait for another process: 0 is not at all; default is without end. */
  readonly waitMilliseconds?: number | undefined;
  /** Called once when waiting begins. */
  readonly onWait?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @param lockPath an empty file, made if need be
 * @returns gives the lock back
 * @throws IndexError when it cannot be locked; Cancelled; what `busy` gives
 */
export async function holdLock(lockPath: string, { what, busy, waitMilliseconds, onWait, signal }: HeldLockOptions): Promise<() => void> {
  const sqlite = loadSqlite();
  const folder = dirname(lockPath);
  const giveUp = steadyMilliseconds() + (waitMilliseconds ?? Infinity);
  for (let waited = false; ; waited = true) {
    if (signal?.aborted === true) throw new Cancelled();
    const inode = lockFile(lockPath);
    if (typeof inode === 'string') throw new IndexError(`${what} cannot be locked: ${inode}`);
    if (inode === 0n) {
      // It appeared or went just now; a folder that is gone does not come back.
      if (!existsSync(folder)) throw new IndexError(`${what} cannot be locked: its folder is gone`);
      await sleep(5);
      continue;
    }
    try {
      const lock = new sqlite(lockPath, { timeout: 0 });
      try {
        // Nothing is ever written: no journal need lie next to it.
        lock.pragma('journal_mode = MEMORY', { simple: true });
        lock.exec('BEGIN EXCLUSIVE');
        // The one before us may have removed the file when it was done: then this lock holds off nobody.
        if (isStill(lockPath, inode))
          return () => {
            removeLock(lockPath);
            lock.close();
          };
        lock.close();
        continue;
      } catch (error) {
        lock.close();
        throw error;
      }
    } catch (error) {
      if (!(error instanceof sqlite.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) {
        throw new IndexError(`${what} cannot be locked: ${(error as Error).message}`);
      }
    }
    if (steadyMilliseconds() >= giveUp) throw busy();
    if (!waited) onWait?.();
    await sleep(50);
  }
}
