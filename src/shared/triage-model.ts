/** The first screen. Rules as in model.ts. */
import * as v from 'valibot';
import { checkResultSchema, healthSchema, panicKdumpSchema, standaloneKdumpSchema } from './check-model.ts';
import { cpuSchema } from './cpu-model.ts';
import { count, hexString } from './json-values.ts';
import { infoSchema, schemaVersion } from './model.ts';
import { verdictSchema } from './verdict-model.ts';

const schema = v.literal(schemaVersion);

/** Where a CPU was before the code that every crash runs through took it. */
const crashPlaceSchema = v.strictObject({
  /** Its position in the dump. */
  cpu: count,
  symbol: v.string(),
  address: hexString,
  /** The frames above, the innermost first: they say nothing of this crash. */
  through: v.array(v.string()),
});
export type CrashPlaceJson = v.InferOutput<typeof crashPlaceSchema>;

/** What the report in an evidence capsule says of the dump that it was made from, or why it cannot be shown. Nothing of it was checked. */
const recordedCaseSchema = v.union([
  v.strictObject({ fileName: v.string(), verdict: verdictSchema, reason: v.optional(v.string()), health: healthSchema }),
  v.strictObject({ why: v.string() }),
]);
export type RecordedCaseJson = v.InferOutput<typeof recordedCaseSchema>;

export const triageDumpSchema = v.strictObject({
  info: infoSchema,
  health: healthSchema,
  /** What brought the system to its end, as a class, with keys of the bug. */
  verdict: verdictSchema,
  /** Why it probably died, in one sentence. */
  reason: v.optional(v.string()),
  /** The same in a few words, as a headline says it. */
  reasonGist: v.optional(v.string()),
  /** That the kernel's log could not be read, or has gaps: what it does not say means nothing then. */
  logGap: v.optional(v.string()),
  crashPlaces: v.optional(v.array(crashPlaceSchema)),
  panicKdump: v.optional(panicKdumpSchema),
  standaloneKdump: v.optional(standaloneKdumpSchema),
  checks: v.array(checkResultSchema),
  cpus: v.array(cpuSchema),
  /** Of an evidence capsule: `verdict`, `reason`, and `health` are what its cited pages show by themselves, which is next to nothing. */
  recorded: v.optional(recordedCaseSchema),
});
export type TriageDump = v.InferOutput<typeof triageDumpSchema>;
export const triageSchema = v.strictObject({ schema, dumps: v.array(triageDumpSchema) });
