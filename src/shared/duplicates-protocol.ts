/** Engine method `duplicates`: pages that occur more than once, the most frequent ones, from the index alone. */
import * as v from 'valibot';
import { count, hexString } from './json-values.ts';
import { pageClasses } from './model.ts';
import { scanProgressSchema } from './scan-progress.ts';

/** Addresses given of each group. */
export const shownDuplicates = 64;

export const duplicateGroupSchema = v.strictObject({
  /** 16 hex digits. Equal fingerprints are equal pages but for one case in 2^64. */
  fingerprint: v.string(),
  pages: count,
  class: v.picklist(pageClasses),
  /** Absolute addresses, ascending: the first ones. */
  addresses: v.array(hexString),
});
export type DuplicateGroupJson = v.InferOutput<typeof duplicateGroupSchema>;

export const duplicatesProtocol = {
  duplicates: {
    params: v.strictObject({ dump: v.string(), limit: v.pipe(count, v.minValue(1), v.maxValue(10_000)) }),
    result: v.strictObject({
      /** Most pages first; zero pages are left out. */
      groups: v.array(duplicateGroupSchema),
      /** All groups, and all pages in them. */
      groupCount: count,
      pages: count,
      /** Present pages that the index has looked at. */
      presentPages: count,
      complete: v.boolean(),
      /** Set where the index is not known to hold for the dump's files. */
      unconfirmed: v.optional(v.string()),
    }),
    progress: scanProgressSchema,
  },
} as const;
