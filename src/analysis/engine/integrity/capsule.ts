/** Evidence capsules: a report with what it rests on, signed, and the pages that it cites with proofs; and whether one is what was signed. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { basename } from 'node:path';
import { readGivenFile, readGivenText } from '../../../files/given-file.ts';
import { writeOutput } from '../../../files/output-file.ts';
import { checkOutput, type OutputOptions } from '../../../files/output-place.ts';
import type { Annotation } from '../../../shared/annotation-model.ts';
import type { CitedKind, MadeCaseJson, VerifiedCaseJson } from '../../../shared/case-model.ts';
import { defined } from '../../../shared/defined.ts';
import type { Redaction } from '../../../shared/redact-rules.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { pageSize, type AddressRange, type Pfn } from '../../../shared/units.ts';
import { parseAllowedSigners, sshKeyText } from '../../capsule/allowed-signers.ts';
import { assembleCase, type CaseParts } from '../../capsule/assemble.ts';
import { caseJson } from '../../capsule/statement.ts';
import { verifyCase } from '../../capsule/verify.ts';
import { membersOf, mostCaseBytes } from '../../formats/dumpcase-layout.ts';
import { openAttestation, type Statement } from '../../integrity/attestation.ts';
import { keyIdOf } from '../../integrity/dsse.ts';
import { proveCited, type CitedProofs } from '../../page-index/cited-proofs.ts';
import { readIndex } from '../../page-index/store.ts';
import { htmlReport } from '../../report/html.ts';
import { jsonReport } from '../../report/json.ts';
import { createRedactor } from '../../report/redaction.ts';
import type { ReportModel } from '../../report/report-model.ts';
import { memorySource } from '../../source/memory-source.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import { indexPages } from '../pages/index-pages.ts';
import type { Session } from '../session/session.ts';
import { toolName, toolVersion } from '../tool.ts';
import { attestDump, hashedFiles } from './attest.ts';
import { readAttestation, readPrivateKey, readPublicKey } from './evidence.ts';
import { secretsOf } from './redact.ts';
import { reportModel } from './report.ts';
import type { Scan } from './verify.ts';

/** 64 MiB: a capsule cites what a report speaks of, and does not carry the dump. */
const mostCitedPages = 16_384;
/** Pages of a lowcore. */
const lowcorePages = 2;

export interface CaseRequest {
  readonly output: string;
  /** Path of the private key that signs. */
  readonly key: string;
  /** Absolute addresses, whole pages around them. */
  readonly cite?: readonly AddressRange[] | undefined;
  readonly citeKinds?: readonly CitedKind[] | undefined;
  /** An attestation of this dump, with the key that is trusted to have signed it. */
  readonly attestation?: string | undefined;
  readonly publicKey?: string | undefined;
  /** Reads all of the dump, and attests it with `key`. */
  readonly digest?: boolean | undefined;
  readonly annotations?: readonly Annotation[] | undefined;
  /** Text of a session file that goes in. */
  readonly session?: string | undefined;
  /** What is taken out of all that it says; then it holds no pages. */
  readonly redact?: Redaction | undefined;
}

/** Page frame numbers that are cited, ascending, each once. @throws DumpError unsupported for more than a capsule carries */
function citedPages(session: Session, { cite = [], citeKinds = [], annotations = [] }: CaseRequest): readonly Pfn[] {
  const pfns = new Set<Pfn>();
  const add = ({ start, end }: AddressRange): void => {
    const last = (end + BigInt(pageSize) - 1n) / BigInt(pageSize);
    for (let pfn = start / BigInt(pageSize); pfn < last; pfn += 1n) {
      pfns.add(Number(pfn));
      if (pfns.size > mostCitedPages)
        throw new DumpError('unsupported', { file: session.path }, `more than ${mostCitedPages} pages would be cited`, 'fewer, or smaller, ranges');
    }
  };
  for (const range of cite) add(range);
  if (citeKinds.includes('lowcores'))
    for (const { prefix } of machineCpus(session).cpus) {
      if (prefix !== undefined) add({ start: BigInt(prefix), end: BigInt(prefix) + BigInt(lowcorePages * pageSize) });
    }
  // Those in spaces of a CPU lie where its tables lead, which the proofs say nothing of.
  if (citeKinds.includes('annotations'))
    for (const { space, start, end } of annotations) if (space === 'absolute') add({ start: BigInt(start), end: BigInt(end) });
  return [...pfns].sort((a, b) => a - b);
}

