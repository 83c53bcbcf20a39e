/** Which task panicked and where, in a sentence: for the triage and the report, so nothing here scans memory. */
import { cpuName } from '../../../shared/cpu-registers.ts';
import type { CrashPlaceJson } from '../../../shared/triage-model.ts';
import type { TraceJson } from '../../../shared/task-model.ts';
import { architectures } from '../../arch/index.ts';
import { crashPath, functionName } from '../../kernel/stacks/crash-path.ts';
import { panicCpu } from '../../kernel/facts/kernel-facts.ts';
import { tracesOf } from '../kernel/backtrace.ts';
import { isDisabledWait } from './disabled-wait.ts';
import { runningTasks, type KernelTasks } from '../kernel/kernel-tasks.ts';
import { logHasPanic, probableReason } from './reason.ts';
import type { Session } from '../session/session.ts';
import { describeDump } from './info.ts';
import { machineCpus } from '../machine/machine-cpus.ts';

const named = 4;

/** The functions below the code that every crash runs through, the innermost first; undefined when the trace does not go through it. */
function below(trace: TraceJson): readonly string[] | undefined {
  const path = crashPath(trace.frames);
  if (path?.isCause !== true) return undefined;
  const names = trace.frames.slice(path.length, path.length + named).map(({ symbol }) => functionName(symbol));
  const unknown = names.indexOf('');
  return unknown === -1 ? names : names.slice(0, unknown);
}

/** Whether everything that is needed is reached by pointers and symbols: symbols that are not published would be searched for. */
function isReachable(session: Session): boolean {
  const { knownKernel } = session;
  if (!knownKernel.publishesSymbols) return false;
  const { memory, symbols, types } = knownKernel;
  return symbols.found && (architectures[memory.arch].tasks.withoutTypes || types.found);
}

function chosen({ cpus, memory, symbols }: KernelTasks, traces: readonly TraceJson[]): TraceJson | undefined {
  const noted = symbols === undefined ? undefined : panicCpu(memory, symbols);
  const byNumber = cpus.find(({ number }) => number === noted);
  const through = traces.filter((trace) => below(trace) !== undefined);
  const one = through.length === 1 ? through[0] : undefined;
  return byNumber === undefined ? one : traces.find(({ cpu }) => cpu === byNumber.number);
}

/** Where a CPU was before the code that every crash runs through took it; undefined when it was not taken, or nothing below has a name. */
function placeBefore({ frames, crashFrames }: TraceJson, cpu: number): CrashPlaceJson | undefined {
  const frame = crashFrames === undefined ? undefined : frames[crashFrames];
  if (frame?.symbol === undefined) return undefined;
  return { cpu, symbol: frame.symbol, address: frame.address, through: frames.slice(0, crashFrames).map(({ symbol, address }) => symbol ?? address) };
}

export interface Death {
  /** Why the system probably died, and in a crashed system which task it was. */
  readonly reason?: string;
  /** Of CPUs whose registers show nothing but the end of the system. */
  readonly places?: readonly CrashPlaceJson[];
}

async function whatDied(session: Session, signal: AbortSignal): Promise<{ readonly sentence?: string; readonly places: readonly CrashPlaceJson[] }> {
  if (!isReachable(session)) return { places: [] };
  const tasks = await runningTasks(session, signal);
  const { traces, numbering } = tracesOf(session, tasks, {});
  const places = tasks.cpus.flatMap(({ cpu, number }) => {
    const trace = traces.find((one) => one.cpu === number);
    return trace === undefined ? [] : (placeBefore(trace, cpu.id) ?? []);
  });
  const trace = chosen(tasks, traces);
  const context = tasks.cpus.find(({ number }) => number === trace?.cpu);
  if (trace?.task === undefined || context === undefined) return { places };
  const task = `${trace.task.comm}${trace.task.pid === undefined ? '' : ` (pid ${trace.task.pid})`}`;
  const [first, ...callers] = below(trace) ?? [];
  const where = first === undefined ? '' : ` in ${first}${callers.length === 0 ? '' : `, called by ${callers.join(', ')}`}`;
  return { sentence: `${cpuName(context.cpu, numbering)} was running ${task}${where}.`, places };
}

/** Where two systems are in the dump, what there is to know is why the first of them crashed. */
async function deathOfFirst(session: Session, signal: AbortSignal): Promise<string | undefined> {
  if (session.twoSystems === undefined || session.view !== 'all') return undefined;
  const first = session.inView('prod');
  const { reason } = await deathOf(first, describeDump(first).times.crash, signal);
  return reason === undefined ? undefined : `The system that crashed before (view prod): ${reason} The kdump system that ran then (view kdump):`;
}

/** What is known of the end of the system, by structures alone: nothing here scans memory, and no list is walked whole. */
export async function deathOf(session: Session, crash: string | undefined, signal: AbortSignal): Promise<Death> {
  const reason = probableReason(session, crash);
  const died = crash === undefined && !machineCpus(session).cpus.some(isDisabledWait) && !logHasPanic(session) ? undefined : await whatDied(session, signal);
  const first = await deathOfFirst(session, signal);
  const sentences = [first, reason, died?.sentence].filter((sentence) => sentence !== undefined);
  return {
    ...(sentences.length === 0 ? {} : { reason: sentences.join(' ') }),
    ...(died === undefined || died.places.length === 0 ? {} : { places: died.places }),
  };
}
