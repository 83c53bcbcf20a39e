/** Engine methods about analyses: one of them on a dump, row by row; which there are, `catalogue` says. */
import * as v from 'valibot';
import { analysisComparisonSchema } from './analysis-compare.ts';
import { analysisSchema, mostRows, rowSchema } from './analysis-table.ts';
import { count } from './json-values.ts';
import { memoryViews } from './model.ts';
import { onView } from './wire-types.ts';

/** One analysis with its parameters, as a person types them: an address may be a symbol, "panic+0x10". */
export const analysisRequestSchema = v.strictObject({
  id: v.string(),
  parameters: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.bigint(), v.boolean()]))),
});
export type AnalysisRequest = v.InferOutput<typeof analysisRequestSchema>;

const view = v.optional(v.picklist(memoryViews));

export const analysisProgressSchema = v.strictObject({
  /** Rows since the progress before, where they are streamed. */
  rows: v.array(rowSchema),
  /** Rows found by now. */
  found: count,
});

export const analysisProtocol = {
  analyse: {
    params: v.strictObject({
      ...onView,
      ...analysisRequestSchema.entries,
      /** Rows that are passed over: the page that follows. */
      first: v.optional(count),
      /** Rows of the page. */
      limit: v.optional(v.pipe(count, v.minValue(1), v.maxValue(mostRows))),
      /** Rows come with the progress, and the answer holds the last of them only. */
      stream: v.optional(v.boolean()),
    }),
    result: analysisSchema,
    progress: analysisProgressSchema,
  },
  /** One analysis on two dumps: the rows that differ. */
  compareAnalysis: {
    params: v.strictObject({ left: v.string(), right: v.string(), leftView: view, rightView: view, ...analysisRequestSchema.entries }),
    result: analysisComparisonSchema,
    progress: analysisProgressSchema,
  },
} as const;
