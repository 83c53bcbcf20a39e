/** `verify`: checks, digests, where the damage is. */
import { basename } from 'node:path';
import { forgetCopyRecord } from '../../../files/copy-record.ts';
import type { ScanProgress } from '../../../shared/engine-protocol.ts';
import type { CheckResult, DamageEntry, VerifyJson } from '../../../shared/check-model.ts';
import type { IndexJson } from '../../../shared/memory-model.ts';
import { schemaVersion } from '../../../shared/model.ts';
import type { CallContext } from '../../../shared/rpc.ts';
import { memoryRootVersion } from '../../memory-tree/digest.ts';
import { damageMap } from '../../integrity/damage-map.ts';
import { hashFile } from '../../integrity/file-hash.ts';
import { checks, summarize } from '../../integrity/index.ts';
import { IndexError } from '../../page-index/index-error.ts';
import { rootOfMemory } from '../../page-index/root-of-memory.ts';
import { faultText, type FileFault } from '../../source/byte-source.ts';
import { withEvidence, type EvidencePaths } from './evidence.ts';
import { indexPages } from '../pages/index-pages.ts';
import type { Session } from '../session/session.ts';
import { describeRegions } from '../machine/regions.ts';
import { checkSession } from './check-session.ts';
import { lookForCpus } from '../kernel/look-for-cpus.ts';
import { machineCpus } from '../machine/machine-cpus.ts';

export type Scan = CallContext<ScanProgress>;

export interface VerifyRequest extends EvidencePaths {
  /** Without what reads the whole dump: digests and scans. */
  readonly quick: boolean;
  /** For a report or an attestation: what lies in this machine's cache makes no difference to it, unless it contradicts. */
  readonly handedOn?: boolean;
}

/** The same dump gives the same report, whether it was indexed here before or not. An index that disagrees is reported all the same. */
const withoutCache = (check: CheckResult): CheckResult =>
  check.id !== 'index-digest' || check.verdict === 'failed' || check.verdict === 'not-run'
    ? check
    : { id: check.id, title: check.title, verdict: 'not-recorded', detail: 'indexes on this machine are not part of what is passed on' };

/** Tells progress of a digest. */
export const bytesOf = (context: Scan, file: string) => ({
  signal: context.signal,
  onBytes: (done: number, total: number) => {
    context.progress({ phase: 'hash-file', about: file, done, total, unit: 'bytes' });
  },
});

/** Where the damage is, as far as checks and container say. */
export function damageOf(session: Session, results: readonly CheckResult[]): DamageEntry[] {
  const { image } = session;
  return damageMap({
    regions: describeRegions(session).regions,
    cpus: machineCpus(session).cpus,
    structures: image.structures,
    findings: image.findings,
    checks: results,
    structureOf: (id) => checks.find((check) => check.id === id)?.structure,
  });
}

/** Checks, and unless `quick` the digests over the whole file and the whole memory. */
export async function verifySession(session: Session, request: VerifyRequest, context: Scan): Promise<VerifyJson> {
  const { signal, progress } = context;
  // First of all, as triage does: what the CPUs are called rests on it, and which vmcoreinfo the checks compare.
  await lookForCpus(session, signal);
  const found = await withEvidence(session, request, (evidence) =>
    checkSession(session, request.quick ? 'quick' : 'scan', signal, {
      evidence,
      onProgress: (done, check, of) => {
        progress({ phase: 'check', about: check.id, done, total: of, unit: 'checks' });
      },
    }),
  );
  const copies = new Set(copiesOf(session).map(({ path }) => path));
  const isCopyUnread = session.faults().some(({ file }) => copies.has(file));
  if (isCopyUnread || found.some(({ id, verdict }) => id === 'packed-file' && verdict === 'failed')) distrustCopy(session);
  const results = request.handedOn === true ? found.map(withoutCache) : found;
  const digests = request.quick ? {} : await digestsOf(session, results, context);
  const checked = await afterReading(session, results, signal);
  return {
    schema: schemaVersion,
    checks: checked,
    summary: summarize(checked),
    damage: damageOf(session, checked),
    digests: {},
    ...digests,
  };
}

/** The copy stays where this session reads it; the next one unpacks the file again. */
function distrustCopy(session: Session): void {
  for (const { path } of copiesOf(session)) forgetCopyRecord(path);
}

/** The copies in the cache that are read in place of packed files. */
const copiesOf = ({ unpacked, packedParts }: Session): readonly { readonly path: string }[] =>
  [unpacked, ...packedParts.map((part) => part.unpacked)].flatMap((one) => one ?? []);

/** What was read after the checks may have shown that the disk does not give all of the file. */
async function afterReading(session: Session, results: readonly CheckResult[], signal: AbortSignal): Promise<CheckResult[]> {
  if (session.faults().length === 0) return [...results];
  const again = await checkSession(session, 'headers', signal, { only: ['container-complete'] });
  return results.map((result) => again.find(({ id }) => id === result.id) ?? result);
}

/** The digests over the whole file and the whole memory, or why they cannot be had. */
async function digestsOf(session: Session, results: readonly CheckResult[], context: Scan): Promise<Pick<VerifyJson, 'digests' | 'digestsMissing'>> {
  const digests: { file?: string; memoryRoot?: string; memoryRootVersion?: number } = {};
  const missing: { file?: string; memoryRoot?: string } = {};
  const { sha256, faults } = await hashFile(session.file, bytesOf(context, basename(session.file.name)));
  if (sha256 === undefined) missing.file = unreadText(faults);
  else digests.file = sha256;
  // Where the file changed under its index, that stays until it is rebuilt on purpose.
  if (!results.some(({ id, verdict }) => id === 'index-digest' && verdict === 'failed')) {
    const whole = await wholeMemory(session.inView('all'), context);
    if (whole.memoryRoot !== undefined) Object.assign(digests, { memoryRoot: whole.memoryRoot, memoryRootVersion });
    else if (whole.readErrors !== undefined) missing.memoryRoot = unreadText(whole.readErrors);
  }
  return { digests, ...(Object.keys(missing).length === 0 ? {} : { digestsMissing: missing }) };
}

/** The memory root of all bytes. Where no index can be written, or one is being read and left alone, it is computed without one. */
async function wholeMemory(session: Session, { signal, progress }: Scan): Promise<Pick<IndexJson, 'memoryRoot' | 'readErrors'>> {
  try {
    return await indexPages(session, { digest: 'again', rebuild: false }, signal, progress);
  } catch (error) {
    if (!(error instanceof IndexError)) throw error;
    const memoryRoot = await rootOfMemory(session.image.memory, signal, (done, total) => {
      progress({ phase: 'digest', done, total, unit: 'pages' });
    });
    const faults = session.faults();
    return faults.length === 0 ? { memoryRoot } : { readErrors: [...faults] };
  }
}

/** How much of a file its disk did not give, and where that begins. */
export const unreadText = (faults: readonly FileFault[]): string => {
  const [first] = faults;
  const bytes = faults.reduce((sum, fault) => sum + fault.bytes, 0);
  return `${bytes} bytes cannot be read${first === undefined ? '' : `, the first of them: ${faultText(first)}`}`;
};
