/** Rows of one analysis in two dumps: matched by the declared key, differences by column. */
import * as v from 'valibot';
import { columnSchema, rowSchema, wideNumber } from './analysis-table.ts';
import { count } from './json-values.ts';
import { schemaVersion } from './model.ts';
import { missingSchema } from './result.ts';

/**
 * changed: columns differ · moved: only addresses differ, and what else differs after every boot · onlyLeft, onlyRight: the other dump has no row of this key.
 */
export const rowDifferenceKinds = ['changed', 'moved', 'onlyLeft', 'onlyRight'] as const;

export const rowDifferenceSchema = v.strictObject({
  kind: v.picklist(rowDifferenceKinds),
  left: v.optional(rowSchema),
  right: v.optional(rowSchema),
  /** That differ, where both dumps have the row. */
  columns: v.optional(v.array(v.string())),
  /** Of numbers among them: right minus left. */
  deltas: v.optional(v.record(v.string(), v.union([v.number(), wideNumber]))),
});
export type RowDifference = v.InferOutput<typeof rowDifferenceSchema>;

/** Of all rows; cells that are not known count for nothing. */
const sumSchema = v.strictObject({ column: v.string(), left: wideNumber, right: wideNumber });
export type ColumnSum = v.InferOutput<typeof sumSchema>;

/** What one dump gives of the analysis. */
const sideSchema = v.strictObject({ rows: count, missing: v.array(missingSchema), complete: v.boolean() });
export type ComparedSide = v.InferOutput<typeof sideSchema>;

const comparedAnalysis = {
  id: v.string(),
  columns: v.array(columnSchema),
  key: v.array(v.string()),
  /** Columns by which rows were matched: the key, or where the dumps are of two systems, others in turn. */
  matchedBy: v.array(v.array(v.string())),
  left: sideSchema,
  right: sideSchema,
  counts: v.strictObject({ equal: count, changed: count, moved: count, onlyLeft: count, onlyRight: count }),
  sums: v.optional(v.array(sumSchema)),
  /** Those that moved last; else the weightiest first, then in the order of the dumps. */
  differences: v.array(rowDifferenceSchema),
  /** How many more there are. */
  differencesLeftOut: v.optional(count),
} as const;
export const comparedAnalysisSchema = v.strictObject(comparedAnalysis);
export type ComparedAnalysis = v.InferOutput<typeof comparedAnalysisSchema>;

export const analysisComparisonSchema = v.strictObject({ schema: v.literal(schemaVersion), ...comparedAnalysis });

/** Whether the dumps differ in what the analysis shows; addresses alone do not count. */
export const analysisDiffers = ({ counts }: Pick<ComparedAnalysis, 'counts'>): boolean => counts.changed + counts.onlyLeft + counts.onlyRight > 0;

/** What an analysis that could not read everything means for the differences; undefined where both could. */
export function comparisonDoubt({ left, right }: Pick<ComparedAnalysis, 'left' | 'right'>): string | undefined {
  if (left.complete && right.complete) return undefined;
  const partial = left.complete ? 'the right dump' : right.complete ? 'the left dump' : 'both dumps';
  return `only a part could be read of ${partial}: a row that is in only one dump may be in both`;
}
