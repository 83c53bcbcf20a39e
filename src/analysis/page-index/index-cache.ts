/** The indexes in the cache folder: what lies there, and making room. Only files that are indexes of ours are ever touched. */
import { cachedFiles, sizeOf, touchCached, type CachedFile } from '../../files/cache-contents.ts';
import { fitCacheFolders } from '../../files/cache-folder.ts';
import { makeRoom, type MadeRoom } from '../../files/cache-room.ts';
import { databaseSuffixes } from '../../files/database-file.ts';
import { join, dirname } from 'node:path';
import { IndexBusy } from './index-error.ts';
import { removeIndex } from './index-lock.ts';
import { isIndexFile } from './sqlite.ts';
import { readIndex } from './store.ts';

export interface IndexContent {
  readonly identity: string;
  readonly pages: number;
  readonly totalPages: number;
  readonly complete: boolean;
}

/** Indexes take this much together at most, unless one alone is larger: that of 1 TiB of memory takes about 3 GiB. */
export const cacheCapBytes = 8 * 2 ** 30;

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

/**
 * The indexes, the one used last first; anything else is passed over. Bytes are those of the file and of what SQLite keeps next to it.
 * @throws DumpError io
 */
export function cachedIndexes(): CachedFile[] {
  return cachedFiles('index')
    .filter(({ path }) => path.endsWith('.sqlite') && isIndexFile(path))
    .map((file) => ({ ...file, bytes: file.bytes + databaseSuffixes.reduce((sum, suffix) => sum + sizeOf(file.path + suffix), 0) }))
    .sort((a, b) => b.lastUsed - a.lastUsed || (a.path < b.path ? -1 : 1));
}

/** Notes that an index was used now, where it lies in the cache. */
export function touchIndex(path: string): void {
  if (isCached(path)) touchCached(path);
}

export const isCached = (path: string): boolean => fitCacheFolders().some((root) => join(root, 'index') === dirname(path));

/**
 * Removes an index unless it is being built.
 * @returns false when it is
 * @throws IndexError
 */
export async function removeIdleIndex({ path }: CachedFile): Promise<boolean> {
  try {
    await removeIndex(path);
    return true;
  } catch (error) {
    if (error instanceof IndexBusy) return false;
    throw error;
  }
}

/**
 * Removes the indexes that were used longest ago until the others take at most `most` bytes.
 * @param spare an index that stays
 * @throws IndexError, DumpError io
 */
export const pruneIndexes = (most: number, spare?: string): Promise<MadeRoom<CachedFile>> => makeRoom(cachedIndexes(), most, removeIdleIndex, spare);
