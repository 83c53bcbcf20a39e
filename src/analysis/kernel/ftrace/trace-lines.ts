/** Lines of a trace, one for each event but for a call whose return follows it: what the kernel prints of each, and the columns that are before it. */
import { failed, isFailure, type Failure, type Result } from '../../../shared/result.ts';
import type { AnalysisKernel } from '../analyses/analysis-kernel.ts';
import { EventFormats } from './event-formats.ts';
import { eventText, type EventTextSource } from './event-text.ts';
import { GraphLines, durationColumn, taskColumn } from './graph-lines.ts';
import { enumeratorValues } from './print-constants.ts';
import { pageBudget, ringLayout, type PageBudget, type RingLayout } from './ring-buffer.ts';
import { savedCommands, type SavedCommands } from './saved-commands.ts';
import { graphEvents, traceEvents, type TraceEvent } from './trace-events.ts';
import { stateLetters } from './trace-flags.ts';
import { graphOptions, isGraph, lineOptions } from './trace-form.ts';
import type { TraceInstance } from './trace-instances.ts';

export interface TraceLine {
  readonly event: TraceEvent;
  readonly comm: string | undefined;
  /** What the event says, without columns: "  schedule() {". */
  readonly body: string;
  readonly depth: number | undefined;
  /** Nanoseconds. */
  readonly duration: bigint | undefined;
  readonly function: bigint | undefined;
  /** All that the kernel's file has for it, with what precedes it where tasks or CPUs change. */
  readonly text: string;
}

/** What lines are made with that is the same for all instances. */
export interface TraceSource {
  readonly kernel: AnalysisKernel;
  readonly objects: AnalysisKernel['objects'];
  readonly layout: RingLayout;
  readonly formats: EventFormats;
  readonly commands: SavedCommands;
  readonly budget: PageBudget;
  /** What of it could not be read. */
  readonly unread: readonly Failure[];
}

export function traceSource(kernel: AnalysisKernel): TraceSource | Failure {
  const layout = ringLayout(kernel.objects);
  if (isFailure(layout)) return layout;
  if (isFailure(kernel.objects.addressOf('global_trace')))
    return failed('ftrace', 'the symbol table names no global_trace: the kernel was built without ftrace, or the table has functions only');
  const formats = new EventFormats(kernel.objects);
  const commands = savedCommands(kernel.objects);
  return {
    kernel,
    objects: kernel.objects,
    layout: layout.value,
    formats,
    commands,
    budget: pageBudget(),
    unread: commands.missing === undefined ? formats.missing : [...formats.missing, commands.missing],
  };
}

