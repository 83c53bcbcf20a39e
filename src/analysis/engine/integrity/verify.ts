/** Verification, and what is handed on of it: reports, manifests, attestations. */
import { createPublicKey } from 'node:crypto';
import { basename } from 'node:path';
import { DumpError } from '../../../shared/dump-error.ts';
import type { ScanProgress } from '../../../shared/engine-protocol.ts';
import type { ManifestJson } from '../../../shared/integrity-protocol.ts';
import { type CheckResult, type DamageEntry, type VerifyJson } from '../../../shared/check-model.ts';
import { schemaVersion } from '../../../shared/model.ts';
import type { CallContext } from '../../../shared/rpc.ts';
import { memoryRootVersion } from '../../memory-tree/digest.ts';
import { replayPanicKdump, replayTwoStage } from '../../arch/s390x/kdump-decisions.ts';
import { replayStandaloneKdump } from '../../arch/s390x/standalone-kdump.ts';
import { attest } from '../../integrity/attestation.ts';
import { damageMap } from '../../integrity/damage-map.ts';
import { keyIdOf } from '../../integrity/dsse.ts';
import { hashFile } from '../../integrity/file-hash.ts';
import { checks, summarize } from '../../integrity/index.ts';
import { formatManifest, pieceSize, type ManifestFormat } from '../../integrity/manifest.ts';
import { judgeFacts } from '../../integrity/trust.ts';
import type { ReportModel } from '../../report/report-model.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import { filesOf, readPrivateKey, withEvidence, type EvidencePaths } from './evidence.ts';
import { indexPages } from '../pages/index-job.ts';
import type { Session } from '../session/session.ts';
import { describeRegions } from '../machine/structures.ts';
import { describeDump } from '../triage/summary.ts';
import { toolName, toolVersion } from '../tool.ts';
import { checkSession } from '../triage/triage.ts';
import { deathOf } from '../triage/what-died.ts';

type Scan = CallContext<ScanProgress>;

export interface VerifyRequest extends EvidencePaths {
  /** Without what reads the whole dump: digests and scans. */
  readonly quick: boolean;
  /** Where the page index lies, instead of the cache folder. */
  readonly path?: string | undefined;
  /** For a report or an attestation: what lies in this machine's cache makes no difference to it, unless it contradicts. */
  readonly handedOn?: boolean;
}

/** The same dump gives the same report, whether it was indexed here before or not. An index that disagrees is told all the same. */
const withoutCache = (check: CheckResult): CheckResult =>
  check.id !== 'index-digest' || check.verdict === 'failed' || check.verdict === 'not-run'
    ? check
    : { id: check.id, title: check.title, verdict: 'not-recorded', detail: 'indexes of this machine are no part of what is handed on' };

const bytesOf = (context: Scan, phase: string) => ({
  signal: context.signal,
  onBytes: (done: number, total: number) => {
    context.progress({ phase, done, total, unit: 'bytes' });
  },
});

/** Where the damage is, as far as checks and container say. */
export function damageOf(session: Session, results: readonly CheckResult[]): DamageEntry[] {
  const { image, cpuSet } = session;
  return damageMap({
    regions: describeRegions(session).regions,
    cpus: cpuSet.cpus,
    structures: image.structures,
    findings: image.findings,
    checks: results,
    structureOf: (id) => checks.find((check) => check.id === id)?.structure,
  });
}

/** Checks, and unless `quick` the digests over the whole file and the whole memory. */
export async function verifySession(session: Session, request: VerifyRequest, context: Scan): Promise<VerifyJson> {
  const { signal, progress } = context;
  const found = await withEvidence(session, request, (evidence) =>
    checkSession(session, request.quick ? 'quick' : 'scan', signal, {
      evidence,
      onProgress: (done, check) => {
        progress({ phase: `check ${check.id}`, done, total: checks.length, unit: 'checks' });
      },
    }),
  );
  const results = request.handedOn === true ? found.map(withoutCache) : found;
  const summary = summarize(results);
  const damage = damageOf(session, results);
  const common = { schema: schemaVersion, checks: results, summary, damage } as const;
  if (request.quick) return { ...common, digests: {} };
  const { sha256 } = await hashFile(session.file, bytesOf(context, 'SHA-256 of the file'));
  // Where the file changed under its index, the tree over the old pages is not that of the file.
  if (results.some(({ id, verdict }) => id === 'index-digest' && verdict === 'failed')) return { ...common, digests: { file: sha256 } };
  const path = request.path === undefined ? {} : { path: request.path };
  const index = await indexPages(session.inView('all'), { digest: true, rebuild: false, ...path }, signal, progress);
  const memoryRoot = index.memoryRoot === undefined ? {} : { memoryRoot: index.memoryRoot, memoryRootVersion };
  return { ...common, digests: { file: sha256, ...memoryRoot } };
}

