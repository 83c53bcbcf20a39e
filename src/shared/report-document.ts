/** The JSON report as a document: what `report --format json` writes, and `report.json` of an evidence capsule. Rules as in model.ts. */
import * as v from 'valibot';
import { analysisDrawings, analysisSchema } from './analysis-table.ts';
import { annotationSchema } from './annotation-model.ts';
import { checkResultSchema, damageSchema, healthSchema, panicKdumpSchema, standaloneKdumpSchema, twoStageSchema, verifySchema } from './check-model.ts';
import { cpuSchema } from './cpu-model.ts';
import { count } from './json-values.ts';
import { logRecordSchema } from './kernel-model.ts';
import { memoryKindIds } from './memory-kinds.ts';
import { infoSchema, placeSchema, schemaVersion } from './model.ts';
import { redactedSchema } from './redact-rules.ts';
import { lowcoreViewSchema, regionSchema } from './structure-model.ts';
import { backtraceSchema } from './task-model.ts';
import { verdictSchema } from './verdict-model.ts';

const unread = v.strictObject({ why: v.string() });
const named = { fileName: v.string(), identity: v.string() } as const;

const { id, linuxCpu, prefix, layout, fields } = lowcoreViewSchema.entries;
const lowcore = v.strictObject({
  id,
  linuxCpu,
  prefix,
  layout: v.pick(layout, ['name', 'confidence']),
  fields: v.array(v.pick(fields.item, ['name', 'value', 'text'])),
});

const log = v.strictObject({
  source: v.string(),
  records: v.array(logRecordSchema),
  /** Place in `records` of the line that says why the system died. */
  death: v.optional(count),
  before: count,
  after: count,
  lost: count,
});

const part = v.strictObject({
  title: v.string(),
  lines: v.array(v.string()),
  table: v.optional(v.strictObject({ columns: v.array(v.string()), rows: v.array(v.array(v.string())) })),
  leftOut: v.optional(count),
  inLine: v.optional(v.literal(true)),
});

const backtraces = v.strictObject({
  ...v.pick(backtraceSchema, ['numbering', 'traces', 'missing']).entries,
  /** CPUs whose idle tasks have the same functions on their stacks as one of `traces`, by its place there. They are not among `traces`. */
  sameStacks: v.array(v.strictObject({ trace: count, cpus: v.array(count) })),
  /** CPUs whose stacks are in neither. */
  leftOut: count,
});

export const reportSchema = v.strictObject({
  schema: v.literal(schemaVersion),
  tool: v.strictObject({ name: v.string(), version: v.string() }),
  ...named,
  dumpKey: v.optional(v.string()),
  digests: verifySchema.entries.digests,
  digestsMissing: verifySchema.entries.digestsMissing,
  info: infoSchema,
  verdict: verdictSchema,
  reason: v.optional(v.string()),
  health: healthSchema,
  checks: v.array(checkResultSchema),
  damage: v.array(damageSchema),
  /** Bytes that failed checks are about; `hex` has the first of them. */
  checkBytes: v.optional(v.array(v.strictObject({ check: v.string(), where: placeSchema, hex: v.string(), bytes: count }))),
  panicKdump: v.optional(panicKdumpSchema),
  standaloneKdump: v.optional(standaloneKdumpSchema),
  twoStage: v.optional(twoStageSchema),
  cpus: v.array(cpuSchema),
  lowcores: v.optional(v.array(lowcore)),
  regions: v.array(regionSchema),
  pages: v.optional(v.strictObject(Object.fromEntries(memoryKindIds.map((kind) => [kind, count])) as Record<(typeof memoryKindIds)[number], typeof count>)),
  log: v.optional(v.union([log, unread])),
  backtraces: v.optional(v.union([backtraces, unread])),
  annotations: v.optional(v.array(annotationSchema)),
  analyses: v.optional(
    v.array(
      v.strictObject({
        ...v.omit(analysisSchema, ['schema']).entries,
        title: v.string(),
        about: v.string(),
        drawing: v.optional(v.picklist(analysisDrawings)),
      }),
    ),
  ),
  comparison: v.optional(
    v.strictObject({
      with: v.strictObject(named),
      summary: v.string(),
      parts: v.array(part),
      other: v.optional(v.strictObject({ ...named, info: infoSchema, verdict: verdictSchema })),
    }),
  ),
  redacted: v.optional(redactedSchema),
});
