/** The verdict of a session: what `kernel/verdict` reaches it from is gathered here, once, by pointers and symbols alone. */
import { cpuName, cpuNumbering } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import type { VerdictJson } from '../../../shared/verdict-model.ts';
import { architectures } from '../../arch/index.ts';
import { explainWaitAddress } from '../../arch/s390x/wait-codes.ts';
import { structTypes } from '../../kernel/btf/type-layout.ts';
import { crashPath } from '../../kernel/stacks/crash-path.ts';
import { weighPanic } from '../../kernel/verdict/contradicted-panic.ts';
import type { EndStack, VerdictEvidence } from '../../kernel/verdict/evidence.ts';
import { noHangs } from '../../kernel/verdict/hangs/hangs.ts';
import { isSettled, judge, troublesOf } from '../../kernel/verdict/judge.ts';
import { logEvents } from '../../kernel/verdict/log-events.ts';
import { vmcoreinfoFact } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { longWait } from '../../kernel/verdict/hangs/long-waits.ts';
import { firstOfTasks } from '../kernel/kernel-tasks.ts';
import { lookForCpus } from '../kernel/look-for-cpus.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import { searched } from '../session/memo.ts';
import type { Session } from '../session/session.ts';
import { isDisabledWait, withoutPsw } from './disabled-wait.ts';
import { crashWords } from './info.ts';
import { kdumpStarted } from './kdump-start.ts';
import { kernelWitnesses } from './kernel-witnesses.ts';
import { logWords } from './log-words.ts';
import { hangsOf } from './hangs.ts';
import { stuckRequestsOf } from './stuck-requests.ts';
import { endStacks, hasEnded, isReachable } from './what-died.ts';
import { isFailure } from '../../../shared/result.ts';

/** The CPU that ended the system: what every crash runs through, then where it happened, and what the machine reported there. */
async function endOf(session: Session, isEnd: boolean, signal: AbortSignal): Promise<EndStack | undefined> {
  const { end, tasks } = await endStacks(session, signal);
  if (end === undefined || tasks === undefined || !isEnd) return undefined;
  const { frames, task } = end.trace;
  const path = crashPath(frames);
  const length = path?.isCause === true ? path.length : 0;
  const site = frames.slice(length);
  const interrupted = site.find(({ kind }) => kind === 'interrupted') ?? (length === 0 ? site[0] : undefined);
  const fault =
    interrupted === undefined
      ? undefined
      : architectures[tasks.memory.arch].fault?.({
          memory: tasks.memory,
          types: tasks.types === undefined ? undefined : structTypes(tasks.types.types),
          registersAt: interrupted.kind !== 'interrupted' || interrupted.stackPointer === undefined ? undefined : BigInt(interrupted.stackPointer),
          instruction: BigInt(interrupted.address),
        });
  return { cpu: end.cpu, path: frames.slice(0, length), site, ...defined({ comm: task?.comm, fault }) };
}

function stoppedCpu(session: Session): VerdictEvidence['disabledWait'] {
  const { cpus } = machineCpus(session);
  const waiting = cpus.filter(isDisabledWait);
  const coded = waiting.find(({ psw }) => explainWaitAddress(BigInt(psw?.address ?? '0x0')) !== undefined);
  const cpu = coded ?? waiting[0];
  if (cpu?.psw === undefined) return undefined;
  return { cpu: cpuName(cpu, cpuNumbering(cpus)), address: cpu.psw.address, ...defined({ code: explainWaitAddress(BigInt(cpu.psw.address)) }) };
}

function unseenPsws(session: Session): readonly string[] | undefined {
  if (!architectures[session.image.machine.arch].features.has('psw')) return undefined;
  const numbering = cpuNumbering(machineCpus(session).cpus);
  return withoutPsw(session).map((cpu) => cpuName(cpu, numbering));
}

/** What the name of the writer ends with in an export. */
const exported = /, exported by Dumpbench$/;

/** Who wrote the dump says who asked for it; a program that converts dumps says nothing. */
function requestOf({ image }: Session): VerdictEvidence['request'] {
  const { producer } = image.container;
  if (producer === undefined) return undefined;
  const by = { 'zipl stand-alone dumper': 'operator', 'QEMU dump-guest-memory': 'hypervisor' } as const;
  const found =
    Object.entries(by).find(([name]) => name === producer.value.replace(exported, ''))?.[1] ??
    (image.format === 'vmdump' || image.format === 'pv-elf' ? 'hypervisor' : undefined);
  return found === undefined ? undefined : { by: found, why: `the dump was written by ${producer.value} (${producer.source})` };
}

