/** Engine method `cache`: lists the indexes in the cache folder, or makes room there first. */
import * as v from 'valibot';
import { cacheSchema } from './cache-model.ts';
import { count } from './json-values.ts';

export const cacheProtocol = {
  /** Sentences about folders and files of the cache that were refused in this run, and what is used instead. */
  remarks: { params: v.strictObject({}), result: v.strictObject({ remarks: v.array(v.string()) }) },
  cache: {
    /** `pruneTo`: remove those used longest ago until the others take at most so many bytes. */
    params: v.strictObject({ pruneTo: v.optional(count) }),
    result: cacheSchema,
  },
} as const;
