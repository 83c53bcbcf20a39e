/** Which task panicked and where, in a sentence: for the triage and the report, so nothing here scans memory. */
import { cpuName } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import type { CheckResult } from '../../../shared/check-model.ts';
import type { Finding } from '../../../shared/model.ts';
import type { CrashPlaceJson } from '../../../shared/triage-model.ts';
import type { FrameJson, TraceJson } from '../../../shared/task-model.ts';
import { architectures } from '../../arch/index.ts';
import { limitFindings } from '../../formats/finding-limit.ts';
import { crashPath } from '../../kernel/stacks/crash-path.ts';
import { panicCpu } from '../../kernel/facts/kernel-facts.ts';
import { ran } from '../kernel/kernel-cpus.ts';
import { tracesOf } from '../kernel/backtrace.ts';
import { atWork, busySentence, idleContradictions, placeBefore, placeText } from './busy-cpus.ts';
import { crashEntry, type CrashEntry } from './crash-entry.ts';
import { isDisabledWait } from './disabled-wait.ts';
import { kdumpStarted } from './kdump-start.ts';
import { kernelWitnesses, type KernelWitnesses } from './kernel-witnesses.ts';
import { logWords, type LogWords } from './log-words.ts';
import type { KernelTasks } from '../kernel/find-tasks.ts';
import { runningTasks } from '../kernel/kernel-tasks.ts';
import { reportedCpu, reportedTrace, type ReportedCpu } from './reported-cpu.ts';
import { probableReason } from './reason.ts';
import type { Told } from './told.ts';
import { searched } from '../session/memo.ts';
import type { Session } from '../session/session.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import { crashWords } from './info.ts';
import { isFailure } from '../../../shared/result.ts';

/** Callers that are named of the function that a task died in. */
const named = 3;

/** The frames below the code that every crash runs through, the innermost first; undefined when the trace does not go through it. */
function below({ frames }: TraceJson): readonly FrameJson[] | undefined {
  const path = crashPath(frames);
  return path?.isCause === true ? frames.slice(path.length) : undefined;
}

/** Whether everything that is needed is reached by pointers and symbols: symbols that are not published would be searched for. */
export async function isReachable(session: Session, signal: AbortSignal): Promise<boolean> {
  const { knownKernel } = session;
  if (!knownKernel.publishesSymbols) return false;
  await knownKernel.ready(['symbols', 'types'], signal);
  const { memory, symbols, knownTypes } = knownKernel;
  return !isFailure(symbols) && (architectures[memory.arch].tasks.withoutTypes || knownTypes !== undefined);
}

interface Chosen {
  readonly trace: TraceJson | undefined;
  /** The CPU that panic_cpu names, where the one stack that goes through a crash is another one's. */
  readonly contradicted?: number;
  /** The CPU that the log names instead, where no stack goes through a crash. */
  readonly reported?: number;
  /** What panic_cpu says of the CPU of this trace. */
  readonly panicIs: 'this CPU' | 'another CPU' | 'not known';
}

/**
 * The CPU whose stack goes through a crash; where there are several or none, the one that panic_cpu names, unless the log's report of the oops
 * names another: then that one if its registers are those of the function in the report, else none.
 */
function chosen({ cpus, memory, symbols }: KernelTasks, traces: readonly TraceJson[], reported: ReportedCpu | undefined): Chosen {
  const noted = symbols === undefined ? undefined : panicCpu(memory, symbols);
  // panic_cpu is a Linux number; doors may number CPUs by their positions.
  const byNumber = cpus.filter(({ cpu, number }) => noted !== undefined && (cpu.linuxCpu ?? number) === noted);
  const candidates = traces.filter(({ cpu }) => byNumber.some(({ number }) => number === cpu));
  const [named] = candidates;
  const through = traces.filter((trace) => below(trace) !== undefined);
  const [one] = through;
  if (one === undefined && noted !== undefined && reported !== undefined && reported.number !== noted) {
    return { trace: reportedTrace(reported, cpus, traces), contradicted: noted, reported: reported.number, panicIs: 'another CPU' };
  }
  if (one === undefined || through.length > 1) return { trace: named, panicIs: 'this CPU' };
  if (noted === undefined) return { trace: one, panicIs: 'not known' };
  return candidates.includes(one) ? { trace: one, panicIs: 'this CPU' } : { trace: one, contradicted: noted, panicIs: 'another CPU' };
}

/** The stack of the CPU that ended the system. */
export interface EndTrace {
  readonly trace: TraceJson;
  /** "CPU 1" */
  readonly cpu: string;
}

export interface Death {
  /** Why the system probably died, and in a crashed system which task it was. */
  readonly reason?: string;
  /** The same in a few words. */
  readonly gist?: string;
  /** That the log could not be read, or has gaps. */
  readonly logGap?: string;
  /** Of CPUs whose registers show nothing but the end of the system. */
  readonly places?: readonly CrashPlaceJson[];
  /** What of it contradicts. */
  readonly findings?: readonly Finding[];
}

