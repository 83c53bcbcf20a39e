/** Whether the files of a place can be reached from this machine. */
import { readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathBytes } from '../files/path-bytes.ts';
import { ownStorage } from '../files/storage-host.ts';

/** "ARCHIVE!MEMBER" is where its archive is. */
function fileOf(path: string): string {
  const at = path.indexOf('!');
  if (at === -1 || isThere(path)) return path;
  return path.slice(0, at);
}

function isThere(path: string): boolean {
  try {
    statSync(pathBytes(path));
    return true;
  } catch {
    return false;
  }
}

/** Whether this machine has such storage at all: its own disks, and shares, which are mounted at the same path everywhere (docs/fleet.md). */
export const isReachable = (storage: string): boolean => storage === ownStorage() || storage.startsWith('share:');

/** A share that is not mounted shows an empty folder, or none. */
function isMounted(file: string): boolean {
  try {
    return readdirSync(pathBytes(dirname(file))).length > 0;
  } catch {
    return false;
  }
}

/** `absent`: its folder exists without it. `away`: its folder is missing too, or empty, like that of a share which is not mounted. */
export interface Unreachable {
  readonly kind: 'absent' | 'away';
  readonly why: string;
}

/** Why the files of a place cannot be opened now; undefined if they exist. */
export function whyUnreachable(path: string): Unreachable | undefined {
  const file = fileOf(path);
  if (isThere(file)) return undefined;
  return isMounted(file)
    ? { kind: 'absent', why: `${file} no longer exists` }
    : { kind: 'away', why: `${file} cannot be reached from this machine: its folder is empty or missing` };
}
