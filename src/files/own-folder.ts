/** Folders for the program's own files. Only the user may write there: what others could plant is not read. */
import { lstatSync, mkdirSync, readdirSync, rmSync, statSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DumpError } from '../shared/dump-error.ts';
import { errorCode, systemReason } from './system-error.ts';

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');

/**
 * Why its contents could have been put there by somebody else; undefined when it is the user's alone.
 * @param enclosed nobody else can enter a folder above it: then its mode does not matter
 */
function whyForeign(stats: Stats, enclosed: boolean): string | undefined {
  const user = process.getuid?.();
  // Windows has no such modes; its cache folders are private by their location.
  if (user === undefined) return undefined;
  if (stats.uid !== user) return `it belongs to another user (${stats.uid})`;
  return enclosed || (stats.mode & 0o022) === 0 ? undefined : `others may write to it (mode ${octal(stats.mode)})`;
}

/** What `why` says of what lies at a place; a link is never ours, and nothing is no trouble. */
function whyNotOurs(path: string, why: (stats: Stats) => string | undefined): string | undefined {
  let stats: Stats | undefined;
  try {
    stats = lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return systemReason(error);
  }
  if (stats === undefined) return undefined;
  return stats.isSymbolicLink() ? 'it is a symbolic link' : why(stats);
}

/** Why a folder is not used for what is ours; undefined when it may be, also when it is not there yet. */
export const whyNoOwnFolder = (folder: string, enclosed = false): string | undefined =>
  whyNotOurs(folder, (stats) => (stats.isDirectory() ? whyForeign(stats, enclosed) : 'it is not a folder'));

/** Why a file in such a folder is not ours; undefined when it is, also when it is not there yet. */
export const whyNoOwnFile = (path: string, enclosed = false): string | undefined =>
  whyNotOurs(path, (stats) => {
    if (!stats.isFile()) return 'it is not a regular file';
    return stats.nlink > 1 ? 'it is a hard link: it has another name elsewhere' : whyForeign(stats, enclosed);
  });

/** True for a folder that nobody else can enter. */
export function isEnclosed(folder: string): boolean {
  let stats: Stats | undefined;
  try {
    stats = lstatSync(folder, { throwIfNoEntry: false });
  } catch {
    // Below a file there is no folder.
    return false;
  }
  return stats?.isDirectory() === true && (stats.mode & 0o077) === 0 && (process.getuid === undefined || stats.uid === process.getuid());
}

/**
 * Makes a folder that only the user may enter, with those above it where they are missing.
 * @throws DumpError io when it cannot be made, or is not the user's alone
 */
export function makeOwnFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = resolve(folder); dirname(at) !== at; at = dirname(at)) {
    if (statSync(at, { throwIfNoEntry: false }) !== undefined) break;
    missing.push(at);
  }
  for (const one of missing.toReversed()) {
    try {
      mkdirSync(one, { mode: 0o700 });
    } catch (error) {
      // Another process of ours makes it at the same moment.
      if (errorCode(error) !== 'EEXIST') throw new DumpError('io', { file: one }, systemReason(error), 'a folder that can be written to');
    }
  }
  const why = whyNoOwnFolder(folder, isEnclosed(dirname(resolve(folder))));
  if (why !== undefined) throw new DumpError('io', { file: folder }, why, 'a folder that only you may write to');
}

/** Removes all but the most recently changed files of a kind. */
export function keepNewest(folder: string, kind: RegExp, most: number): void {
  const aged = readdirSync(folder)
    .filter((name) => kind.test(name))
    .map((name) => ({ name, time: lstatSync(join(folder, name)).mtimeMs }))
    .sort((left, right) => right.time - left.time);
  for (const { name } of aged.slice(most)) rmSync(join(folder, name), { force: true });
}
