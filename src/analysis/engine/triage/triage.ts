/** `triage`: the first screen: facts, checks that need headers alone, CPUs, decisions. No scan, but for a short look for vmcoreinfo where nothing leads to it. */
import type { Session } from '../session/session.ts';
import { defined } from '../../../shared/defined.ts';
import type { TriageDump } from '../../../shared/triage-model.ts';
import { checkSession } from '../integrity/check-session.ts';
import { judgeFacts } from '../../integrity/trust.ts';
import { kdumpStarted } from './kdump-start.ts';
import { describeDump } from './info.ts';
import { recordedCase } from './recorded-case.ts';
import { reasonOfBoth, verdictOf } from './verdict.ts';
import { deathOf } from './what-died.ts';
import { summarize } from '../../integrity/index.ts';
import { startedKdump } from '../../arch/s390x/kdump-decisions.ts';
import { replayStandaloneKdump } from '../../arch/s390x/standalone-kdump.ts';
import { machineEnd } from '../../integrity/machine-end.ts';
import { lookForCpus } from '../kernel/look-for-cpus.ts';
import { machineCpus } from '../machine/machine-cpus.ts';

export async function triage(session: Session, signal: AbortSignal): Promise<TriageDump> {
  // First of all: what the CPUs are called rests on it.
  await lookForCpus(session, signal);
  const checks = await checkSession(session, 'headers', signal);
  const info = judgeFacts(describeDump(session), checks);
  const { reason, gist, logGap, places, findings = [] } = await deathOf(session, checks, signal);
  const started = kdumpStarted(session);
  return {
    info: findings.length === 0 ? info : { ...info, findings: [...info.findings, ...findings] },
    health: summarize(checks),
    verdict: await verdictOf(session, signal),
    ...defined({ reason: await reasonOfBoth(session, reason, signal), reasonGist: gist, logGap }),
    ...(places === undefined ? {} : { crashPlaces: [...places] }),
    ...(started === undefined ? {} : { panicKdump: startedKdump(started) }),
    ...(session.osInfo === undefined ? {} : { standaloneKdump: replayStandaloneKdump(session.osInfo, machineEnd(session.image, session.memory)) }),
    checks,
    cpus: [...machineCpus(session).cpus],
    ...defined({ recorded: recordedCase(session) }),
  };
}
