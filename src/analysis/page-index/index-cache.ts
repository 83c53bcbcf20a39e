/** The cache folder of indexes: what lies there, and making room. Only files that are indexes of ours are ever touched. */
import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { IndexBusy, IndexError } from './index-error.ts';
import { indexFolder } from './index-location.ts';
import { isIndexFile, readIndex, removeIndex } from './store.ts';

export interface CachedIndex {
  readonly path: string;
  /** Of the file and of what SQLite keeps beside it. */
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
}

export interface IndexContent {
  readonly identity: string;
  readonly pages: number;
  readonly totalPages: number;
  readonly complete: boolean;
}

/** Indexes take this much together at most, unless one alone is larger: that of 1 TiB of memory takes about 3 GiB. */
export const cacheCapBytes = 8 * 2 ** 30;

const besides = ['-wal', '-shm', '-journal'];

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** What an index is of; undefined when it cannot be read: another version made it, or it is damaged. */
export function indexContent(path: string): IndexContent | undefined {
  try {
    const reader = readIndex(path);
    try {
      const { identity, totalPages, complete } = reader.header();
      return { identity, totalPages, complete, pages: reader.totals().pages };
    } finally {
      reader.close();
    }
  } catch {
    return undefined;
  }
}

/** The indexes of a folder, the one used last first; anything else in it is passed over. */
export function cachedIndexes(folder: string = indexFolder()): CachedIndex[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new IndexError(`the folder of the indexes ${folder} cannot be read: ${(error as Error).message}`);
  }
  const paths = names.filter((name) => name.endsWith('.sqlite')).map((name) => join(folder, name));
  return paths
    .filter(isIndexFile)
    .map((path) => ({
      path,
      bytes: sizeOf(path) + besides.reduce((sum, suffix) => sum + sizeOf(path + suffix), 0),
      lastUsed: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }))
    .sort((a, b) => b.lastUsed - a.lastUsed || (a.path < b.path ? -1 : 1));
}

/** Notes that an index was used now. */
export function touchIndex(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // A read-only index is as good; it is then the first to go.
  }
}

export interface Pruned {
  readonly removed: readonly CachedIndex[];
  readonly kept: readonly CachedIndex[];
  /** Of those kept: they are being built, so they stay however old they are. */
  readonly busy: readonly CachedIndex[];
}

/**
 * Removes the indexes that were used longest ago until the others take at most `most` bytes.
 * @param spare an index that stays
 */
export async function pruneIndexes(most: number, folder: string = indexFolder(), spare?: string): Promise<Pruned> {
  const removed: CachedIndex[] = [];
  const kept: CachedIndex[] = [];
  const busy: CachedIndex[] = [];
  const all = cachedIndexes(folder);
  let bytes = all.reduce((sum, one) => sum + one.bytes, 0);
  for (const one of all.toReversed()) {
    if (bytes <= most || one.path === spare) {
      kept.unshift(one);
      continue;
    }
    try {
      await removeIndex(one.path);
      removed.push(one);
      bytes -= one.bytes;
    } catch (error) {
      if (!(error instanceof IndexBusy)) throw error;
      busy.unshift(one);
      kept.unshift(one);
    }
  }
  return { removed, kept, busy };
}
