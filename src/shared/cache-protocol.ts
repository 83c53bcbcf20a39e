/** Engine method `cache`: lists the indexes in the cache folder, or makes room there first. */
import * as v from 'valibot';
import { cacheSchema } from './cache-model.ts';

export const cacheProtocol = {
  cache: {
    /** `pruneTo`: remove those used longest ago until the others take at most so many bytes. */
    params: v.strictObject({ pruneTo: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))) }),
    result: cacheSchema,
  },
} as const;
