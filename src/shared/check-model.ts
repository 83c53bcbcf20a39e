/** Checks and their verdicts, what was found damaged, and the decisions about kdump. Rules as in model.ts. */
import * as v from 'valibot';
import { count, hexString } from './json-values.ts';
import { remedies } from './remedy.ts';
import { findingSchema, placeSchema, schemaVersion, severities } from './model.ts';

const schema = v.literal(schemaVersion);

export const verdicts = ['passed', 'failed', 'not-recorded', 'not-applicable', 'unreadable', 'not-run'] as const;
export type Verdict = (typeof verdicts)[number];

/** headers: small structures only, part of triage · quick: bounded reads · scan: reads much of the dump. */
export const checkDepths = ['headers', 'quick', 'scan'] as const;
export type CheckDepth = (typeof checkDepths)[number];

/** What a person brings along to check a dump against. */
export const evidenceKinds = ['manifest', 'attestation', 'publicKey', 'kdumpImage'] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

export const stepSchema = v.strictObject({ check: v.string(), passed: v.optional(v.boolean()), detail: v.string() });
export type Step = v.InferOutput<typeof stepSchema>;

export const checkResultSchema = v.strictObject({
  id: v.string(),
  /** What is checked: right under any verdict. */
  title: v.string(),
  verdict: v.picklist(verdicts),
  /** One sentence: why this verdict. */
  detail: v.string(),
  /** Of a failed check: what that means, as a sentence, and how much of the rest depends on it (the graver is reported first). */
  failure: v.optional(v.string()),
  gravity: v.optional(count),
  /** What a person can do about the verdict. */
  remedy: v.optional(v.picklist(remedies)),
  recorded: v.optional(v.string()),
  computed: v.optional(v.string()),
  ranges: v.optional(v.array(placeSchema)),
  steps: v.optional(v.array(stepSchema)),
  findings: v.optional(v.array(findingSchema)),
});
export type CheckResult = v.InferOutput<typeof checkResultSchema>;

export const healthSchema = v.strictObject({
  passed: count,
  failed: count,
  notRecorded: count,
  notApplicable: count,
  unreadable: count,
  notRun: count,
});
export type Health = v.InferOutput<typeof healthSchema>;

/** A damaged place, with what lies there. */
export const damageSchema = v.strictObject({
  where: placeSchema,
  severity: v.picklist(severities),
  title: v.string(),
  /** Ids of the findings, or of failed checks. */
  findings: v.array(v.string()),
  /** Structures and regions that it touches. */
  structures: v.array(v.string()),
  /** CPUs whose lowcore it touches, by their positions in the dump. */
  cpus: v.array(count),
});
export type DamageEntry = v.InferOutput<typeof damageSchema>;

export const verifySchema = v.strictObject({
  schema,
  digests: v.strictObject({ file: v.optional(v.string()), memoryRoot: v.optional(v.string()), memoryRootVersion: v.optional(count) }),
  /** Why a digest that was to be computed is not there, a sentence each. */
  digestsMissing: v.optional(v.strictObject({ file: v.optional(v.string()), memoryRoot: v.optional(v.string()) })),
  checks: v.array(checkResultSchema),
  summary: healthSchema,
  /** The damage map: files first, then memory, ascending. */
  damage: v.optional(v.array(damageSchema)),
});
export type VerifyJson = v.InferOutput<typeof verifySchema>;

const decision = <const Outcomes extends readonly string[]>(outcomes: Outcomes) =>
  v.strictObject({
    outcome: v.picklist(outcomes),
    failedCheck: v.optional(v.string()),
    waitCode: v.optional(hexString),
    steps: v.array(stepSchema),
  });

export const panicKdumpSchema = decision(['started', 'start-kdump', 'falls-to-panic-action', 'not-loaded', 'not-in-dump', 'unknown']);
export const standaloneKdumpSchema = decision(['start-kdump', 'disabled-wait', 'unknown']);
export const twoStageSchema = decision(['start-kdump', 'full-dump', 'unknown']);
export type StandaloneKdump = v.InferOutput<typeof standaloneKdumpSchema>;
export type PanicKdump = v.InferOutput<typeof panicKdumpSchema>;
export type TwoStage = v.InferOutput<typeof twoStageSchema>;