interface Attested {
  readonly text: string;
  readonly statement: Statement;
  readonly key: KeyObject;
}

/** The attestation that was given, or one that is made now; undefined where neither was asked for. */
async function attestedBy(session: Session, request: CaseRequest, context: Scan): Promise<Attested | undefined> {
  const { attestation, publicKey, digest = false, key } = request;
  if (attestation === undefined && !digest) return undefined;
  if (attestation !== undefined && publicKey === undefined)
    throw new DumpError('absent', { file: attestation }, 'a signature proves nothing without a key that is trusted', 'the public key', 'give-public-key');
  const attester = publicKey === undefined || attestation === undefined ? createPublicKey(readPrivateKey(key)) : readPublicKey(publicKey);
  const text = attestation === undefined ? (await attestDump(session, key, context)).text : readAttestation(attestation);
  const file = attestation ?? session.path;
  const opened = openAttestation(text, attester, file);
  if (!opened.signed) throw new DumpError('corrupt', { file }, `no signature by the public key ${opened.keyId} is valid`, 'an attestation as it was signed');
  if ('why' in opened) throw new DumpError('corrupt', { file }, `signed, but not an attestation of a dump: ${opened.why}`, 'what attest writes');
  return { text, statement: opened.statement, key: attester };
}

type DumpFiles = CaseParts['dump']['files'];

/** Digests of the dump's files. @throws DumpError io where they cannot be read, corrupt where the attestation has others */
async function fileDigests(session: Session, attested: Attested | undefined, { digest = false }: CaseRequest, context: Scan): Promise<DumpFiles> {
  // They were computed for it a moment ago.
  if (attested !== undefined && digest) return attested.statement.subject.map(({ name, digest: { sha256 } }) => ({ name, sha256 }));
  const files = await hashedFiles(session, context, 'the whole file, to name it by its digest');
  const other = attested === undefined ? undefined : files.find(({ sha256 }) => !attested.statement.subject.some(({ digest: one }) => one.sha256 === sha256));
  if (other !== undefined)
    throw new DumpError('corrupt', { file: other.name }, `its SHA-256 is ${other.sha256}, which the attestation does not name`, 'the dump that was attested');
  return files;
}

/** Pages with their proofs. @throws DumpError, IndexError */
async function proofsOf(session: Session, cited: readonly Pfn[], { statement: { predicate } }: Attested, context: Scan): Promise<CitedProofs> {
  const all = session.inView('all');
  const { indexPath } = await indexPages(all, { digest: true, rebuild: false }, context.signal, context.progress);
  const reader = readIndex(indexPath, all);
  try {
    const proofs = await proveCited(all.image.memory, () => reader.subtrees(), cited, context.signal);
    if (proofs.root !== predicate.memoryRoot)
      throw new DumpError(
        'corrupt',
        { file: session.path },
        `its memory root is ${proofs.root}, but the attested one is ${predicate.memoryRoot ?? 'none'}`,
        'the dump that was attested',
      );
    const [beyond] = cited.filter((pfn) => pfn >= proofs.leaves);
    if (beyond !== undefined)
      throw new DumpError(
        'absent',
        { file: session.path, address: BigInt(beyond) * BigInt(pageSize) },
        'the page to be cited lies beyond the last page of the dump',
        `a page below 0x${(proofs.leaves * pageSize).toString(16)}`,
      );
    return proofs;
  } finally {
    reader.close();
  }
}

function textsOf(model: ReportModel, session: string | undefined): CaseParts['texts'] {
  const { schema, checks, health, damage, digests, digestsMissing, info, identity, fileName } = model;
  return {
    report: htmlReport.render(model),
    reportJson: jsonReport.render(model),
    verify: caseJson({ schema, checks, summary: health, damage, digests, ...defined({ digestsMissing }) }).toString('utf8'),
    dump: caseJson({ schema, fileName, identity, info }).toString('utf8'),
    ...defined({ session }),
  };
}

