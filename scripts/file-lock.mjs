// A lock between processes, so that only one of them does an expensive thing that all of them need.
// It is advisory: what it guards must stay correct without it, since any process that finds a stale lock breaks it.
import fs from 'node:fs';
import path from 'node:path';
import { makeFolder } from './make-folder.mjs';

const retryMilliseconds = 250;
const patienceMinutes = 10;

/**
 * Takes a lock. Goes on without it when `isDone` says that the work has been done meanwhile, or after ten minutes.
 * @param {string} file  the lock; its folder is made when there is none
 * @param {() => boolean} isDone
 * @returns {Promise<{ release: () => void }>}
 */
export async function takeLock(file, isDone) {
  makeFolder(path.dirname(file));
  const end = Date.now() + patienceMinutes * 60_000;
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
      return { release: () => fs.rmSync(file, { force: true }) };
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    if (isDone() || Date.now() > end) return { release: () => undefined };
    if (isHeld(file)) await new Promise((resolve) => setTimeout(resolve, retryMilliseconds));
    else fs.rmSync(file, { force: true });
  }
}

/** Whether the process named in a lock still runs. A vanished lock counts as free. */
function isHeld(/** @type {string} */ file) {
  try {
    const holder = fs.readFileSync(file, 'utf8');
    return holder === '' || isProcessAlive(Number(holder)); // empty: it is being written at this moment
  } catch {
    return false;
  }
}

/**
 * Whether a process with this number runs, of whatever user.
 * @param {number} pid
 * @returns {boolean}
 */
export function isProcessAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
