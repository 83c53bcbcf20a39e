/** Lines before a trace (s_show() and trace_default_header(), kernel/trace/trace.c; print_graph_headers(), kernel/trace/trace_functions_graph.c; 6.1 and 6.12). */
import { isFailure } from '../../../shared/result.ts';
import type { AnalysisKernel } from '../analyses/analysis-kernel.ts';
import { cpuMasks } from '../cpus/cpu-masks.ts';
import { entriesOf } from './ring-buffer.ts';
import type { TraceInstance } from './trace-instances.ts';
import { graphOptions, isGraph, lineOptions } from './trace-form.ts';

function graphHeader(options: ReadonlySet<string>): string {
  const has = (name: string): boolean => options.has(`funcgraph-${name}`);
  const columns = (time: string, cpu: string, task: string, duration: string): string =>
    [has('abstime') ? time : '', has('cpu') ? cpu : '', has('proc') ? task : '', has('duration') ? duration : ''].join('');
  return [
    `#${columns('     TIME       ', ' CPU', '  TASK/PID       ', '  DURATION   ')}               FUNCTION CALLS\n`,
    `#${columns('      |         ', ' |  ', '   |    |        ', '   |   |      ')}               |   |   |   |\n`,
  ].join('');
}

/** Events in the buffers and those that were written to them; "?" where they cannot be read. */
function entryCounts({ cpus }: TraceInstance): string {
  let [entries, written]: (bigint | undefined)[] = [0n, 0n];
  for (const { buffer } of cpus) {
    const [held, lost] = [entriesOf(buffer), buffer.at('overrun.a.counter', 'overrun').integer()];
    entries = isFailure(held) || entries === undefined ? undefined : entries + held.value;
    written = isFailure(held) || isFailure(lost) || written === undefined ? undefined : written + held.value + lost.value;
  }
  return `${entries ?? '?'}/${written ?? '?'}`;
}

function usualHeader(kernel: AnalysisKernel, instance: TraceInstance, options: ReadonlySet<string>): string {
  const hasGroup = options.has('RECORD_TGID');
  const online = kernel.symbols === undefined ? undefined : cpuMasks(kernel.memory, kernel.symbols)?.online.length;
  const head = `# entries-in-buffer/entries-written: ${entryCounts(instance)}   #P:${online ?? '?'}\n#\n`;
  if (!options.has('IRQ_INFO'))
    return `${head}#           TASK-PID    ${hasGroup ? '   TGID   ' : ''} CPU#     TIMESTAMP  FUNCTION\n#              | |      ${hasGroup ? '     |    ' : ''}   |         |         |\n`;
  const width = hasGroup ? 12 : 2;
  const space = ' '.repeat(width);
  return [
    head,
    ...[
      '  _-----=> irqs-off/BH-disabled',
      ' / _----=> need-resched',
      '| / _---=> hardirq/softirq',
      '|| / _--=> preempt-depth',
      '||| / _-=> migrate-disable',
      '|||| /     delay',
    ].map((text) => `#                            ${space}${text}\n`),
    `#           TASK-PID  ${'     TGID   '.slice(0, width)} CPU#  |||||  TIMESTAMP  FUNCTION\n`,
    `#              | |    ${'       |    '.slice(0, width)}   |   |||||     |         |\n`,
  ].join('');
}

export function traceHeader(kernel: AnalysisKernel, instance: TraceInstance): string {
  const options = lineOptions(instance);
  const head = `# tracer: ${instance.tracer ?? '?'}\n#\n`;
  if (!options.has('CONTEXT_INFO')) return head;
  return head + (isGraph(instance) ? graphHeader(graphOptions(instance)) : usualHeader(kernel, instance, options));
}