/** Texts of a session through rules: what was written by a person, and names of files. */
function sessionText(session: string, replace: (text: string) => string): string {
  const value: unknown = JSON.parse(session, (name, member: unknown) =>
    typeof member === 'string' && ['text', 'comment', 'pathHint'].includes(name) ? replace(member) : member,
  );
  return caseJson(value).toString('utf8');
}

const howWritten: OutputOptions = { kind: 'capsule' };

/** @throws DumpError, RequestError, Cancelled */
export async function makeCase(session: Session, request: CaseRequest, context: Scan): Promise<MadeCaseJson> {
  const { output, key, annotations = [], digest = false, redact } = request;
  checkOutput(output, howWritten);
  const privateKey = readPrivateKey(key);
  const publicKey = createPublicKey(privateKey);
  const pfns = citedPages(session, request);
  if (redact !== undefined && pfns.length > 0)
    throw new DumpError('unsupported', { file: session.path }, 'a redacted capsule holds no pages', 'a capsule without cited pages');
  const attested = await attestedBy(session, request, context);
  if (pfns.length > 0 && attested?.statement.predicate.memoryRoot === undefined)
    throw new DumpError(
      'absent',
      { file: session.path },
      'cited pages are proven to be in an attested memory root, and there is none',
      'a full attestation of this dump, or to read all of it and attest it now',
    );
  if (session.image.isDecrypted === true && pfns.length > 0)
    throw new DumpError('unsupported', { file: session.path }, 'pages of a decrypted dump are not written to any file', 'a capsule without cited pages');
  const files = await fileDigests(session, attested, request, context);
  const proofs = attested === undefined || pfns.length === 0 ? undefined : await proofsOf(session, pfns, attested, context);
  const whole = await reportModel(session, undefined, { quick: !digest, annotations }, context);
  const redactor = redact === undefined ? undefined : createRedactor(redact, await secretsOf([session], redact, context));
  const text = redactor?.text ?? ((given: string) => given);
  // The session first: what is taken out of it counts in what the report says of that.
  const kept = request.session === undefined ? undefined : sessionText(request.session, text);
  const named = files.map(({ name, sha256 }) => ({ name: text(name), sha256 }));
  const model = redactor?.report(whole) ?? whole;
  const bytes = assembleCase(
    {
      tool: { name: toolName, version: toolVersion },
      dump: { identity: session.identity, dumpKey: session.dumpKey, files: named },
      texts: textsOf(model, kept),
      ...(proofs === undefined || attested === undefined ? {} : { cited: { proofs, attestation: attested.text, attester: attested.key } }),
    },
    { privateKey, publicKey },
    output,
  );
  writeOutput(output, bytes, howWritten);
  return {
    schema: schemaVersion,
    path: output,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    members: membersOf(memorySource(output, bytes)).map(({ name }) => name),
    pages: { cited: pfns.length, stored: proofs?.pages.filter(({ kind }) => kind === 'page').length ?? 0 },
    ...defined({ memoryRoot: proofs?.root }),
    signer: { keyId: keyIdOf(publicKey), publicKey: sshKeyText(publicKey) },
  };
}

export interface VerifyCaseRequest {
  readonly path: string;
  readonly allowedSigners?: string | undefined;
  readonly publicKey?: string | undefined;
}

const mostSignersBytes = 1 << 20;

/** Needs no dump. @throws DumpError when the file is not a capsule, or the keys cannot be read */
export function verifyCaseFile({ path, allowedSigners, publicKey }: VerifyCaseRequest): VerifiedCaseJson {
  const trusted = {
    ...(allowedSigners === undefined
      ? {}
      : {
          file: basename(allowedSigners),
          signers: parseAllowedSigners(readGivenText(allowedSigners, { what: 'a file of allowed signers', most: mostSignersBytes }), allowedSigners),
        }),
    ...(publicKey === undefined ? {} : { key: readPublicKey(publicKey) }),
  };
  return verifyCase(readGivenFile(path, { what: 'an evidence capsule', most: mostCaseBytes }), basename(path), trusted, Date.now());
}