interface Stacks {
  readonly isRead: boolean;
  /** Tasks and CPUs that the traces are of. */
  readonly tasks?: KernelTasks;
  readonly traces: readonly TraceJson[];
  /** CPUs that ran and whose stacks could not be followed to their ends. */
  readonly unseen: readonly string[];
  /** The CPU that ended the system, as far as that is known. */
  readonly end?: EndTrace;
  /** How the kernel came to its end. */
  readonly entry?: CrashEntry;
  /** Which task died, and where. */
  readonly victim?: string;
  /** That panic_cpu names another CPU, or that a CPU has the registers of an idle one and a task that is not. */
  readonly findings?: readonly Finding[];
  /** Which CPUs were at work. */
  readonly busy?: string;
  readonly places: readonly CrashPlaceJson[];
}

const followed: ReadonlySet<TraceJson['end']> = new Set(['complete', 'entered-from-user']);

function unfollowed({ cpus }: KernelTasks, traces: readonly TraceJson[]): readonly number[] {
  const seen = new Set(traces.filter(({ end }) => followed.has(end)).map(({ cpu }) => cpu));
  return cpus.filter(({ cpu, number }) => ran(cpu) && !seen.has(number)).map(({ number }) => number);
}

/** Stacks of the CPUs, followed once. */
export const endStacks = searched(async (session: Session, signal): Promise<Stacks> => {
  if (!(await isReachable(session, signal))) return { isRead: false, traces: [], unseen: [], places: [] };
  // Of two systems the registers may be those of CPUs that the first left stopped: their stacks say nothing of the second.
  if (session.twoSystems !== undefined && session.view !== 'prod') return { isRead: false, traces: [], unseen: [], places: [] };
  await session.knownKernel.ready(['log'], signal);
  const tasks = await runningTasks(session, signal);
  const { traces, numbering } = tracesOf(session, tasks, {});
  const places = tasks.cpus.flatMap(({ cpu, number }) => {
    const trace = traces.find((one) => one.cpu === number);
    return trace === undefined ? [] : (placeBefore(trace, cpu.id) ?? []);
  });
  const entry = crashEntry(traces);
  const name = (number: number): string => {
    const context = tasks.cpus.find((one) => one.number === number);
    return context === undefined ? `CPU ${number}` : cpuName(context.cpu, numbering);
  };
  const busy = busySentence(traces, name, machineCpus(session).different.all);
  const { trace, contradicted, reported, panicIs } = chosen(tasks, traces, reportedCpu(session));
  const findings = [
    ...(contradicted === undefined || reported === undefined ? [] : [otherReport(contradicted, reported, trace !== undefined)]),
    ...(contradicted === undefined || reported !== undefined || trace?.cpu === undefined
      ? []
      : [contradiction(contradicted, name(trace.cpu), entry, isDoubtful(trace))]),
    ...limitFindings(idleContradictions(traces, name)),
  ];
  const victim = trace?.task === undefined || trace.cpu === undefined ? undefined : victimSentence(trace, trace.task, name(trace.cpu), panicIs);
  return {
    isRead: traces.some(({ frames }) => frames.length > 0),
    tasks,
    traces,
    unseen: unfollowed(tasks, traces).map(name),
    ...(trace?.cpu === undefined || isDoubtful(trace) ? {} : { end: { trace, cpu: name(trace.cpu) } }),
    ...defined({ entry, busy, victim }),
    ...(findings.length === 0 ? {} : { findings }),
    places,
  };
});

const contradiction = (noted: number, cpu: string, entry: CrashEntry | undefined, isDoubted: boolean): Finding => ({
  id: 'cross-cpu-count/panic-cpu',
  severity: 'warning',
  title: 'panic_cpu names a different CPU than the one that crashed',
  detail: `panic_cpu is ${noted}, but the stack of ${cpu} is the only one that goes through ${entry?.symbol ?? 'a crash'}; ${isDoubted ? 'that it is the stack of that CPU is contradicted too' : 'the stack is taken'}`,
});

const otherReport = (noted: number, reported: number, isTaken: boolean): Finding => ({
  id: 'cross-cpu-count/panic-cpu',
  severity: 'warning',
  title: 'panic_cpu names a different CPU than the last report of an oops in the kernel log',
  detail: `panic_cpu is ${noted}, but the report of the last oops in the kernel log is of CPU ${reported}; ${isTaken ? 'the registers of that CPU are those of the function in the report: it is taken' : 'that the registers of that CPU are those of the report is not shown: which CPU it was is not known'}`,
});

