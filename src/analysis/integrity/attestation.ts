/**
 * What we sign about a dump: an in-toto Statement v1 (in-toto/attestation, spec/v1/statement.md) whose subjects are the dump's files and
 * whose predicate holds our checks' verdicts and the digests. No clock, no path: the same dump, version and key give the same bytes.
 */
import type { KeyObject } from 'node:crypto';
import * as v from 'valibot';
import type { ReportEntry } from '../../shared/catalogue-model.ts';
import { defined } from '../../shared/defined.ts';
import { DumpError } from '../../shared/dump-error.ts';
import { healthSchema, verdicts, type CheckResult, type Health } from '../../shared/check-model.ts';
import { memoryRootVersion } from '../memory-tree/digest.ts';
import { envelopeSchema, keyIdOf, openEnvelope, signEnvelope } from './dsse.ts';

/** As a thing to be handed on. */
export const attestationEntry: ReportEntry = {
  id: 'attestation',
  kind: 'attestation',
  title: 'Signed attestation',
  about: 'in-toto in DSSE, signed with your Ed25519 key',
  mediaType: 'application/json',
  extension: 'attestation.json',
  needs: ['private-key'],
};

const payloadType = 'application/vnd.in-toto+json';
const statementType = 'https://in-toto.io/Statement/v1';
const predicateType = 'urn:dumpbench:predicate:integrity:v1';

const statementSchema = v.object({
  _type: v.literal(statementType),
  subject: v.pipe(v.array(v.object({ name: v.string(), digest: v.object({ sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) }) })), v.minLength(1)),
  predicateType: v.literal(predicateType),
  predicate: v.object({
    tool: v.object({ name: v.string(), version: v.string() }),
    identity: v.string(),
    memoryRoot: v.optional(v.string()),
    /** Absent in statements made before version 2. */
    memoryRootVersion: v.optional(v.number()),
    checks: v.array(v.object({ id: v.string(), verdict: v.picklist(verdicts), recorded: v.optional(v.string()), computed: v.optional(v.string()) })),
    summary: healthSchema,
    decisions: v.object({ panicKdump: v.optional(v.string()), standaloneKdump: v.optional(v.string()), twoStage: v.optional(v.string()) }),
  }),
});
export type Statement = v.InferOutput<typeof statementSchema>;

/** What is attested of a dump. */
export interface AttestedFacts {
  readonly tool: { readonly name: string; readonly version: string };
  readonly identity: string;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  readonly memoryRoot?: string | undefined;
  readonly checks: readonly CheckResult[];
  readonly summary: Health;
  readonly decisions: Statement['predicate']['decisions'];
}

/** @returns the envelope as a JSON document */
export function attest(facts: AttestedFacts, privateKey: KeyObject, publicKey: KeyObject): string {
  const statement: Statement = {
    _type: statementType,
    subject: facts.files.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType,
    predicate: {
      tool: facts.tool,
      identity: facts.identity,
      ...(facts.memoryRoot === undefined ? {} : { memoryRoot: facts.memoryRoot, memoryRootVersion }),
      checks: facts.checks.map(({ id, verdict, recorded, computed }) => ({
        id,
        verdict,
        ...defined({ recorded, computed }),
      })),
      summary: facts.summary,
      decisions: facts.decisions,
    },
  };
  const envelope = signEnvelope(payloadType, Buffer.from(JSON.stringify(statement)), privateKey, keyIdOf(publicKey));
  return `${JSON.stringify(envelope, undefined, 2)}\n`;
}

/** An attestation with the key that is trusted, before it is known whether they fit together. */
export type Attested =
  | { readonly signed: false; readonly keyId: string }
  | { readonly signed: true; readonly keyId: string; readonly statement: Statement }
  /** Signed by the key, but not what we attest. */
  | { readonly signed: true; readonly keyId: string; readonly why: string };

function json(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DumpError('corrupt', { file }, 'it is not JSON', 'a DSSE envelope');
  }
}

/**
 * Opens an attestation with a trusted public key. Nothing of the payload is looked at before the signature was right.
 * @throws DumpError corrupt when it is not a DSSE envelope at all
 */
export function openAttestation(text: string, publicKey: KeyObject, file: string): Attested {
  const envelope = v.safeParse(envelopeSchema, json(text, file));
  if (!envelope.success)
    throw new DumpError('corrupt', { file }, `it is no DSSE envelope: ${v.summarize(envelope.issues)}`, 'payloadType, payload and signatures');
  const { body, signed } = openEnvelope(envelope.output, publicKey);
  const keyId = keyIdOf(publicKey);
  if (!signed) return { signed, keyId };
  if (envelope.output.payloadType !== payloadType) return { signed, keyId, why: `the payload is of type ${envelope.output.payloadType}` };
  const statement = v.safeParse(statementSchema, json(body.toString('utf8'), file));
  return statement.success ? { signed, keyId, statement: statement.output } : { signed, keyId, why: v.summarize(statement.issues) };
}
