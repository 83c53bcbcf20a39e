/** Engine methods and shapes about the integrity of a dump: checks with evidence, manifests, attestations, reports. */
import * as v from 'valibot';
import { analysisRequestSchema } from './analysis-protocol.ts';
import { annotationSchema } from './annotation-model.ts';
import { ignoreRulesSchema } from './ignore-rules.ts';
import { knownIssuesSchema } from './known-issues.ts';
import { citedKinds, madeCaseSchema, verifiedCaseSchema } from './case-model.ts';
import { verifySchema } from './check-model.ts';
import { count } from './json-values.ts';
import { schemaVersion } from './model.ts';
import { reportTemplateSchema } from './report-template.ts';
import { redactionSchema } from './redact-rules.ts';
import { scanProgressSchema } from './scan-progress.ts';
import { wireAddress, wireEnd } from './wire-types.ts';

const dump = v.string();
const schema = v.literal(schemaVersion);
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** Digests of the files of a dump, as `manifest --json` prints them. Pieces are half open. */
export const manifestSchema = v.strictObject({
  schema,
  files: v.array(v.strictObject({ name: v.string(), bytes: count, sha256, pieces: v.array(v.strictObject({ start: count, end: count, sha256 })) })),
});
export type ManifestJson = v.InferOutput<typeof manifestSchema>;

/** Files that a user brings along, by their paths. */
const evidence = {
  manifest: v.optional(v.string()),
  attestation: v.optional(v.string()),
  /** PEM file with the Ed25519 public key that is trusted. */
  publicKey: v.optional(v.string()),
  kdumpImages: v.optional(v.array(v.string())),
} as const;

/** Analyses that a report has where nobody chose. */
export const usualAnalyses = ['problems', 'hangs', 'memory'] as const;

/** Sizes that a report is printed on. */
export const papers = ['a4', 'letter'] as const;
export type Paper = (typeof papers)[number];

export const integrityProtocol = {
  verify: {
    /** `path`: an index to compare the dump with, instead of the one in the cache; it is only read. */
    params: v.strictObject({ dump, quick: v.boolean(), path: v.optional(v.string()), ...evidence }),
    result: verifySchema,
    progress: scanProgressSchema,
  },
  report: {
    /** `with` is another open dump to compare with, under the rules. `annotations` are a person's words, distinguished from what was found. */
    params: v.strictObject({
      dump,
      format: v.string(),
      quick: v.boolean(),
      ...evidence,
      with: v.optional(v.string()),
      rules: v.optional(ignoreRulesSchema),
      /** How it is compared: every byte instead of fingerprints, and bytes that the other dump's addresses are higher by, whole pages. */
      exact: v.optional(v.boolean()),
      shift: v.optional(v.pipe(v.number(), v.safeInteger(), v.multipleOf(4096))),
      knownIssues: v.optional(knownIssuesSchema),
      annotations: v.optional(v.pipe(v.array(annotationSchema), v.maxLength(10_000))),
      /** Those that it has, compared with the other dump too; without it the usual ones, which are not compared. */
      analyses: v.optional(v.array(analysisRequestSchema)),
      /** Ids of the sections of a document for people; the others are not read for any format. */
      sections: v.optional(v.array(v.string())),
      redact: v.optional(redactionSchema),
      paper: v.optional(v.picklist(papers)),
      /** What a support centre adds to documents for people. */
      template: v.optional(reportTemplateSchema),
    }),
    result: v.strictObject({ mediaType: v.string(), text: v.string() }),
    progress: scanProgressSchema,
  },
  manifest: {
    params: v.strictObject({ dump, format: v.string() }),
    result: v.strictObject({ text: v.string(), manifest: manifestSchema }),
    progress: scanProgressSchema,
  },
  /** Signs what a full verification finds with the PKCS#8 PEM key in a file. */
  attest: {
    params: v.strictObject({ dump, key: v.string() }),
    result: v.strictObject({ text: v.string(), keyId: v.string() }),
    progress: scanProgressSchema,
  },
  /** Writes an evidence capsule: a signed report with what it rests on. `cite`: pages around absolute ranges, which need an attested memory root. */
  makeCase: {
    params: v.strictObject({
      dump,
      output: v.string(),
      key: v.string(),
      cite: v.optional(v.array(v.strictObject({ start: wireAddress, end: wireEnd }))),
      citeKinds: v.optional(v.array(v.picklist(citedKinds))),
      attestation: v.optional(v.string()),
      publicKey: v.optional(v.string()),
      /** Reads all of the dump and attests it with the same key. */
      digest: v.optional(v.boolean()),
      annotations: v.optional(v.pipe(v.array(annotationSchema), v.maxLength(10_000))),
      session: v.optional(v.string()),
      /** Then nothing is cited. */
      redact: v.optional(redactionSchema),
    }),
    result: madeCaseSchema,
    progress: scanProgressSchema,
  },
  /** Needs no dump. */
  verifyCase: {
    params: v.strictObject({ path: v.string(), allowedSigners: v.optional(v.string()), publicKey: v.optional(v.string()) }),
    result: verifiedCaseSchema,
  },
} as const;
