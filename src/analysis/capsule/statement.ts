/**
 * What the signature of a capsule covers: an in-toto Statement v1 whose subjects are the other members, and whose predicate names the dump. No
 * clock and no path in it.
 */
import * as v from 'valibot';
import { count } from '../../shared/json-values.ts';
import { memoryRootVersion } from '../memory-tree/digest.ts';

export const caseStatementType = 'https://in-toto.io/Statement/v1';
export const casePayloadType = 'application/vnd.in-toto+json';
export const casePredicateType = 'urn:dumpbench:predicate:case:v1';

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const subject = v.strictObject({ name: v.string(), digest: v.strictObject({ sha256 }) });

export const caseStatementSchema = v.strictObject({
  _type: v.literal(caseStatementType),
  subject: v.pipe(v.array(subject), v.minLength(1)),
  predicateType: v.literal(casePredicateType),
  predicate: v.strictObject({
    tool: v.strictObject({ name: v.string(), version: v.string() }),
    dump: v.strictObject({
      identity: v.string(),
      dumpKey: v.string(),
      /** Each file of the dump. */
      files: v.pipe(v.array(v.strictObject({ name: v.string(), sha256 })), v.minLength(1)),
    }),
    /** The root that the proofs lead to; with it the capsule holds the attestation that states it. */
    memoryRoot: v.optional(v.strictObject({ version: v.literal(memoryRootVersion), root: sha256, leaves: count })),
    citedPages: count,
  }),
});
export type CaseStatement = v.InferOutput<typeof caseStatementSchema>;

/** The envelope as a capsule has it: nothing in it that the signature does not cover or that does not follow from the key. */
export const caseEnvelopeSchema = v.strictObject({
  payloadType: v.literal(casePayloadType),
  payload: v.string(),
  signatures: v.strictTuple([v.strictObject({ keyid: sha256, sig: v.string() })]),
});

/** Of `dump.json` and `report.json`: which dump they are about. */
export const aboutDumpSchema = v.object({ identity: v.string(), fileName: v.string() });

/** `proofs.json`: pages ascending, each once; those of kind `page` have their bytes in `pages.bin`, in the same order. */
export const proofsSchema = v.strictObject({
  memoryRoot: sha256,
  version: v.literal(memoryRootVersion),
  leaves: count,
  pages: v.array(v.strictObject({ pfn: count, kind: v.picklist(['page', 'zero', 'absent']), path: v.array(sha256) })),
});
export type CaseProofs = v.InferOutput<typeof proofsSchema>;

/** JSON as a capsule holds it: one form, so that no byte of it is free. */
export const caseJson = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
