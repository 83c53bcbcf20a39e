/** Whether the files of a place can be reached from this machine. */
import { readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathBytes } from '../files/path-bytes.ts';

/** "ARCHIVE!MEMBER" lies where its archive lies. */
export function fileOf(path: string): string {
  const at = path.indexOf('!');
  if (at === -1 || isThere(path)) return path;
  return path.slice(0, at);
}

export function isThere(path: string): boolean {
  try {
    statSync(pathBytes(path));
    return true;
  } catch {
    return false;
  }
}

/** A share that is not mounted shows an empty folder, or none. */
export function isMounted(file: string): boolean {
  try {
    return readdirSync(pathBytes(dirname(file))).length > 0;
  } catch {
    return false;
  }
}
