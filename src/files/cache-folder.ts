/**
 * Where the program keeps what can be made again: page indexes, their locks, unpacked dumps, compiled modules. In the user's cache folder,
 * never next to the dump, which may be evidence on a read-only share. A cache that others may write to could answer in place of
 * the evidence, or bring code along: it is refused with a sentence, and a folder that is the user's alone is used instead.
 */
import { accessSync, constants, existsSync, readdirSync, realpathSync, rmSync, statSync, type Stats } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, posix, win32 } from 'node:path';
import { DumpError } from '../shared/dump-error.ts';
import { isEnclosed, makeOwnFolder, whyNoOwnFile, whyNoOwnFolder } from './own-folder.ts';
import { systemReason } from './system-error.ts';

export const cacheParts = ['index', 'lock', 'unpacked', 'code'] as const;
export type CachePart = (typeof cacheParts)[number];

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

function here(): Surroundings {
  let home = '';
  try {
    home = homedir();
  } catch {
    // Neither HOME nor an entry for the user.
  }
  return { platform: process.platform, environment: process.env, home };
}

/**
 * The cache folder of the system: `$XDG_CACHE_HOME` (else ~/.cache), ~/Library/Caches, or `%LOCALAPPDATA%`, then dumpbench;
 * undefined where nobody has a home. The XDG Base Directory Specification says to ignore relative paths in its variables.
 */
export function usualCacheFolder(surroundings: Surroundings = here()): string | undefined {
  const { platform, environment, home } = surroundings;
  if (platform === 'win32') {
    const local = environment.LOCALAPPDATA;
    return win32.join(local !== undefined && win32.isAbsolute(local) ? local : win32.join(home, 'AppData', 'Local'), 'dumpbench');
  }
  const cache = platform === 'darwin' ? undefined : environment.XDG_CACHE_HOME;
  if (cache !== undefined && posix.isAbsolute(cache)) return posix.join(cache, 'dumpbench');
  if (!posix.isAbsolute(home)) return undefined;
  return platform === 'darwin' ? posix.join(home, 'Library', 'Caches', 'dumpbench') : posix.join(home, '.cache', 'dumpbench');
}

/** Folders for the cache in the order in which they are tried. All names can be foreseen: the next run finds what this one made. */
function candidates(): readonly string[] {
  const usual = usualCacheFolder();
  const user = String(process.getuid?.() ?? 'user');
  const others = [1, 2, 3, 4].map((number) => join(tmpdir(), `dumpbench-${user}${number === 1 ? '' : `.${number}`}`));
  return [...(usual === undefined ? [] : [usual, join(dirname(usual), `dumpbench-${user}`)]), ...others];
}

/** Why others could replace what is below a folder; undefined when they cannot. */
function whyUnsafeParent(folder: string): string | undefined {
  const user = process.getuid?.();
  if (user === undefined) return undefined;
  const group = process.getgid?.();
  for (let at = folder; ; at = dirname(at)) {
    let stats: Stats | undefined;
    try {
      stats = statSync(at, { throwIfNoEntry: false });
    } catch (error) {
      return `${at}: ${systemReason(error)}`;
    }
    // Missing ones are made for the user alone.
    if (stats !== undefined) {
      if (stats.uid !== user && stats.uid !== 0) return `${at} belongs to another user (${stats.uid})`;
      // With the sticky bit nobody can rename what belongs to another user. The user's own group is mostly the user.
      const others = (stats.mode & 0o002) !== 0 || ((stats.mode & 0o020) !== 0 && stats.gid !== 0 && stats.gid !== group);
      if (others && (stats.mode & 0o1000) === 0) return `others may write to ${at}`;
    }
    if (dirname(at) === at) return undefined;
  }
}

/**
 * Why a folder of ours is not the user's alone; undefined when it is, also when it is not there yet.
 * @param parts folders in it that are looked at too
 */
export function whyNotPrivate(root: string, parts: readonly string[]): string | undefined {
  let parent = dirname(root);
  const byName = whyUnsafeParent(parent);
  if (byName !== undefined) return byName;
  try {
    parent = realpathSync(parent);
  } catch {
    return undefined;
  }
  const byPlace = whyUnsafeParent(parent);
  if (byPlace !== undefined) return byPlace;
  const enclosed = isEnclosed(root);
  for (const folder of [root, ...parts.map((part) => join(root, part))]) {
    const why = whyNoOwnFolder(folder, enclosed);
    if (why !== undefined) return folder === root ? why : `${folder}: ${why}`;
  }
  return undefined;
}

/** Why a folder that is there cannot be used in a way; undefined when it can. @param mode as for access(2) */
function whyNoAccess(folder: string, mode: number): string | undefined {
  if (!existsSync(folder)) return undefined;
  try {
    accessSync(folder, mode);
    return undefined;
  } catch (error) {
    return `${folder}: ${systemReason(error)}`;
  }
}

/** Why nothing in a cache folder is used; undefined when it is fit. One that can only be read is fit for reading. */
function whyUnfit(root: string): string | undefined {
  const why = whyNotPrivate(root, cacheParts);
  if (why !== undefined) return why;
  for (const folder of [root, ...cacheParts.map((part) => join(root, part))]) {
    const closed = whyNoAccess(folder, constants.R_OK | constants.X_OK);
    if (closed !== undefined) return closed;
  }
  return undefined;
}

