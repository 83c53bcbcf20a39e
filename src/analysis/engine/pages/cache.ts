/** `cache`: what is ours in the cache folder, as the doors see it. */
import { schemaVersion } from '../../../shared/model.ts';
import type { CachedIndexJson, CachedOtherJson, CacheJson } from '../../../shared/cache-model.ts';
import type { CachedFile } from '../../../files/cache-contents.ts';
import { partFolder } from '../../../files/cache-folder.ts';
import { makeRoom } from '../../../files/cache-room.ts';
import { otherCached, removeOther, type OtherCached } from '../../../files/other-cached.ts';
import { cacheCapBytes, cachedIndexes, indexContent, removeIdleIndex } from '../../page-index/index-cache.ts';
import { removeIdleLock, whileIdle } from '../../page-index/index-lock.ts';
import { isIndexFile } from '../../page-index/sqlite.ts';

const isOther = (one: CachedFile | OtherCached): one is OtherCached => 'kind' in one;

function describe({ path, bytes, lastUsed }: CachedFile): CachedIndexJson {
  return { path, bytes, lastUsed: new Date(lastUsed).toISOString() };
}

const describeOther = (one: OtherCached): CachedOtherJson => ({ ...describe(one), kind: one.kind });

function remove(one: CachedFile | OtherCached): boolean | Promise<boolean> {
  if (!isOther(one)) return removeIdleIndex(one);
  if (one.kind === 'lock') return removeIdleLock(one.path);
  const { ofIndex } = one;
  // The process that began it may be at work.
  return ofIndex === undefined ? removeOther(one) : whileIdle(ofIndex, () => removeOther(one));
}

/** What killed processes left is of no use to anybody: it goes first. */
const worth = (one: CachedFile | OtherCached): number => (isOther(one) && (one.kind === 'unfinished' || one.kind === 'lock') ? 0 : one.lastUsed);

/** @throws IndexError, DumpError when a folder cannot be read, or something not be removed */
export async function describeCache(pruneTo: number | undefined): Promise<CacheJson> {
  const all = [...cachedIndexes(), ...otherCached(isIndexFile)].sort((a, b) => worth(b) - worth(a) || (a.path < b.path ? -1 : 1));
  const useless = all.filter((one) => worth(one) === 0);
  const useful = all.filter((one) => worth(one) !== 0);
  // Locks have no bytes, and room is never made by them.
  const swept = pruneTo === undefined ? undefined : await makeRoom(useless, -1, remove);
  const pruned = pruneTo === undefined ? undefined : await makeRoom(useful, pruneTo === 0 ? -1 : pruneTo, remove);
  const kept = swept === undefined || pruned === undefined ? all : [...pruned.kept, ...swept.kept];
  const removed = [...(pruned?.removed ?? []), ...(swept?.removed ?? [])];
  const indexes = kept.filter((one) => !isOther(one));
  const others = kept.filter(isOther);
  const sum = (files: readonly CachedFile[]): number => files.reduce((bytes, one) => bytes + one.bytes, 0);
  return {
    schema: schemaVersion,
    folder: partFolder('index'),
    bytes: sum(indexes),
    capBytes: cacheCapBytes,
    indexes: indexes.map((one) => ({ ...describe(one), ...indexContent(one.path) })),
    others: others.map(describeOther),
    otherBytes: sum(others),
    ...(swept === undefined || pruned === undefined
      ? {}
      : {
          removed: removed.filter((one) => !isOther(one)).map(describe),
          removedOthers: removed.filter(isOther).map(describeOther),
          busy: [...pruned.busy, ...swept.busy].map(({ path }) => path),
        }),
  };
}