/** Process 1 has the name of the boot CPU's idle task until it runs a program, which it does once system_state is running (kernel_init, init/main.c). */
async function hasRunInit(session: Session, signal: AbortSignal): Promise<boolean> {
  if (!(await isReachable(session, signal))) return false;
  const { list } = await firstOfTasks(session, signal);
  for (const { pid, comm, kind } of list.tasks) if (pid === 1) return kind === 'user' && comm !== '' && !comm.startsWith('swapper');
  return false;
}

const beforeRunning: ReadonlySet<string> = new Set(['booting', 'scheduling', 'freeing initmem']);

async function gathered(session: Session, signal: AbortSignal): Promise<VerdictEvidence> {
  await session.knownKernel.ready(['log'], signal);
  const { log } = session.knownKernel;
  const words = logWords(session);
  const events = !isFailure(log) ? logEvents(log.value.records, log.value.file) : [];
  const crash = crashWords(session);
  const stacks = await endStacks(session, signal);
  const witnesses = kernelWitnesses(session);
  const isEnd = hasEnded(session, crash, words) || stacks.entry !== undefined || witnesses.panicCpu?.kind === 'cpu';
  const end = await endOf(session, isEnd, signal);
  const { taint, panicCpu: named } = witnesses;
  const panic = events.findLast(({ mark }) => mark === 'panic');
  const logGap = words.gap ?? (!isFailure(log) ? undefined : 'the kernel log is not read');
  return weighPanic({
    events,
    traces: stacks.traces,
    unseenStacks: stacks.unseen,
    unseenPsws: unseenPsws(session),
    unseen: witnesses.unseen,
    hangs: noHangs,
    isKdumpSystem: session.view === 'kdump',
    kdumpUnfinished: session.twoSystems !== undefined && kdumpStarted(session.inView('prod')) !== undefined,
    ...(stacks.isRead ? {} : { noStacks: 'the stacks of the CPUs could not be followed' }),
    ...defined({
      taint,
      panic,
      logGap,
      logFile: words.file,
      end,
      entry: stacks.entry,
      crashTime: crash,
      // A number that no CPU has says nothing.
      panicCpu: named?.kind === 'unset' ? ('unset' as const) : named?.kind === 'cpu' ? named.value : undefined,
      // A word that says what a process contradicts was overwritten.
      systemState: beforeRunning.has(witnesses.systemState ?? '') && (await hasRunInit(session, signal)) ? undefined : witnesses.systemState,
      disabledWait: stoppedCpu(session),
      request: requestOf(session),
      buildId: vmcoreinfoFact(session.knownVmcoreinfo, 'BUILD-ID')?.value,
    }),
  });
}

/** The same for every door. Of two systems in view `all` it is that of the first. @throws Cancelled */
export const verdictOf = searched(async (session: Session, signal): Promise<VerdictJson> => {
  await lookForCpus(session, signal);
  if (session.twoSystems !== undefined && session.view === 'all') return verdictOf(session.inView('prod'), signal);
  const evidence = await gathered(session, signal);
  const troubles = troublesOf(evidence);
  // Tasks and locks take a while: they are looked at where the end of the system does not explain itself.
  if (isSettled(troubles)) return judge(evidence, troubles);
  const hangs = await hangsOf(session, signal);
  const isIoAwaited = hangs.blocked.some((task) => task.wait.for === 'io' && longWait(task));
  const whole = { ...evidence, hangs, ...(isIoAwaited ? { stuckRequests: await stuckRequestsOf(session, signal) } : {}) };
  return judge(whole, troublesOf(whole));
});

/** What died, and of two systems seen together what kept the second from saving the first. @throws Cancelled */
export async function reasonOfBoth(session: Session, reason: string | undefined, signal: AbortSignal): Promise<string | undefined> {
  if (reason === undefined || session.twoSystems === undefined || session.view !== 'all') return reason;
  const { class: found, title } = await verdictOf(session.inView('kdump'), signal);
  return found === 'running' || found === 'unknown' || found === 'kdump-failed' ? reason : `${reason} The verdict on the kdump system: ${title}.`;
}