/** Messages about folders and files of the cache that were refused, for the doors to show. Each is kept once. */
const remarks = new Set<string>();

/** What this process refused in its cache, and what it uses instead. */
export const cacheRemarks = (): readonly string[] => [...remarks];

/** Cache folders that are the user's alone, the first one first; they need not be there. */
export function fitCacheFolders(): readonly string[] {
  return candidates().filter((root) => whyUnfit(root) === undefined);
}

/**
 * The first cache folder that is fit for something, made if need be; what was refused before it is remarked.
 * @param whyNot why what lies in a folder makes it unfit
 * @param wanted name of a file; the folder in which it lies already comes first
 * @throws DumpError io when there is none
 */
function chosenFolder(part: CachePart, whyNot: (root: string) => string | undefined, wanted?: string): string {
  const all = candidates();
  const refused = new Map<string, string>();
  for (const root of all) {
    const why = whyUnfit(root) ?? whyNot(root);
    if (why !== undefined) refused.set(root, why);
  }
  const fit = all.filter((root) => !refused.has(root));
  const holder = wanted === undefined ? undefined : fit.find((root) => existsSync(join(root, part, wanted)));
  for (const root of holder === undefined ? fit : [holder]) {
    try {
      makeOwnFolder(join(root, part));
    } catch (error) {
      refused.set(root, error instanceof DumpError ? error.what : systemReason(error));
      continue;
    }
    const before = all.slice(0, all.indexOf(root));
    // One cause, such as a folder above them all, gives one message.
    const causes = Map.groupBy(before, (other) => refused.get(other));
    for (const [why, others] of causes)
      if (why !== undefined)
        remarks.add(`${others.join(' and ')} ${others.length === 1 ? 'is' : 'are'} not used for the cache: ${why}; ${root} is used instead`);
    return join(root, part);
  }
  const reasons = [...refused].map(([root, why]) => `${root}: ${why}`).join('; ');
  throw new DumpError('io', { file: all[0] ?? 'the cache folder' }, `there is no folder for the cache (${reasons})`, 'a cache folder that is yours alone');
}

/**
 * Where a file of the cache lies, or is to be made; its folder is there afterwards.
 * @param name file name
 * @param besides what is added to the name for files that belong to it
 * @throws DumpError io when there is no folder that is the user's alone
 */
export function cacheFile(part: CachePart, name: string, besides: readonly string[] = []): string {
  const paths = (root: string): string[] => ['', ...besides].map((more) => join(root, part, name + more));
  const folder = chosenFolder(part, (root) => whyPlanted(paths(root), (path) => whyNoOwnFile(path, isEnclosed(root))), name);
  return join(folder, name);
}

/**
 * The folder of a part, made if need be: the first that is fit, also where another has the part already. Who sets the cache to
 * a disk of their own must not find the memory of a dump on another.
 * @param wanted names of files that are to be written there; where the first is there already, a folder that can only be read will do
 * @throws DumpError io when there is none that is the user's alone
 */
export const partFolder = (part: CachePart, ...wanted: readonly string[]): string =>
  chosenFolder(part, (root) => {
    const [first, ...others] = wanted.map((name) => join(root, part, name));
    if (first === undefined) return undefined;
    const planted = whyPlanted([first, ...others], (path) => whyNoOwnFile(path, isEnclosed(root)));
    return planted ?? (existsSync(first) ? undefined : whyNoAccess(join(root, part), constants.W_OK));
  });

/** What Node.js calls a compiled module: a CRC-32, with six characters more while it is written (src/compile_cache.cc). */
export const moduleName = /^[0-9a-f]{1,8}(?:\.\w{6})?$/;
/** Of a version of the program there are some hundred; those of older ones stay until there are so many. */
const mostModules = 4096;

/**
 * Where Node keeps our compiled modules from one process to the next: code that runs, so all of it is looked at.
 * @returns undefined when there is no folder that is the user's alone
 */
export function codeFolder(): string | undefined {
  try {
    let known: readonly string[] = [];
    const chosen = chosenFolder('code', (root) => {
      const folder = join(root, 'code');
      if (!existsSync(folder)) return undefined;
      const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
      const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
      const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
      const enclosed = isEnclosed(root);
      known = [...known, ...files];
      return whyPlanted(folders, (path) => whyNoOwnFolder(path, enclosed)) ?? whyPlanted(files, (path) => whyNoOwnFile(path, enclosed));
    });
    const ours = known.filter((path) => dirname(dirname(path)) === chosen && moduleName.test(basename(path)));
    // They are checked one by one at each start. Those that are needed are made again.
    if (ours.length > mostModules) for (const path of ours) rmSync(path, { force: true });
    return chosen;
  } catch {
    // Without it only the start takes longer.
    return undefined;
  }
}

function whyPlanted(paths: readonly string[], whyNot: (path: string) => string | undefined): string | undefined {
  for (const path of paths) {
    const why = whyNot(path);
    if (why !== undefined) return `${path}: ${why}`;
  }
  return undefined;
}