/** "name [module]" without the place in it, as %ps prints it. */
export const functionName = (kernel: AnalysisKernel, address: bigint): string =>
  kernel.symbolAt(address)?.replace(/\+0x[0-9a-f]+(?= \[|$)/, '') ?? `0x${address.toString(16)}`;

/** Seconds and microseconds of a clock that counts nanoseconds; another's as it is. */
export function stampText(stamp: bigint, { clock }: TraceInstance): string {
  if (clock?.isNanoseconds === false) return ` ${String(stamp).padStart(12)}`;
  const micros = stamp / 1000n;
  return ` ${String(micros / 1_000_000n).padStart(5)}.${String(micros % 1_000_000n).padStart(6, '0')}`;
}

function interruptEntries({ objects }: AnalysisKernel): (address: bigint) => boolean {
  const [start, end] = [objects.addressOf('__irqentry_text_start'), objects.addressOf('__irqentry_text_end')];
  return isFailure(start) || isFailure(end) ? () => false : (address) => address >= start.value && address < end.value;
}

/** Digits of the highest number that a CPU can have. */
function cpuWidth({ objects }: AnalysisKernel): number {
  const count = objects.variable('nr_cpu_ids', 'unsigned int').u32();
  return isFailure(count) || count.value === 0 ? 1 : String(count.value - 1).length;
}

/** Task group of a pid as the option record-tgid kept it. */
function taskGroups({ objects }: AnalysisKernel): (pid: number) => number {
  const map = objects.variable('tgid_map', 'int *').pointer();
  const most = objects.variable('tgid_map_max', 'unsigned long').u64();
  return (pid) => {
    if (isFailure(most) || pid < 0 || BigInt(pid) > most.value) return 0;
    const found = map.element(pid).s32();
    return isFailure(found) ? 0 : found.value;
  };
}

/** Whether a line is wanted; by what it says, for the lines of a function depend on those before it. */
export type IsWanted = (line: Omit<TraceLine, 'text'>) => boolean;

/**
 * @yields a line, what is missing, or undefined where it has worked for a while without one
 * @param wanted lines that it leaves out are left out as if they had not been traced: the change of tasks is shown between those that are left
 */
export function* traceLines(
  source: TraceSource,
  instance: TraceInstance,
  wanted: IsWanted,
  cpus?: ReadonlySet<number>,
): Generator<TraceLine | Failure | undefined, void> {
  const { kernel, commands } = source;
  const options = lineOptions(instance);
  const graph = graphOptions(instance);
  const isMain = isGraph(instance);
  const functionAt = (address: bigint): string => functionName(kernel, BigInt.asUintN(64, address + instance.textDelta));
  const isInterruptEntry = interruptEntries(kernel);
  const width = cpuWidth(kernel);
  const lines = new GraphLines({
    options: graph,
    cpuWidth: width,
    functionAt,
    isInterruptEntry: (address) => isInterruptEntry(BigInt.asUintN(64, address + instance.textDelta)),
  });
  const letters = stateLetters(kernel.objects);
  const groupOf = options.has('RECORD_TGID') ? taskGroups(kernel) : undefined;
  const textSource: EventTextSource = {
    memory: kernel.memory,
    functionAt,
    symbolAt: kernel.symbolAt,
    commOf: commands.of,
    constantsOf: (names) => enumeratorValues(kernel.objects.space.types, names),
    options,
  };
  /** Task of the last line of each CPU. */
  const tasks = new Map<number, number>();
  const started = new Set<number>();
  const annotates = options.has('ANNOTATE') && instance.cpus.some(({ buffer }) => hasLost(buffer.at('overrun.a.counter', 'overrun').integer()));
  let index = -1;
  const nameOf = (pid: number): string => (pid < 0 ? '<XXX>' : (commands.of(pid) ?? '<...>'));

  /** Columns before what a line of function_graph says. */
  const graphColumns = (event: TraceEvent): string => {
    const { cpu, pid, stamp } = event;
    const has = (name: string): boolean => graph.has(`funcgraph-${name}`);
    return [
      has('abstime') ? `${stampText(stamp, instance).slice(1)} |  ` : '',
      has('cpu') ? ` ${String(cpu).padStart(width)}) ` : '',
      has('proc') ? `${taskColumn(nameOf(pid), pid)} | ` : '',
    ].join('');
  };
  const columns = (event: TraceEvent): string => {
    if (!options.has('CONTEXT_INFO')) return '';
    const { cpu, pid, stamp } = event;
    const group = groupOf?.(pid);
    return [
      `${nameOf(pid).padStart(16)}-${String(pid).padEnd(7)} `,
      group === undefined ? '' : group === 0 ? '(-------) ' : `(${String(group).padStart(7)}) `,
      `[${String(cpu).padStart(3, '0')}] `,
      options.has('IRQ_INFO') ? letters(event) : '',
      `${stampText(stamp, instance)}: `,
    ].join('');
  };
  const changeOfTasks = ({ cpu, pid }: TraceEvent): string => {
    const before = tasks.get(cpu);
    tasks.set(cpu, pid);
    if (before === undefined || before === pid || before === -1) return '';
    const rule = ' ------------------------------------------\n';
    return `${rule} ${String(cpu).padStart(width)}) ${taskColumn(nameOf(before), before)} => ${taskColumn(nameOf(pid), pid)}\n${rule}\n`;
  };

  for (const event of traceEvents(instance, source, cpus)) {
    if (event === undefined || isFailure(event)) {
      yield event;
      continue;
    }
    index += 1;
    const { name } = event.format;
    const comm = commands.of(event.pid);
    if (name === graphEvents.entry || name === graphEvents.exit) {
      const line = lines.line(event, name === graphEvents.entry);
      if (line === undefined) continue;
      if (typeof line === 'string') {
        yield failed(`an event of CPU ${event.cpu} of ${instance.name} at ${event.stamp}`, line);
        continue;
      }
      const { body, depth, duration, function: at } = line;
      const one = { event, comm, body, depth, duration, function: at };
      if (!wanted(one)) {
        yield undefined;
        continue;
      }
      const shown = isMain && options.has('CONTEXT_INFO');
      const before = isMain ? changeOfTasks(event) : '';
      const head = shown ? graphColumns(event) : isMain ? '' : columns(event);
      const arrow = (text: string | undefined): string =>
        text === undefined ? '' : `${shown ? graphColumns(event) : ''}${graph.has('funcgraph-duration') && shown ? `  ${text} |` : text}\n`;
      const column = isMain && !shown ? '' : durationColumn(duration, graph);
      yield { ...one, text: `${before}${arrow(line.before)}${head}${column}${body}\n${arrow(line.after)}` };
      continue;
    }
    const { text: body, function: at, missing } = eventText(event, textSource);
    if (missing !== undefined) yield failed(`what events ${name} say`, missing);
    const one = { event, comm, body, depth: undefined, duration: undefined, function: at };
    if (!wanted(one)) {
      yield undefined;
      continue;
    }
    // Functions and stacks are not comments within function_graph.
    if (isMain && name !== 'function' && name !== 'kernel_stack') {
      const head = options.has('CONTEXT_INFO') ? graphColumns(event) + durationColumn(undefined, graph) : '';
      const comment = name === 'print' || name === 'bprint' || name === 'bputs' ? body.replace(/^.*?: /s, '') : body;
      yield { ...one, text: `${changeOfTasks(event)}${head}${lines.commentIndent(event.cpu)}/* ${comment} */\n` };
      continue;
    }
    const isNew = annotates && !started.has(event.cpu);
    started.add(event.cpu);
    yield { ...one, text: `${isNew && index > 1 ? `##### CPU ${event.cpu} buffer started ####\n` : ''}${columns(event)}${body}\n` };
  }
}

const hasLost = (count: Result<bigint>): boolean => !isFailure(count) && count.value > 0n;
