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
import { architectures } from '../../arch/index.ts';
import { defined } from '../../../shared/defined.ts';
import { loggedCommandLine, parameterAreaCommandLine, savedCommandLine } from '../../kernel/facts/kernel-facts.ts';
import { logEnd } from '../../kernel/log/log-record.ts';
import type { CheckContext } from '../../integrity/check.ts';
import type { CheckDepth, CheckResult } from '../../../shared/check-model.ts';
import { ownLowcore } from '../machine/lowcore-of-cpu.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import { analysedWitnesses } from './analysed-witnesses.ts';
import { isFailure, valueOf } from '../../../shared/result.ts';

export interface CheckOptions {
  /** What the user brought along; nothing by default. */
  readonly evidence?: Evidence;
  readonly onProgress?: Parameters<typeof runChecks>[2];
  /** These checks alone. */
  readonly only?: readonly string[];
}

/** What an archive of the host is held against; nothing is searched for. */
function hostWitnesses(session: Session): Pick<CheckContext, 'hostFacts' | 'witnesses'> {
  const { hostFacts } = session.attached.find((one) => one.hostFacts !== undefined) ?? {};
  if (hostFacts === undefined) return {};
  const kernel = session.knownKernel;
  const symbols = kernel.hasSymbols ? valueOf(kernel.symbols) : undefined;
  const hasLowcore = architectures[session.image.machine.arch].features.has('lowcore');
  const commandLine =
    (symbols === undefined ? undefined : savedCommandLine(kernel.memory, symbols)) ??
    (hasLowcore ? parameterAreaCommandLine(session.memory) : undefined) ??
    loggedCommandLine(kernel.log);
  const modules = symbols === undefined ? undefined : valueOf(kernel.modules);
  const end = logEnd(kernel.log);
  return {
    hostFacts,
    witnesses: defined({
      commandLine,
      modules: modules?.list.modules.map(({ name }) => name),
      uptime: end === undefined ? undefined : Number(end) / 1e9,
    }),
  };
}

/** What checks read of a session. */
export function checkContext(session: Session, signal: AbortSignal, evidence: Evidence = { files: [session.file], ...packedOf(session) }): CheckContext {
  const { image, memory, osInfo, vmcoreinfo, knownVmcoreinfo, kdumpGuard } = session;
  // A text that was found in memory leads to the names too, where nothing leads to another.
  const isFound = isFailure(vmcoreinfo) && knownVmcoreinfo !== undefined;
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
    attachedRelease: session.attached.find((one) => one.vmcoreinfo !== undefined)?.vmcoreinfo?.release,
    crashTime: vmcoreinfoNumber(knownVmcoreinfo, 'CRASHTIME'),
    utsName,
    cpus: cpus.slice(0, recorded),
    kernelCpus,
    kdumpGuard,
    kdumpStarted: kdumpStarted(session),
    evidence,
    ...hostWitnesses(session),
    dumpLog: session.attached.find(({ dumpLog }) => dumpLog !== undefined)?.dumpLog,
    givenLog: session.attached.find(({ log }) => log !== undefined)?.log,
    faults: session.faults,
    signal,
  };
}

/** The checks' context with what it takes analyses to find out. */
async function analysedContext(session: Session, depth: CheckDepth, signal: AbortSignal, { evidence, only }: CheckOptions): Promise<CheckContext> {
  const context = checkContext(session, signal, evidence);
  const { hostFacts, witnesses } = context;
  if (hostFacts === undefined || only?.includes('host-facts') === false) return context;
  return { ...context, witnesses: { ...witnesses, ...(await analysedWitnesses(session, hostFacts, depth, signal)) } };
}

export async function checkSession(session: Session, depth: CheckDepth, signal: AbortSignal, options: CheckOptions = {}): Promise<CheckResult[]> {
  const { knownKernel } = session;
  // What the CPUs are called rests on symbols: read here, they can be waited for and cancelled.
  if (knownKernel.publishesSymbols) await knownKernel.ready(['symbols'], signal);
  if (session.attached.some(({ hostFacts }) => hostFacts !== undefined)) await knownKernel.ready(['log'], signal);
  return runChecks(await analysedContext(session, depth, signal, options), depth, options.onProgress, options.only);
}
