/** Whether an output is there already. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

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
