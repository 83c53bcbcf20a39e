/** Engine method `search`: hits come with the progress while it runs, in ascending order; the result closes it. */
import * as v from 'valibot';
import { ebcdicPages } from './ebcdic.ts';
import { count } from './json-values.ts';
import { memoryViews, pageClasses } from './model.ts';
import { phaseEntries } from './scan-progress.ts';
import { mostHits, searchEndians, searchHitSchema, searchStates, searchSummarySchema, searchTypes } from './search-model.ts';
import { wireAddress, wireEnd } from './wire-types.ts';

export const searchProgressSchema = v.strictObject({
  ...phaseEntries,
  /** Bytes looked at, and bytes to look at. */
  done: count,
  total: count,
  unit: v.literal('bytes'),
  /** Found since the progress before. */
  hits: v.array(searchHitSchema),
});

export const searchProtocol = {
  search: {
    params: v.strictObject({
      dump: v.string(),
      pattern: v.string(),
      type: v.picklist(searchTypes),
      /** Of u32 and u64; without it the dump's own. */
      endian: v.optional(v.picklist(searchEndians)),
      /** Of ebcdic; without it 1047. */
      codePage: v.optional(v.picklist(ebcdicPages)),
      ignoreCase: v.optional(v.boolean()),
      /** Only hits at multiples of it. */
      align: v.optional(v.pipe(count, v.minValue(1))),
      /** Absolute addresses: a hit lies between them with all its bytes. */
      start: v.optional(wireAddress),
      end: v.optional(wireEnd),
      /** Only in pages of these states; every byte of a hit is in such a page. */
      states: v.optional(v.array(v.picklist(searchStates))),
      /** Likewise by class: needs a complete page index. */
      classes: v.optional(v.array(v.picklist(pageClasses))),
      limit: v.pipe(count, v.maxValue(mostHits)),
      /** Of the index, instead of the cache folder. */
      path: v.optional(v.string()),
      view: v.optional(v.picklist(memoryViews)),
    }),
    result: searchSummarySchema,
    progress: searchProgressSchema,
  },
} as const;
