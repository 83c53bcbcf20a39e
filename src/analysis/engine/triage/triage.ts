/** The first screen: facts, checks that need headers alone, CPUs, decisions. No scan, but for a short look for vmcoreinfo where nothing leads to it. */
import type { CheckResult } from '../../../shared/check-model.ts';
import type { Info } from '../../../shared/model.ts';
import type { TriageDump } from '../../../shared/triage-model.ts';
import { replayStandaloneKdump } from '../../arch/s390x/standalone-kdump.ts';
import type { CheckContext } from '../../integrity/check.ts';
import type { Evidence } from '../../integrity/evidence.ts';
import { runChecks, summarize, type CheckDepth } from '../../integrity/index.ts';
import { judgeFacts } from '../../integrity/trust.ts';
import type { Session } from '../session/session.ts';
import { describeDump } from './summary.ts';
import { deathOf } from './what-died.ts';

export interface CheckOptions {
  /** What the user brought along; nothing by default. */
  readonly evidence?: Evidence;
  readonly onProgress?: Parameters<typeof runChecks>[2];
}

/** What checks read of a session. */
export function checkContext(session: Session, signal: AbortSignal, evidence: Evidence = { files: [session.file] }): CheckContext {
  const { image, memory, osInfo, vmcoreinfo, utsName, kdumpGuard } = session;
  return { image, memory, osInfo, vmcoreinfo, utsName, cpus: session.cpuSet.cpus, kdumpGuard, evidence, signal };
}

export function checkSession(session: Session, depth: CheckDepth, signal: AbortSignal, options: CheckOptions = {}): Promise<CheckResult[]> {
  return runChecks(checkContext(session, signal, options.evidence), depth, options.onProgress);
}

/** The facts with the trust that the checks of headers give them. */
export async function judgedInfo(session: Session, signal: AbortSignal): Promise<Info> {
  const checks = await checkSession(session, 'headers', signal);
  await session.lookForKernel(signal);
  return judgeFacts(describeDump(session), checks);
}

export async function triage(session: Session, signal: AbortSignal): Promise<TriageDump> {
  const checks = await checkSession(session, 'headers', signal);
  await session.lookForKernel(signal);
  const info = judgeFacts(describeDump(session), checks);
  const { reason, places } = await deathOf(session, info.times.crash, signal);
  return {
    info,
    health: summarize(checks),
    ...(reason === undefined ? {} : { reason }),
    ...(places === undefined ? {} : { crashPlaces: [...places] }),
    ...(session.osInfo === undefined ? {} : { standaloneKdump: replayStandaloneKdump(session.osInfo) }),
    checks,
    cpus: [...session.cpuSet.cpus],
  };
}
