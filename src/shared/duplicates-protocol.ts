/** Engine methods `duplicates` and `duplicatePages`: pages that occur more than once, from the index alone, a part of the list at a time. */
import * as v from 'valibot';
import { count, hexString } from './json-values.ts';
import { pageClasses } from './model.ts';
import { scanProgressSchema } from './scan-progress.ts';

/** Groups that can be listed; those beyond them are counted. */
export const mostDuplicateGroups = 1_000_000;

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

/** What of a list is asked for. */
const part = { skip: v.optional(v.pipe(count, v.maxValue(mostDuplicateGroups))), limit: v.pipe(count, v.minValue(1), v.maxValue(10_000)) };

export const duplicatesProtocol = {
  duplicates: {
    params: v.strictObject({ dump: v.string(), ...part }),
    result: v.strictObject({
      /** Most pages first, after those that were skipped; zero pages are left out. */
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
  /** All pages of one group, ascending. */
  duplicatePages: {
    params: v.strictObject({ dump: v.string(), fingerprint: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)), ...part }),
    result: v.strictObject({ addresses: v.array(hexString), pages: count }),
    progress: scanProgressSchema,
  },
} as const;
