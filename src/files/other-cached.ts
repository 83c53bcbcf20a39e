/**
 * What is ours in the cache besides page indexes: unpacked dumps, compiled modules, and what ended processes left. Ours is what
 * has a name that we give, in a folder that is the user's alone; everything else is passed over.
 */
import { lstatSync, readdirSync, rmSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cachedFiles, removeCached, type CachedFile } from './cache-contents.ts';
import { moduleName } from './cache-folder.ts';
import { recordPath } from './copy-record.ts';
import { whyNoOwnFile } from './own-folder.ts';
import { errorCode } from './system-error.ts';

/** `unfinished`: left by a killed process, unless it is still in use. */
export type OtherKind = 'unpacked' | 'archive' | 'unfinished' | 'modules' | 'lock';

export interface OtherCached extends CachedFile {
  readonly kind: OtherKind;
  /** The index that it would have been, or that it belonged to. */
  readonly ofIndex?: string;
}

/** What we call unpacked dumps, and what belongs to them: they begin with a digest. */
const unpackedName = /^[0-9a-f]{32,64}\.[\w.-]+$/;
const lockName = /^[0-9a-f]{32}\.lock$/;
/** Files that SQLite began for an index, and what it kept next to one. */
const beganName = /^[0-9a-f]{32}\.[0-9a-f]{32}(?:\.[0-9a-f]{16})?\.sqlite(?:-wal|-shm|-journal)?$/;
/** Node.js keeps the modules of each of its versions in a folder of its own. */
const modulesFolder = /[/\\]v\d+\.\d+\.\d+[\w.-]*$/;

const minute = 60_000;

/** True when the process that writes a file is gone. One of another machine with the same home cannot be asked, so the file must rest. */
function isAbandoned(path: string, { mtimeMs }: Pick<Stats, 'mtimeMs'>): boolean {
  const rests = Date.now() - mtimeMs;
  const name = basename(path);
  const pid = Number((outputName.exec(name) ?? /\.(\d+)\.\d+\.part$/.exec(name))?.[1] ?? 0);
  if (pid === 0) return rests > 60 * minute;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH' && rests > minute;
  }
}

const nameOf = ({ path }: CachedFile): string => basename(path);

/** Compiled modules as one entry for each version of Node.js. */
function modules(): readonly OtherCached[] {
  const folders = new Map<string, OtherCached>();
  for (const file of cachedFiles('code')) {
    const path = dirname(file.path);
    if (!modulesFolder.test(path) || !moduleName.test(nameOf(file))) continue;
    const { bytes = 0, lastUsed = 0 } = folders.get(path) ?? {};
    folders.set(path, { path, kind: 'modules', bytes: bytes + file.bytes, lastUsed: Math.max(lastUsed, file.lastUsed) });
  }
  return [...folders.values()];
}

/** Unpacked dumps with their records, which say when they were used last. */
function copies(files: readonly CachedFile[]): readonly OtherCached[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return files.flatMap((file): readonly OtherCached[] => {
    const record = file.path.endsWith('.dump') ? byPath.get(recordPath(file.path)) : undefined;
    if (record !== undefined)
      return [{ ...file, kind: 'unpacked' as const, bytes: file.bytes + record.bytes, lastUsed: Math.max(file.lastUsed, record.lastUsed) }];
    if (file.path.endsWith('.list')) return [{ ...file, kind: 'archive' as const }];
    const ofCopy = file.path.endsWith('.json') && byPath.has(file.path.replace(/\.json$/, '.dump'));
    return ofCopy ? [] : [{ ...file, kind: 'unpacked' as const }];
  });
}

/**
 * All of it, in no order.
 * @param isIndex for files with the name of an index: those that are one are listed elsewhere, with what SQLite keeps next to them
 * @throws DumpError io when a folder cannot be read
 */
export function otherCached(isIndex: (path: string) => boolean): readonly OtherCached[] {
  const some = (files: readonly CachedFile[], kind: OtherKind, is: (file: CachedFile) => boolean): OtherCached[] =>
    files.filter(is).map((file) => ({ ...file, kind }));
  const unpacked = cachedFiles('unpacked').filter((file) => unpackedName.test(nameOf(file)));
  const index = cachedFiles('index');
  return [
    ...copies(unpacked.filter(({ path }) => !path.endsWith('.part'))),
    ...some(unpacked, 'unfinished', ({ path }) => path.endsWith('.part')),
    ...index.flatMap((file) => {
      const ofIndex = file.path.replace(/-(?:wal|shm|journal)$/, '');
      return beganName.test(nameOf(file)) && !isIndex(ofIndex) ? [{ ...file, kind: 'unfinished' as const, ofIndex }] : [];
    }),
    ...some([...cachedFiles('lock'), ...index], 'lock', (file) => file.bytes === 0 && (lockName.test(nameOf(file)) || file.path.endsWith('.sqlite.lock'))),
    ...modules(),
  ];
}

/**
 * Removes an unpacked dump, something unfinished, or the modules of a version of Node.js.
 * @returns false when a process still works on it
 * @throws DumpError io
 */
export function removeOther({ path, kind }: OtherCached): boolean {
  if (kind !== 'modules') {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats !== undefined && path.endsWith('.part') && !isAbandoned(path, stats)) return false;
    removeCached(kind === 'unpacked' && path.endsWith('.dump') ? [recordPath(path), path] : [path]);
    return true;
  }
  removeCached(
    cachedFiles('code')
      .filter((file) => dirname(file.path) === path && moduleName.test(nameOf(file)))
      .map((file) => file.path),
  );
  return true;
}

const changed = (path: string): number => lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Unpacked dumps in a folder, the one used last first. */
export function unpackedDumps(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => unpackedName.test(name) && name.endsWith('.dump') && whyNoOwnFile(join(folder, name)) === undefined)
    .map((name) => ({ path: join(folder, name), time: Math.max(changed(join(folder, name)), changed(recordPath(join(folder, name)))) }))
    .sort((a, b) => b.time - a.time)
    .map(({ path }) => path);
}

/**
 * Removes from a folder what killed processes left half written, and nothing else. What cannot be removed stays.
 * @param output beginning of the temporary name of an output: nothing else goes
 */
export function removeAbandoned(folder: string, output?: string): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const path = join(folder, name);
    const isOurs = output === undefined ? unpackedName.test(name) || outputName.test(name) : name.startsWith(output) && outputName.test(name);
    if (!name.endsWith('.part') || !isOurs || whyNoOwnFile(path) !== undefined) continue;
    try {
      const stats = lstatSync(path, { throwIfNoEntry: false });
      if (stats !== undefined && isAbandoned(path, stats)) rmSync(path, { force: true });
    } catch {
      // It only takes space.
    }
  }
}

/** The temporary name of an output of ours (output-file.ts). */
const outputName = /^\..{1,24}\.[0-9a-f]{16}(?:\.(\d+))?\.part$/s;
