/** Which CPU the last oops in the log was on, as the kernel printed it: another record than panic_cpu. */
import { functionName } from '../../kernel/stacks/crash-path.ts';
import { endsOops, isOopsLine, oopsReports } from '../../kernel/verdict/end-of-system.ts';
import { logEvents } from '../../kernel/verdict/log-events.ts';
import type { TraceJson } from '../../../shared/task-model.ts';
import type { CpuContext } from '../kernel/kernel-cpus.ts';
import type { Session } from '../session/session.ts';
import { isFailure } from '../../../shared/result.ts';

export interface ReportedCpu {
  /** As the kernel numbers CPUs. */
  readonly number: number;
  /** The function of the registers that were printed. */
  readonly symbol?: string;
}

/** dump_stack_print_info() (lib/dump_stack.c). */
const cpuLine = /^CPU: (\d{1,5}) (?:UID: \d+ )?PID: \d+ Comm: /;

/** The trace of that CPU, where its registers are those of the function in the report. @param cpus of the traces */
export function reportedTrace(
  { number: wanted, symbol }: ReportedCpu,
  cpus: readonly Pick<CpuContext, 'cpu' | 'number'>[],
  traces: readonly TraceJson[],
): TraceJson | undefined {
  if (symbol === undefined) return undefined;
  const numbers = cpus.filter(({ cpu, number }) => (cpu.linuxCpu ?? number) === wanted).map(({ number }) => number);
  return traces.find(({ cpu, frames: [top] }) => cpu !== undefined && numbers.includes(cpu) && functionName(top?.symbol) === symbol);
}

/** @returns undefined where the log has no such report, or an end of another kind after it */
export function reportedCpu({ knownKernel: { log } }: Session): ReportedCpu | undefined {
  const events = !isFailure(log) ? logEvents(log.value.records, log.value.file) : [];
  const report = oopsReports(events).at(-1);
  const last = events.findLast(({ mark }) => mark !== 'warning');
  const isLast = last !== undefined && (isOopsLine(last) || (last.mark === 'panic' && endsOops(last.text)));
  const line = isLast ? report?.lines.map((text) => cpuLine.exec(text)?.[1]).find((number) => number !== undefined) : undefined;
  if (line === undefined) return undefined;
  const place = report?.frames.find(({ kind }) => kind === 'running')?.symbol;
  return { number: Number(line), ...(place === undefined ? {} : { symbol: functionName(place) }) };
}