/** crash_kexec() sets panic_cpu before it starts kdump and does not come back (kernel/crash_core.c). */
function overwrittenPanicCpu({ panicCpu: noted }: KernelWitnesses, started: string | undefined): readonly Finding[] {
  const why =
    noted?.kind === 'impossible'
      ? `its value is ${noted.value}, which is not a CPU of this kernel`
      : noted?.kind === 'unset' && started !== undefined
        ? `it is unset, although kdump was started: ${started}`
        : undefined;
  return why === undefined ? [] : [{ id: 'cross-cpu-count/panic-cpu', severity: 'warning', title: 'panic_cpu was overwritten', detail: why }];
}

/** Whether something speaks against whose registers these are. What a CPU saved itself, in its own buffer, is its own. */
const isDoubtful = ({ identity }: TraceJson): boolean => identity?.contradicted !== undefined && identity.by !== 'crash-notes';

function victimSentence(trace: TraceJson, { comm, pid }: NonNullable<TraceJson['task']>, cpu: string, panicIs: Chosen['panicIs']): string {
  const who = `${comm}${pid === undefined ? '' : ` (pid ${pid})`}`;
  const { identity } = trace;
  // The stack shows the end, whatever its CPU is called.
  const although = panicIs === 'another CPU' ? '; panic_cpu names another CPU' : '';
  if (!isDoubtful(trace))
    return `${cpu} was running ${who}${placeText(below(trace) ?? atWork(trace), named)}${identity?.by === 'position' ? byPosition : ''}${although}.`;
  const against = (identity?.contradicted ?? []).join('; ');
  // The kernel's own data say which task that CPU ran, whosever the registers are.
  if (panicIs === 'this CPU') return `${cpu} was running ${who}; where is not known, since its registers may be of another CPU: ${against}.`;
  const noted = panicIs === 'another CPU' ? ', and panic_cpu names another CPU' : '';
  return `Which task it was is contradicted: the registers of the end are those of ${cpu}, which was running ${who}, because ${identity?.detail ?? ''}; evidence against it: ${against}${noted}.`;
}

const byPosition = '; which CPU it was is known only from the position of its registers';

/** Where two systems are in the dump, what there is to know is why the first of them crashed. */
async function deathOfFirst(session: Session, signal: AbortSignal): Promise<Told | undefined> {
  if (session.twoSystems === undefined || session.view !== 'all') return undefined;
  const first = session.inView('prod');
  const { reason, gist } = await deathOf(first, [], signal);
  const known = reason ?? 'why it ended is not known.';
  const text = `The system that crashed before (view prod): ${known} The kdump system that ran then (view kdump):`;
  return { gist: `The system that crashed before: ${gist ?? known.replace(/\.$/, '')}`, text };
}

/** Whether anything says that the system came to an end: then one task is of more interest than what every CPU did. */
export function hasEnded(session: Session, crash: string | undefined, log: LogWords): boolean {
  return crash !== undefined || log.notes?.panic !== undefined || machineCpus(session).cpus.some(isDisabledWait);
}

/**
 * What is known of the end of the system, by structures alone: nothing here scans memory, and no list is walked whole.
 * @param checks at least those of headers
 * @throws Cancelled
 */
export async function deathOf(session: Session, checks: readonly CheckResult[], signal: AbortSignal): Promise<Death> {
  const crash = crashWords(
    session,
    checks.some(({ id, verdict }) => id === 'cross-time' && verdict === 'failed'),
  );
  await session.knownKernel.ready(['log'], signal);
  const log = logWords(session);
  const { isRead: areStacksRead, unseen: unseenStacks, entry, end, victim, busy, places, findings } = await endStacks(session, signal);
  const [witnesses, started] = [kernelWitnesses(session), kdumpStarted(session)];
  const hasEndStack = end !== undefined;
  const reason = probableReason(session, { crash, log, areStacksRead, unseenStacks, entry, hasEndStack, witnesses, started });
  const doubts = [...(findings ?? []), ...overwrittenPanicCpu(witnesses, started)];
  const first = await deathOfFirst(session, signal);
  // After a PSW restart panic_cpu names the CPU that kdump was started on, which says nothing of the cause.
  const isVictimKnown = (hasEnded(session, crash, log) || entry?.kind === 'panic') && (entry?.kind !== 'restart' || log.notes?.panic !== undefined);
  const who = isVictimKnown ? victim : busy;
  const sentences = [first?.text, reason?.text, who].filter((sentence) => sentence !== undefined);
  const gist = first?.gist ?? reason?.gist ?? who;
  return {
    ...(sentences.length === 0 ? {} : { reason: sentences.join(' ') }),
    ...defined({ gist }),
    ...(log.gap === undefined || session.knownVmcoreinfo === undefined ? {} : { logGap: log.gap }),
    ...(places.length === 0 ? {} : { places }),
    ...(doubts.length === 0 ? {} : { findings: doubts }),
  };
}
