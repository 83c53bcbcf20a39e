/** JSON of `dumpbench cache`: the indexes in the user's cache folder. */
import * as v from 'valibot';
import { schemaVersion } from './model.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const cachedIndexSchema = v.strictObject({
  path: v.string(),
  bytes: count,
  /** ISO 8601, UTC. */
  lastUsed: v.string(),
  /** Of the dump; left out, with the page counts, when the index is damaged or of another version. */
  identity: v.optional(v.string()),
  pages: v.optional(count),
  totalPages: v.optional(count),
  complete: v.optional(v.boolean()),
});

export const cacheSchema = v.strictObject({
  schema: v.literal(schemaVersion),
  folder: v.string(),
  /** Of the indexes that are there now. */
  bytes: count,
  /** Beyond it the indexes used longest ago go when another one is built. */
  capBytes: count,
  indexes: v.array(cachedIndexSchema),
  /** What `prune` removed. */
  removed: v.optional(v.array(cachedIndexSchema)),
  /** Paths of indexes that `prune` left because they are being built. */
  busy: v.optional(v.array(v.string())),
});
export type CachedIndexJson = v.InferOutput<typeof cachedIndexSchema>;
export type CacheJson = v.InferOutput<typeof cacheSchema>;
