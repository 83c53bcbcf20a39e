/** Which task panicked and where, in a sentence: for the triage and the report, so nothing here scans memory. */
import { cpuName } from '../../shared/cpu-registers.ts';
import type { TraceJson } from '../../shared/task-model.ts';
import { panicCpu } from '../kernel/kernel-facts.ts';
import { describeBacktrace } from './backtraces.ts';
import { isDisabledWait } from './disabled-wait.ts';
import { kernelTasks, type KernelTasks } from './kernel-tasks.ts';
import { probableReason } from './reason.ts';
import type { Session } from './session.ts';

/** What a panic itself calls: the code that is of interest called these. */
const machinery =
  /^(?:panic|nmi_panic|__crash_kexec|crash_kexec|oops_end|die|die_kernel_fault|do_report_trap|make_task_dead|mce_panic|check_panic_on_warn)(?:\.|$)/;
const named = 4;

const functionOf = (symbol: string | undefined): string => (symbol ?? '').replace(/\+0x[0-9a-f]+$/, '');

/** The functions below the panic, the innermost first; undefined when the trace does not go through one. */
function below(trace: TraceJson): readonly string[] | undefined {
  const names = trace.frames.map(({ symbol }) => functionOf(symbol));
  const last = names.findLastIndex((name) => machinery.test(name));
  if (last === -1) return undefined;
  const unknown = names.findIndex((name, at) => at > last && name === '');
  return names.slice(last + 1, Math.min(last + 1 + named, unknown === -1 ? names.length : unknown));
}

/** Whether everything that is needed is reached by pointers and symbols: symbols that are not published would be searched for. */
function isReachable(session: Session): boolean {
  if (!session.vmcoreinfo.found || !session.kernel.publishesSymbols) return false;
  const { memory, symbols, types } = session.kernel;
  return symbols.found && (memory.arch === 's390x' || types.found);
}

function chosen({ cpus, memory, symbols }: KernelTasks, traces: readonly TraceJson[]): TraceJson | undefined {
  const noted = symbols === undefined ? undefined : panicCpu(memory, symbols);
  const byNumber = cpus.find(({ number }) => number === noted);
  const through = traces.filter((trace) => below(trace) !== undefined);
  const one = through.length === 1 ? through[0] : undefined;
  return byNumber === undefined ? one : traces.find(({ cpu }) => cpu === byNumber.number);
}

async function whatDied(session: Session, signal: AbortSignal): Promise<string | undefined> {
  if (!isReachable(session)) return undefined;
  const tasks = await kernelTasks(session, signal);
  const { traces, numbering } = await describeBacktrace(session, {}, signal);
  const trace = chosen(tasks, traces);
  const context = tasks.cpus.find(({ number }) => number === trace?.cpu);
  if (trace?.task === undefined || context === undefined) return undefined;
  const task = `${trace.task.comm}${trace.task.pid === undefined ? '' : ` (pid ${trace.task.pid})`}`;
  const [first, ...callers] = below(trace) ?? [];
  const where = first === undefined || first === '' ? '' : ` in ${first}${callers.length === 0 ? '' : `, called by ${callers.join(', ')}`}`;
  return `${cpuName(context.cpu, numbering)} was running ${task}${where}.`;
}

/** Why the system probably died, and in a crashed system which task it was. */
export async function reasonOfDeath(session: Session, crash: string | undefined, signal: AbortSignal): Promise<string | undefined> {
  const reason = probableReason(session, crash);
  const died = crash === undefined && !session.cpuSet.cpus.some(isDisabledWait) ? undefined : await whatDied(session, signal);
  const sentences = [reason, died].filter((sentence) => sentence !== undefined);
  return sentences.length === 0 ? undefined : sentences.join(' ');
}
