/**
 * Whether a capsule is what its signer made: from the bytes alone, without the dump and without a network. Each step rests on those before it, and
 * nothing of the contents is looked at before the signature over them was right.
 */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import * as v from 'valibot';
import type { VerifiedCaseJson } from '../../shared/case-model.ts';
import type { Step } from '../../shared/check-model.ts';
import { defined } from '../../shared/defined.ts';
import { DumpError, isDumpError } from '../../shared/dump-error.ts';
import { schemaVersion } from '../../shared/model.ts';
import { hex, pageSize } from '../../shared/units.ts';
import { caseMediaType, caseMember, isCase, membersOf } from '../formats/dumpcase-layout.ts';
import { openAttestation } from '../integrity/attestation.ts';
import { keyIdOf, openEnvelope } from '../integrity/dsse.ts';
import { leafOf, rootByPath, uniformLeaf } from '../memory-tree/digest.ts';
import { memorySource } from '../source/memory-source.ts';
import { rawKey, sshKeyText, type AllowedSigner } from './allowed-signers.ts';
import { packCase } from './container.ts';
import { aboutDumpSchema, caseEnvelopeSchema, caseJson, caseStatementSchema, proofsSchema, type CaseStatement } from './statement.ts';

/** Whom the reader trusts. */
export interface TrustedSigners {
  readonly signers?: readonly AllowedSigner[];
  /** Name of the file they are from, for sentences. */
  readonly file?: string;
  readonly key?: KeyObject;
}

