/** The checks of a session. */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { Evidence } from '../../integrity/evidence.ts';
import { runChecks } from '../../integrity/index.ts';
import type { Session } from '../session/session.ts';
import { readUtsName } from '../../kernel/vmcoreinfo/uts-name.ts';
import { vmcoreinfoNumber } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { vmcoreinfoChoice } from '../session/kernel-search.ts';
import { kdumpStarted } from '../triage/kdump-start.ts';
import { packedOf } from './evidence.ts';
import type { CheckContext } from '../../integrity/check.ts';
import type { CheckDepth, CheckResult } from '../../../shared/check-model.ts';
import { ownLowcore } from '../machine/lowcore-of-cpu.ts';
import { machineCpus } from '../machine/machine-cpus.ts';

export interface CheckOptions {
  /** What the user brought along; nothing by default. */
  readonly evidence?: Evidence;
  readonly onProgress?: Parameters<typeof runChecks>[2];
  /** These checks alone. */
  readonly only?: readonly string[];
}

/** What checks read of a session. */
export function checkContext(session: Session, signal: AbortSignal, evidence: Evidence = { files: [session.file], ...packedOf(session) }): CheckContext {
  const { image, memory, osInfo, vmcoreinfo, knownVmcoreinfo, kdumpGuard } = session;
  // A text that was found in memory leads to the names too, where nothing leads to another.
  const isFound = !vmcoreinfo.found && knownVmcoreinfo !== undefined;
  const utsName = isFound ? readUtsName(image.machine.arch, knownVmcoreinfo, memory) : session.utsName;
  const { cpus, recorded, blank, masks, findings } = machineCpus(session);
  const kernelCpus = {
    absent: cpus.slice(recorded),
    blank,
    online: masks?.online,
    present: masks?.present,
    lowcoreOf: (cpu: CpuJson): bigint | undefined => ownLowcore(session, cpu),
    findings,
  };
  return {
    image,
    memory,
    osInfo,
    vmcoreinfo,
    vmcoreinfoChoice: vmcoreinfoChoice(session),
    crashTime: vmcoreinfoNumber(knownVmcoreinfo, 'CRASHTIME'),
    utsName,
    cpus: cpus.slice(0, recorded),
    kernelCpus,
    kdumpGuard,
    kdumpStarted: kdumpStarted(session),
    evidence,
    faults: session.faults,
    signal,
  };
}

export async function checkSession(session: Session, depth: CheckDepth, signal: AbortSignal, options: CheckOptions = {}): Promise<CheckResult[]> {
  const { knownKernel } = session;
  // What the CPUs are called rests on symbols: read here, they can be waited for and cancelled.
  if (knownKernel.publishesSymbols) await knownKernel.ready(['symbols'], signal);
  return runChecks(checkContext(session, signal, options.evidence), depth, options.onProgress, options.only);
}
