/** `cache`: the cache folder of indexes as the doors see it. */
import { schemaVersion } from '../../../shared/model.ts';
import type { CachedIndexJson, CacheJson } from '../../../shared/cache-model.ts';
import { cacheCapBytes, cachedIndexes, indexContent, pruneIndexes, type CachedIndex } from '../../page-index/index-cache.ts';
import { indexFolder } from '../../page-index/index-location.ts';

function describe({ path, bytes, lastUsed }: CachedIndex): CachedIndexJson {
  return { path, bytes, lastUsed: new Date(lastUsed).toISOString() };
}

/** @throws IndexError when the folder cannot be read, or an index not be removed */
export async function describeCache(pruneTo: number | undefined): Promise<CacheJson> {
  const pruned = pruneTo === undefined ? undefined : await pruneIndexes(pruneTo);
  const indexes = pruned?.kept ?? cachedIndexes();
  return {
    schema: schemaVersion,
    folder: indexFolder(),
    bytes: indexes.reduce((sum, one) => sum + one.bytes, 0),
    capBytes: cacheCapBytes,
    indexes: indexes.map((one) => ({ ...describe(one), ...indexContent(one.path) })),
    ...(pruned === undefined ? {} : { removed: pruned.removed.map(describe), busy: pruned.busy.map(({ path }) => path) }),
  };
}
