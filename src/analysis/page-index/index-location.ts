/** Where indexes live: in the user's cache folder, never beside the dump, which may be evidence on a read-only share. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

const here = (): Surroundings => ({ platform: process.platform, environment: process.env, home: homedir() });

/**
 * Folder of all indexes: `$XDG_CACHE_HOME` (else ~/.cache), ~/Library/Caches, or `%LOCALAPPDATA%`, then dumpbench/index.
 * The XDG Base Directory Specification says to ignore relative paths in its variables.
 */
export function indexFolder(surroundings: Surroundings = here()): string {
  const { platform, environment, home } = surroundings;
  if (platform === 'win32') {
    const local = environment.LOCALAPPDATA;
    return win32.join(local !== undefined && win32.isAbsolute(local) ? local : win32.join(home, 'AppData', 'Local'), 'dumpbench', 'index');
  }
  if (platform === 'darwin') return posix.join(home, 'Library', 'Caches', 'dumpbench', 'index');
  const cache = environment.XDG_CACHE_HOME;
  return posix.join(cache !== undefined && posix.isAbsolute(cache) ? cache : posix.join(home, '.cache'), 'dumpbench', 'index');
}

/** Where Node keeps our compiled modules from one process to the next, beside the folder of the indexes. */
export function codeFolder(surroundings: Surroundings = here()): string {
  const path = surroundings.platform === 'win32' ? win32 : posix;
  return path.join(path.dirname(indexFolder(surroundings)), 'code');
}

/** Index file of a dump. Identities that are no good file names stand there as their SHA-256. */
export function indexPath(identity: string, surroundings: Surroundings = here()): string {
  const plain = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(identity);
  const name = plain ? identity : createHash('sha256').update(identity).digest('hex');
  return (surroundings.platform === 'win32' ? win32 : posix).join(indexFolder(surroundings), `${name}.sqlite`);
}
