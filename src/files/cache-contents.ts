/** The contents of the cache folders that are the user's alone, and making room there. Links and foreign files are skipped. */
import { lstatSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DumpError } from '../shared/dump-error.ts';
import { fitCacheFolders, type CachePart } from './cache-folder.ts';
import { isEnclosed, whyNoOwnFile } from './own-folder.ts';
import { errorCode, systemReason } from './system-error.ts';

export interface CachedFile {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
}

/** Regular files of a part, in no order. @throws DumpError io when a folder cannot be read */
export function cachedFiles(part: CachePart): CachedFile[] {
  return fitCacheFolders().flatMap((root) => {
    const folder = join(root, part);
    let names: string[];
    try {
      names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw new DumpError('io', { file: folder }, systemReason(error), 'a cache folder that can be read');
    }
    return names.flatMap((name) => {
      const path = join(folder, name);
      if (whyNoOwnFile(path, isEnclosed(root)) !== undefined) return [];
      // It may be gone by now.
      const stats = lstatSync(path, { throwIfNoEntry: false });
      return stats === undefined ? [] : [{ path, bytes: stats.size, lastUsed: stats.mtimeMs }];
    });
  });
}

/** Bytes of a file, 0 where there is none. */
export const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Records that a file was used now. A read-only one can be used as well; it is then the first to be removed. */
export function touchCached(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // See above.
  }
}

/** Removes files that are ours. @throws DumpError io */
export function removeCached(paths: readonly string[]): void {
  for (const path of paths) {
    if (!fitCacheFolders().some((root) => path.startsWith(join(root, '/')))) throw new DumpError('io', { file: path }, 'it is not in the cache folder');
    try {
      rmSync(path, { force: true });
    } catch (error) {
      throw new DumpError('io', { file: path }, systemReason(error), `a file that can be removed from ${dirname(path)}`);
    }
  }
}
