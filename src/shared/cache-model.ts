/** JSON of `dumpbench cache`: what is ours in the user's cache folder. */
import * as v from 'valibot';
import { count } from './json-values.ts';
import { schemaVersion } from './model.ts';

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

export const cachedOtherSchema = v.strictObject({
  /** A file; of `modules` a folder. */
  path: v.string(),
  /** Unpacked dumps, lists of what archives hold, compiled modules of the program, and what killed processes left: files half written, locks. */
  kind: v.picklist(['unpacked', 'archive', 'unfinished', 'modules', 'lock']),
  bytes: count,
  /** ISO 8601, UTC. */
  lastUsed: v.string(),
});

export const cacheSchema = v.strictObject({
  schema: v.literal(schemaVersion),
  folder: v.string(),
  /** Of the indexes that are there now. */
  bytes: count,
  /** Beyond it the indexes used longest ago go when another one is built. */
  capBytes: count,
  indexes: v.array(cachedIndexSchema),
  /** Whatever else is ours in the cache folder. */
  others: v.array(cachedOtherSchema),
  /** Of the others. */
  otherBytes: count,
  /** Indexes that `prune` removed. */
  removed: v.optional(v.array(cachedIndexSchema)),
  /** Others that `prune` removed. */
  removedOthers: v.optional(v.array(cachedOtherSchema)),
  /** Paths that `prune` left because a process works on them. */
  busy: v.optional(v.array(v.string())),
});
export type CachedOtherJson = v.InferOutput<typeof cachedOtherSchema>;
export type CachedIndexJson = v.InferOutput<typeof cachedIndexSchema>;
export type CacheJson = v.InferOutput<typeof cacheSchema>;
