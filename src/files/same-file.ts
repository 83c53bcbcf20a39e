/** Whether two names are one file, and whether an output is there already. */
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { pathBytes } from './path-bytes.ts';

/** True when both names lead to one file, by links or bind mounts; false where one leads to none. */
export function isSameFile(left: string, right: string): boolean {
  try {
    const [one, other] = [left, right].map((path) => statSync(pathBytes(path), { bigint: true }));
    return one?.dev === other?.dev && one?.ino === other?.ino;
  } catch {
    return false;
  }
}

/** True when a regular file, not a link to one, holds these bytes; false for anything else, also what cannot be read. */
export function holdsAlready(path: string, bytes: Uint8Array): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch {
    return false;
  }
  try {
    const stats = fstatSync(descriptor);
    return stats.isFile() && stats.size === bytes.length && readFileSync(descriptor).equals(bytes);
  } catch {
    return false;
  } finally {
    closeSync(descriptor);
  }
}
