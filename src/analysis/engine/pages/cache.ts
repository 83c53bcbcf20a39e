/** `cache`: the cache folder of indexes as the doors see it. */
import { schemaVersion } from '../../../shared/model.ts';
import type { CachedIndexJson, CacheJson } from '../../../shared/cache-model.ts';
import type { CachedFile } from '../../../files/cache-contents.ts';
import { partFolder } from '../../../files/cache-folder.ts';
import { cacheCapBytes, cachedIndexes, indexContent, pruneIndexes } from '../../page-index/index-cache.ts';

function describe({ path, bytes, lastUsed }: CachedFile): CachedIndexJson {
  return { path, bytes, lastUsed: new Date(lastUsed).toISOString() };
}

/** @throws IndexError when the folder cannot be read, or an index not be removed */
export async function describeCache(pruneTo: number | undefined): Promise<CacheJson> {
  const pruned = pruneTo === undefined ? undefined : await pruneIndexes(pruneTo);
  const indexes = pruned?.kept ?? cachedIndexes();
  return {
    schema: schemaVersion,
    folder: partFolder('index'),
    bytes: indexes.reduce((sum, one) => sum + one.bytes, 0),
    capBytes: cacheCapBytes,
    indexes: indexes.map((one) => ({ ...describe(one), ...indexContent(one.path) })),
    ...(pruned === undefined ? {} : { removed: pruned.removed.map(describe), busy: pruned.busy.map(({ path }) => path) }),
  };
}
