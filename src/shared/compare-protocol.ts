/** The engine's methods over two open dumps. The request itself names a comparison: the engine keeps the last ones. */
import * as v from 'valibot';
import { analysisRequestSchema } from './analysis-protocol.ts';
import { compareSchema, compareTimesSchema } from './compare-model.ts';
import { ignoreRulesSchema } from './ignore-rules.ts';
import { count } from './json-values.ts';
import { memoryViews } from './model.ts';
import { scanProgressSchema } from './scan-progress.ts';
import { wireAddress, wireEnd } from './wire-types.ts';

const view = v.optional(v.picklist(memoryViews));

const request = {
  /** Handles of open dumps; the same one twice compares two views of it, or a dump with itself. */
  left: v.string(),
  right: v.string(),
  leftView: view,
  rightView: view,
  exact: v.optional(v.boolean()),
  /** Bytes that the right dump's addresses are higher by; a multiple of 4096. */
  shift: v.optional(v.pipe(v.number(), v.safeInteger(), v.multipleOf(4096))),
  rules: v.optional(ignoreRulesSchema),
};

/** A run of pages of one kind. Addresses in the right dump are higher by the shift. */
const pairRangeSchema = v.strictObject({
  /** Position among the differences, from 0 on. */
  index: count,
  kind: v.picklist(['changed', 'onlyLeft', 'onlyRight', 'unreadable', 'ignored']),
  /** Addresses of the left dump; below 0 where only a shifted right dump has pages. */
  start: v.bigint(),
  end: v.bigint(),
});
export type PairRange = v.InferOutput<typeof pairRangeSchema>;

const pairBucketSchema = v.strictObject({ equal: count, changed: count, onlyLeft: count, onlyRight: count, unreadable: count, ignored: count });

export const compareMethods = {
  /** Which of two dumps is older: known long before their pages are compared. */
  compareTimes: {
    params: v.strictObject({ left: v.string(), right: v.string(), leftView: view, rightView: view }),
    result: compareTimesSchema,
  },
  compare: {
    /** `maxRanges` bounds `changedRanges` of the answer; `analyses` are compared too, row by row. */
    params: v.strictObject({ ...request, maxRanges: v.optional(count), analyses: v.optional(v.array(analysisRequestSchema)) }),
    result: compareSchema,
    /** Indexing of what has no index, then the comparison. */
    progress: scanProgressSchema,
  },
  compareRanges: {
    /** Differences by their position, or the first one that ends after an address. */
    params: v.strictObject({
      ...request,
      first: v.optional(count),
      from: v.optional(wireEnd),
      most: v.pipe(count, v.maxValue(1000)),
    }),
    result: v.strictObject({
      /** How many differences there are. */
      total: count,
      /** False when there were too many to keep all. */
      complete: v.boolean(),
      /** One past the last page that either dump describes. */
      end: v.bigint(),
      ranges: v.array(pairRangeSchema),
    }),
    progress: scanProgressSchema,
  },
  compareStrip: {
    params: v.strictObject({ ...request, start: wireAddress, end: wireEnd, buckets: v.pipe(count, v.minValue(1), v.maxValue(4096)) }),
    result: v.strictObject({ buckets: v.array(pairBucketSchema) }),
    progress: scanProgressSchema,
  },
} as const;
