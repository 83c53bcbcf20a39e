/** Evidence capsules: changed files, and documents that somebody hostile has changed and signed, so that everything after the signature is reached. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { casePayloadType, caseJson, caseEnvelopeSchema } from '../../../src/analysis/capsule/statement.ts';
import { packCase } from '../../../src/analysis/capsule/container.ts';
import { verifyCase } from '../../../src/analysis/capsule/verify.ts';
import { caseMember, membersOf } from '../../../src/analysis/formats/dumpcase-layout.ts';
import { keyIdOf, signEnvelope } from '../../../src/analysis/integrity/dsse.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { verifiedCaseSchema } from '../../../src/shared/case-model.ts';
import { isDumpError } from '../../../src/shared/dump-error.ts';
import { builtCase, fixedKeys } from '../../unit/capsule/built-case.ts';
import { drawByteSteps, withByteSteps, type ByteBase } from '../byte-steps.ts';
import { changedText, drawDocumentSteps, withDocumentSteps } from '../document-steps.ts';
import { Fault, type Door, type Tried } from '../door.ts';
import type { Step } from '../step.ts';

const keys = fixedKeys();
const file = 'built.dumpcase';
/** Documents that are signed again after they were changed. */
const documents = [caseMember.statement, caseMember.attestation, caseMember.dump, caseMember.proofs] as const;

/** A statement as far as it is changed here; a step may make anything of it. */
interface Statement {
  readonly subject?: readonly { readonly name: string }[];
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function ask(bytes: Uint8Array): Tried {
  try {
    const verified = verifyCase(Buffer.from(bytes), file, { key: keys.publicKey }, 0);
    if (!v.is(verifiedCaseSchema, verified)) throw new Fault('the answer is out of its schema');
    return { outcome: verified.outcome === 'failed' ? 'refused' : 'answered', calls: 1 };
  } catch (error) {
    if (!isDumpError(error)) throw error;
    return { outcome: 'refused', calls: 1 };
  }
}

export const capsules: Door = {
  name: 'capsules',
  about: 'evidence capsules, also of a hostile signer: what is proven, or the step that failed',
  seconds: 4,
  least: 200,
  open() {
    const bytes = builtCase(keys);
    const members = membersOf(memorySource(file, bytes));
    const contents = new Map(members.map(({ name, offset, bytes: length }) => [name, bytes.subarray(offset, offset + length)]));
    const whole: ByteBase = {
      name: 'file',
      bytes,
      fields: members.flatMap(({ at, offset, bytes: length }) => [{ offset: at, size: offset - at }, { offset, size: length }]),
      records: members.map(({ at, offset, bytes: length }) => ({ offset: at, size: offset - at + length })),
    }; // prettier-ignore
    const textOf = (name: string): string => contents.get(name)?.toString('utf8') ?? '';
    const envelope = v.parse(caseEnvelopeSchema, JSON.parse(textOf(caseMember.statement)));
    const statement: unknown = JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8'));
    const documentOf = (name: string): unknown => (name === caseMember.statement ? statement : JSON.parse(textOf(name)));

    /** The capsule with one document changed, its digest in the statement, and the statement signed. */
    function signed(name: string, steps: readonly Step[]): Uint8Array {
      const changed = new Map(contents);
      let body: Buffer;
      if (name === caseMember.statement) body = Buffer.from(changedText(statement, steps));
      else {
        const document = Buffer.from(changedText(documentOf(name), steps));
        changed.set(name, document);
        const at = (statement as Statement).subject?.findIndex((one) => one.name === name) ?? -1;
        body = Buffer.from(JSON.stringify(withDocumentSteps(statement, [{ do: 'put', path: ['subject', at, 'digest', 'sha256'], value: sha256(document) }])));
      }
      changed.set(caseMember.statement, Buffer.from(caseJson(signEnvelope(casePayloadType, body, keys.privateKey, keyIdOf(keys.publicKey)))));
      return packCase(changed, file);
    }
    return {
      bases: [whole.name, ...documents],
      draw: (base, random) => (base === whole.name ? drawByteSteps(whole, [whole], random) : drawDocumentSteps(documentOf(base), random)),
      attempt: (base, steps) => Promise.resolve(ask(base === whole.name ? withByteSteps(bytes, steps, () => bytes) : signed(base, steps))),
    };
  },
};