export async function buildReport(session: Session, request: VerifyRequest, context: Scan): Promise<ReportModel> {
  const verified = await verifySession(session, { ...request, handedOn: true }, context);
  await session.lookForKernel(context.signal);
  const described = judgeFacts(describeDump(session), verified.checks);
  const guard = await session.kdumpGuard?.(context.signal);
  const { osInfo } = session;
  const fileName = basename(session.path);
  const { reason } = await deathOf(session, described.times.crash, context.signal);
  return {
    schema: schemaVersion,
    tool: { name: toolName, version: toolVersion },
    fileName,
    identity: session.identity,
    digests: verified.digests,
    // A report says which dump, not where it lay.
    info: { ...described, file: { ...described.file, path: fileName } },
    ...(reason === undefined ? {} : { reason }),
    health: verified.summary,
    checks: verified.checks,
    damage: verified.damage ?? [],
    ...(guard === undefined ? {} : { panicKdump: replayPanicKdump(guard) }),
    ...(osInfo === undefined ? {} : { standaloneKdump: replayStandaloneKdump(osInfo) }),
    ...(guard === undefined || osInfo === undefined ? {} : { twoStage: replayTwoStage(osInfo, guard) }),
    cpus: session.cpuSet.cpus,
    regions: describeRegions(session).regions,
  };
}

/** Runs `use` on the dump's files, each open once. */
async function withFiles<T>(session: Session, use: (files: readonly ByteSource[]) => Promise<T>): Promise<T> {
  const { files, close } = filesOf(session);
  try {
    return await use(files);
  } finally {
    close();
  }
}

export async function makeManifest(session: Session, format: ManifestFormat, context: Scan): Promise<{ text: string; manifest: ManifestJson }> {
  const digests = await withFiles(session, async (files) => {
    const list: ManifestJson['files'] = [];
    for (const file of files) {
      const { sha256, pieces } = await hashFile(file, bytesOf(context, `SHA-256 of ${basename(file.name)}`), pieceSize(file.size));
      list.push({ name: basename(file.name), bytes: file.size, sha256, pieces: [...pieces] });
    }
    return list;
  });
  return { text: formatManifest(digests, format), manifest: { schema: schemaVersion, files: digests } };
}

/** @param key path of the private key */
export async function attestDump(session: Session, key: string, context: Scan): Promise<{ text: string; keyId: string }> {
  const privateKey = readPrivateKey(key);
  const publicKey = createPublicKey(privateKey);
  const verified = await verifySession(session, { quick: false, handedOn: true }, context);
  const rot = verified.checks.find(({ id, verdict }) => id === 'index-digest' && verdict === 'failed');
  if (rot !== undefined) throw new DumpError('corrupt', { file: session.path }, rot.detail, 'a file that is what it was when it was indexed');
  const files = await withFiles(session, async (sources) => {
    const list: { name: string; sha256: string }[] = [];
    for (const source of sources)
      list.push({ name: basename(source.name), sha256: (await hashFile(source, bytesOf(context, `SHA-256 of ${basename(source.name)}`))).sha256 });
    return list;
  });
  const guard = await session.kdumpGuard?.(context.signal);
  const { osInfo } = session;
  const text = attest(
    {
      tool: { name: toolName, version: toolVersion },
      identity: session.identity,
      files,
      memoryRoot: verified.digests.memoryRoot,
      checks: verified.checks,
      summary: verified.summary,
      decisions: {
        ...(guard === undefined ? {} : { panicKdump: replayPanicKdump(guard).outcome }),
        ...(osInfo === undefined ? {} : { standaloneKdump: replayStandaloneKdump(osInfo).outcome }),
        ...(guard === undefined || osInfo === undefined ? {} : { twoStage: replayTwoStage(osInfo, guard).outcome }),
      },
    },
    privateKey,
    publicKey,
  );
  return { text, keyId: keyIdOf(publicKey) };
}
