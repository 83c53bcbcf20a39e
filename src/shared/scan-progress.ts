/** What arrives while a long piece of work runs. */
import * as v from 'valibot';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const scanProgressSchema = v.strictObject({
  /** What runs: "index", "digest", "check purgatory-sha256". */
  phase: v.string(),
  done: count,
  total: count,
  unit: v.picklist(['pages', 'bytes', 'checks']),
});
export type ScanProgress = v.InferOutput<typeof scanProgressSchema>;