/** A step that found something wrong; those after it would rest on it. */
class NotAsSigned extends Error {
  readonly check: string;
  constructor(check: string, detail: string) {
    super(detail);
    this.check = check;
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

type Contents = ReadonlyMap<string, Buffer>;

/** Members by name, where the file is the one form that they can have. */
function contentsOf(bytes: Buffer, file: string): Contents {
  const contents = new Map<string, Buffer>();
  try {
    for (const { name, offset, bytes: length } of membersOf(memorySource(file, bytes))) contents.set(name, bytes.subarray(offset, offset + length));
  } catch (error) {
    if (!isDumpError(error)) throw error;
    throw new NotAsSigned('container', `${error.what}${error.where.offset === undefined ? '' : ` at offset ${error.where.offset}`}`);
  }
  const again = packCase(contents, file);
  if (!again.equals(bytes)) {
    const most = Math.min(again.length, bytes.length);
    let at = 0;
    while (at < most && again[at] === bytes[at]) at += 1;
    throw new NotAsSigned('container', `the file is not what its members produce: it differs starting at offset ${at}`);
  }
  if (contents.get(caseMember.mediaType)?.toString('latin1') !== caseMediaType) throw new NotAsSigned('container', 'the media type differs');
  return contents;
}

function member(contents: Contents, name: string, check: string): Buffer {
  const bytes = contents.get(name);
  if (bytes === undefined) throw new NotAsSigned(check, `there is no ${name} in it`);
  return bytes;
}

/** @param what it is, for messages */
function parsed<T>(bytes: Buffer, what: string, schema: v.GenericSchema<unknown, T>, check: string): T {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new NotAsSigned(check, `${what} is not JSON`);
  }
  const found = v.safeParse(schema, value);
  if (!found.success) throw new NotAsSigned(check, `${what} does not have the expected form: ${v.summarize(found.issues)}`);
  return found.output;
}

/** A JSON member in the one form that it can have. @param schema allows nothing else and changes nothing */
function document<T>(contents: Contents, name: string, schema: v.GenericSchema<unknown, T>, check: string): T {
  const bytes = member(contents, name, check);
  const value = parsed(bytes, name, schema, check);
  if (!caseJson(value).equals(bytes)) throw new NotAsSigned(check, `${name} is not in the form that a capsule uses`);
  return value;
}

function keyIn(contents: Contents, name: string, check: string): KeyObject {
  const text = member(contents, name, check).toString('latin1');
  let key: KeyObject;
  try {
    key = createPublicKey(text);
  } catch {
    throw new NotAsSigned(check, `${name} is not a public key in PEM form`);
  }
  if (key.asymmetricKeyType !== 'ed25519' || key.export({ type: 'spki', format: 'pem' }) !== text)
    throw new NotAsSigned(check, `${name} is not an Ed25519 key in the form that a capsule uses`);
  return key;
}

/** The statement, once its signature was right. */
function signedStatement(contents: Contents, key: KeyObject): CaseStatement {
  const check = 'signature';
  const envelope = document(contents, caseMember.statement, caseEnvelopeSchema, check);
  const { body, signed } = openEnvelope(envelope, key);
  if (!signed) throw new NotAsSigned(check, `it does not match the public key in ${caseMember.signer}`);
  const [signature] = envelope.signatures;
  const isPlain = body.toString('base64') === envelope.payload && Buffer.from(signature.sig, 'base64').toString('base64') === signature.sig;
  if (!isPlain || signature.keyid !== keyIdOf(key)) throw new NotAsSigned(check, `${caseMember.statement} is not the envelope that a capsule has`);
  return parsed(body, 'what is signed', caseStatementSchema, check);
}

/** Every member is the one that was signed, and there is no other. */
function checkMembers(contents: Contents, { subject }: CaseStatement): string {
  const own: readonly string[] = [caseMember.mediaType, caseMember.statement];
  const names = [...contents.keys()].filter((name) => !own.includes(name));
  for (const { name, digest } of subject) {
    const found = sha256(member(contents, name, 'members'));
    if (found !== digest.sha256) throw new NotAsSigned('members', `${name} has the SHA-256 ${found}, but ${digest.sha256} was signed`);
  }
  const extra = names.find((name) => !subject.some((one) => one.name === name));
  if (extra !== undefined) throw new NotAsSigned('members', `${extra} was not signed`);
  return `${names.length} members have the digests that were signed`;
}

interface Owner {
  readonly detail: string;
  readonly signer?: AllowedSigner;
}

const dayText = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** Whose key it is, where the reader says whom to trust; undefined where not. @throws NotAsSigned when it is none of them */
function ownerOf(key: KeyObject, { signers, file = 'the file', key: trusted }: TrustedSigners, now: number, check: string): Owner | undefined {
  const raw = rawKey(key).toString('hex');
  if (trusted !== undefined) {
    if (rawKey(trusted).toString('hex') !== raw) throw new NotAsSigned(check, `the key ${keyIdOf(key)} is not the public key that was given`);
    return { detail: 'it is the public key that was given' };
  }
  if (signers === undefined) return undefined;
  const own = signers.filter((one) => one.key === raw);
  const [first] = own;
  if (first === undefined) throw new NotAsSigned(check, `no line of ${file} allows the key ${sshKeyText(key)}`);
  const valid = own.find(({ validAfter = -Infinity, validBefore = Infinity }) => validAfter <= now && now < validBefore);
  if (valid === undefined) {
    const { validAfter, validBefore, line } = first;
    const limits = [
      ...(validAfter === undefined ? [] : [`from ${dayText(validAfter)} on`]),
      ...(validBefore === undefined ? [] : [`until ${dayText(validBefore)}`]),
    ];
    throw new NotAsSigned(check, `line ${line} of ${file} allows the key of ${first.principals} to sign ${limits.join(' ')} only, and a capsule has no time`);
  }
  return { detail: `${valid.principals}, line ${valid.line} of ${file}`, signer: valid };
}

/** What the members say of themselves: they are about the dump that was signed. */
function checkDump(contents: Contents, { predicate: { dump } }: CaseStatement): string {
  const check = 'dump';
  for (const name of [caseMember.dump, caseMember.reportJson]) {
    if (name === caseMember.reportJson && !contents.has(name)) continue;
    const { identity } = parsed(member(contents, name, check), name, aboutDumpSchema, check);
    if (identity !== dump.identity) throw new NotAsSigned(check, `${name} is about a dump with another identity`);
  }
  return `its facts and its report are about the dump ${dump.identity}`;
}

/** The attestation says the same of the dump. */
function checkAttestation(contents: Contents, { predicate }: CaseStatement, file: string): { readonly detail: string; readonly key: KeyObject } {
  const check = 'attestation';
  const key = keyIn(contents, caseMember.attester, check);
  let attested: ReturnType<typeof openAttestation>;
  try {
    attested = openAttestation(member(contents, caseMember.attestation, check).toString('utf8'), key, file);
  } catch (error) {
    if (!isDumpError(error)) throw error;
    throw new NotAsSigned(check, error.what);
  }
  if (!attested.signed || 'why' in attested) throw new NotAsSigned(check, attested.signed ? attested.why : 'its signature does not match');
  const { subject, predicate: stated } = attested.statement;
  if (stated.identity !== predicate.dump.identity) throw new NotAsSigned(check, 'it is about a dump with another identity');
  if (stated.memoryRoot !== predicate.memoryRoot?.root || stated.memoryRootVersion !== predicate.memoryRoot?.version)
    throw new NotAsSigned(check, 'it has a different memory root');
  const digests = (list: readonly string[]): string => [...list].sort().join();
  if (digests(predicate.dump.files.map((one) => one.sha256)) !== digests(subject.map(({ digest }) => digest.sha256)))
    throw new NotAsSigned(check, 'it is about other files');
  const { passed, failed } = stated.summary;
  return { detail: `the same dump, with the memory root ${stated.memoryRoot ?? ''}: ${passed} checks passed, ${failed} failed`, key };
}

/** Each cited page leads to the root. @returns their page frame numbers */
function checkPages(contents: Contents, { predicate }: CaseStatement): readonly number[] {
  const check = 'cited pages';
  const { memoryRoot, citedPages } = predicate;
  if (memoryRoot === undefined) {
    if (citedPages !== 0 || contents.has(caseMember.proofs) || contents.has(caseMember.pages)) throw new NotAsSigned(check, 'they have no memory root');
    return [];
  }
  const proofs = document(contents, caseMember.proofs, proofsSchema, check);
  if (proofs.memoryRoot !== memoryRoot.root || proofs.leaves !== memoryRoot.leaves || proofs.pages.length !== citedPages)
    throw new NotAsSigned(check, 'the proofs are of another memory root, or of other pages');
  const bytes = contents.get(caseMember.pages) ?? Buffer.alloc(0);
  const stored = proofs.pages.filter(({ kind }) => kind === 'page').length;
  if (bytes.length !== stored * pageSize)
    throw new NotAsSigned(check, `${caseMember.pages} has ${bytes.length} bytes, ${stored} pages take ${stored * pageSize}`);
  let at = 0;
  let last = -1;
  for (const { pfn, kind, path } of proofs.pages) {
    if (pfn <= last) throw new NotAsSigned(check, 'they are not in ascending order');
    last = pfn;
    const leaf = kind === 'page' ? leafOf(bytes.subarray(at, at + pageSize)) : uniformLeaf[kind];
    if (kind === 'page') at += pageSize;
    const root = rootByPath(
      leaf,
      pfn,
      proofs.leaves,
      path.map((digest) => Buffer.from(digest, 'hex')),
    );
    if (root !== memoryRoot.root) throw new NotAsSigned(check, `the page at ${hex(BigInt(pfn) * BigInt(pageSize))} is not the one that the memory root proves`);
  }
  return proofs.pages.map(({ pfn }) => pfn);
}

function rangesOf(pfns: readonly number[]): VerifiedCaseJson['pages']['ranges'] {
  const ranges: { start: number; end: number }[] = [];
  for (const pfn of pfns) {
    const last = ranges.at(-1);
    if (last?.end === pfn) last.end = pfn + 1;
    else ranges.push({ start: pfn, end: pfn + 1 });
  }
  const address = (pfn: number): string => hex(BigInt(pfn) * BigInt(pageSize));
  return ranges.map(({ start, end }) => ({ start: address(start), end: address(end) }));
}

const isoTimeOf = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

/**
 * @param file name for messages
 * @param now milliseconds since 1970, for keys that may sign within limits
 * @throws DumpError not-this-format for another file
 */
export function verifyCase(bytes: Buffer, file: string, trusted: TrustedSigners, now: number): VerifiedCaseJson {
  if (!isCase(bytes)) throw new DumpError('not-this-format', { file, offset: 0 }, 'it is not an evidence capsule', 'a file written by capsule make');
  const steps: Step[] = [];
  const good = (check: string, detail: string): void => {
    steps.push({ check, passed: true, detail });
  };
  try {
    const contents = contentsOf(bytes, file);
    good('container', `${contents.size} members, and no other bytes`);
    const key = keyIn(contents, caseMember.signer, 'signature');
    const statement = signedStatement(contents, key);
    good('signature', `Ed25519, key ${keyIdOf(key)}`);
    good('members', checkMembers(contents, statement));
    good('dump', checkDump(contents, statement));
    const owner = ownerOf(key, trusted, now, 'signer');
    steps.push({
      check: 'signer',
      ...(owner === undefined ? {} : { passed: true }),
      detail: owner?.detail ?? 'not known: no trusted key was given',
    });
    const { dump, memoryRoot } = statement.predicate;
    const notProven = [
      'That the report is right: it is the statement of the signer, and only the dump itself can show it.',
      'When it was signed: a capsule has no time.',
      `The bytes of the dump's ${dump.files.length === 1 ? 'file' : 'files'}: their digests are here, the bytes are not.`,
    ];
    if (owner === undefined) notProven.unshift('Who signed it: give the keys that you trust, as a file of allowed signers or as a public key.');
    if (memoryRoot !== undefined) {
      const attestation = checkAttestation(contents, statement, file);
      const attester = ownerOf(attestation.key, trusted, now, 'attestation');
      good('attestation', `${attestation.detail}${attester === undefined ? '' : `; ${attester.detail}`}`);
    } else if (contents.has(caseMember.attestation)) throw new NotAsSigned('attestation', 'the capsule names no memory root that it attests');
    const pfns = checkPages(contents, statement);
    if (memoryRoot !== undefined) {
      good('cited pages', `${pfns.length} ${pfns.length === 1 ? 'page is' : 'pages are'} proven by the signed memory root`);
      notProven.push('Registers, headers, and notes of the dump, and every page that is not cited: the proofs cover only the cited pages.');
    } else notProven.push('Any page of the dump: none is in the capsule.');
    const { signer } = owner ?? {};
    return {
      schema: schemaVersion,
      outcome: owner === undefined ? 'consistent' : 'verified',
      steps,
      signer: {
        keyId: keyIdOf(key),
        publicKey: sshKeyText(key),
        ...defined({ principals: signer?.principals, validAfter: isoTimeOf(signer?.validAfter), validBefore: isoTimeOf(signer?.validBefore) }),
      },
      dump: { identity: dump.identity, dumpKey: dump.dumpKey, files: [...dump.files], ...defined({ memoryRoot: memoryRoot?.root }) },
      pages: { proven: pfns.length, ranges: [...rangesOf(pfns)] },
      notProven,
    };
  } catch (error) {
    if (!(error instanceof NotAsSigned)) throw error;
    steps.push({ check: error.check, passed: false, detail: error.message });
    return {
      schema: schemaVersion,
      outcome: 'failed',
      steps,
      pages: { proven: 0, ranges: [] },
      notProven: ['Anything: the capsule is not what was signed, or not signed by whom you trust.'],
    };
  }
}
