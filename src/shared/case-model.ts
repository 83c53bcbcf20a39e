/** Evidence capsules (`*.dumpcase`): what making one answers, and what verifying one finds. Rules as in model.ts. */
import * as v from 'valibot';
import { stepSchema } from './check-model.ts';
import { count, hexString, isoTime } from './json-values.ts';
import { schemaVersion } from './model.ts';

const schema = v.literal(schemaVersion);
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/** What is cited without a range: the lowcore of each CPU, the pages of annotations in absolute memory. */
export const citedKinds = ['lowcores', 'annotations'] as const;
export type CitedKind = (typeof citedKinds)[number];

/** A public key: its SHA-256 as attestations name it, and the text that a file of allowed signers ends with. */
const keyEntries = { keyId: sha256, publicKey: v.string() } as const;

export const madeCaseSchema = v.strictObject({
  schema,
  path: v.string(),
  bytes: count,
  sha256,
  /** Names of its members. */
  members: v.array(v.string()),
  pages: v.strictObject({ cited: count, stored: count }),
  memoryRoot: v.optional(sha256),
  signer: v.strictObject(keyEntries),
});
export type MadeCaseJson = v.InferOutput<typeof madeCaseSchema>;

/**
 * verified: all of it is as it was signed, by a signer that is allowed · consistent: all of it is as it was signed, and nobody said whose key that
 * is · failed: something is not as it was signed, or the signer is not allowed
 */
export const caseOutcomes = ['verified', 'consistent', 'failed'] as const;

export const verifiedCaseSchema = v.strictObject({
  schema,
  outcome: v.picklist(caseOutcomes),
  steps: v.array(stepSchema),
  /** Whose key the signature fits, as far as that is known. */
  signer: v.optional(
    v.strictObject({
      ...keyEntries,
      /** As the file of allowed signers calls the owner of the key, and between which times it lets the key sign. */
      principals: v.optional(v.string()),
      validAfter: v.optional(isoTime),
      validBefore: v.optional(isoTime),
    }),
  ),
  /** What the signed statement says of the dump. */
  dump: v.optional(
    v.strictObject({ identity: v.string(), dumpKey: v.string(), files: v.array(v.strictObject({ name: v.string(), sha256 })), memoryRoot: v.optional(sha256) }),
  ),
  /** Pages that are proven to be in the dump's memory as the root describes it; half open. */
  pages: v.strictObject({ proven: count, ranges: v.array(v.strictObject({ start: hexString, end: hexString })) }),
  /** What nobody can conclude from this, in sentences. */
  notProven: v.array(v.string()),
});
export type VerifiedCaseJson = v.InferOutput<typeof verifiedCaseSchema>;
