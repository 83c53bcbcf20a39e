/** Tasks, modules, backtraces and memory usage as text. */
import { cpuName, doubtfulIdentity } from '../../shared/cpu-registers.ts';
import { defined } from '../../shared/defined.ts';
import type { Missing } from '../../shared/result.ts';
import type { BacktraceJson, KernelFactsJson, MappingsJson, MemoryUsageJson, ModulesJson, TaskJson, TasksJson, TraceJson } from '../../shared/task-model.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Style } from './style.ts';
import { columns, columnsInPieces } from './table.ts';

/** What could not be read, below the rest. */
function missingText(missing: readonly Missing[], style: Style): string {
  if (missing.length === 0) return '';
  return `\n${style.dim('not known:')}\n${columns(missing.map(({ what, why }) => [visibleLine(what), style.dim(visibleLine(why))]))}\n`;
}

const taskHead = ['pid', 'parent', 'cpu', 'state', 'task', 'name'];

function taskRow(task: TaskJson): string[] {
  const name = visibleLine(task.comm);
  return [
    `${task.runsOn === undefined ? '' : '> '}${task.pid ?? '?'}`,
    String(task.parent ?? '?'),
    String(task.runsOn ?? task.cpu ?? '?'),
    task.state?.letter ?? '?',
    task.address,
    task.kind === 'kernel' || task.kind === 'idle' ? `[${name}]` : task.thread === true ? `{${name}}` : name,
  ];
}

/** A table of tasks, written as they come. */
export function taskTable(): (tasks: readonly TaskJson[]) => string {
  const table = columnsInPieces('', [0, 1, 2]);
  let head = [taskHead];
  return (tasks) => {
    if (tasks.length === 0) return '';
    const text = `${table([...head, ...tasks.map(taskRow)])}\n`;
    head = [];
    return text;
  };
}

/** What follows the table. @param count of the tasks in it */
export function tasksEnd({ complete, missing }: Pick<TasksJson, 'complete' | 'missing'>, count: number, style: Style): string {
  const note = complete ? '' : style.warn(count === 0 ? 'no tasks were found\n' : 'the list is incomplete\n');
  return `${note}${missingText(missing, style)}`;
}

export function modulesText(answer: ModulesJson, style: Style): string {
  const rows = answer.modules.map((module) => [
    visibleLine(module.name),
    module.bytes === undefined ? '' : String(module.bytes),
    module.users === undefined ? '' : String(module.users),
    module.state,
    module.base ?? module.address,
    module.types === undefined ? '' : `${module.types} types`,
    module.taint === undefined || module.taint === '' ? '' : `(${module.taint})`,
  ]);
  const table = rows.length === 0 ? `${answer.complete ? 'no modules are loaded' : 'no modules were found'}\n` : `${columns(rows, '', [1, 2])}\n`;
  return `${table}${missingText(answer.missing, style)}`;
}

/** Which CPU a trace is of: "CPU 2", "CPU at position 0 (Linux CPU 3)". */
const traceCpu = ({ cpu = 0, linuxCpu }: TraceJson, numbering: BacktraceJson['numbering']): string =>
  numbering === 'linuxCpu' ? `CPU ${cpu}` : cpuName({ id: cpu, ...defined({ linuxCpu }) }, numbering);

/** How a tracer changed a frame's return address. */
const tracerNote = ({ trampoline, hidden }: TraceJson['frames'][number]): string =>
  trampoline === undefined
    ? ''
    : visibleLine(hidden === undefined ? `seen through ${trampoline}` : `${trampoline}, a tracer's trampoline, hides the caller: ${hidden}`);

function traceText(trace: TraceJson, numbering: BacktraceJson['numbering'], style: Style): string {
  const who = trace.task === undefined ? '' : `${trace.task.pid ?? '?'} ${visibleLine(trace.task.comm)} (task ${trace.task.address})`;
  const where = trace.cpu === undefined ? '' : traceCpu(trace, numbering);
  const doubt = doubtfulIdentity(trace);
  const title = style.strong([where, who].filter((part) => part !== '').join(': '));
  const marks = { running: 'at', link: 'from', return: '', interrupted: 'interrupted at', guess: 'perhaps' } as const;
  const rows = trace.frames.map((frame, index) => [
    // What every crash runs through is paler: the first number that is not marks where this one happened.
    index < (trace.crashFrames ?? 0) ? style.dim(`#${index}`) : `#${index}`,
    frame.stackPointer === undefined ? '' : `[${frame.stackPointer}]`,
    [marks[frame.kind], frame.symbol === undefined ? style.dim(frame.hidden === undefined ? '?' : '(hidden)') : visibleLine(frame.symbol)]
      .filter((part) => part !== '')
      .join(' '),
    style.dim(frame.address),
    style.dim([frame.stack ?? '', tracerNote(frame)].filter((part) => part !== '').join('; ')),
  ]);
  const end = trace.end === 'broken' || trace.end === 'partial' ? style.warn(visibleLine(trace.detail)) : style.dim(visibleLine(trace.detail));
  const { user } = trace;
  const registers = user === undefined ? [] : Object.entries(user.registers).map(([name, value]) => `${name} ${value}`);
  const lines = Array.from({ length: Math.ceil(registers.length / 4) }, (_, row) => registers.slice(row * 4, row * 4 + 4));
  const userText =
    user === undefined
      ? ''
      : `\n${columns([[user.pswMask === undefined ? `instruction ${user.address}` : `psw ${user.pswMask} ${user.address}`], ...lines], '    ')}`;
  return `${title}\n${doubt === undefined ? '' : `  ${style.warn(visibleLine(doubt))}\n`}${rows.length === 0 ? '' : `${columns(rows)}\n`}  ${end}${userText}`;
}

export function backtraceText(answer: BacktraceJson, style: Style): string {
  return `${answer.traces.map((trace) => traceText(trace, answer.numbering, style)).join('\n\n')}\n${missingText(answer.missing, style)}`;
}

export function mappingsText(answer: MappingsJson, style: Style): string {
  const { task, mappings, missing } = answer;
  const rows = mappings.map(({ start, end, permissions, file }) => [`${start}-${end}`, permissions, file === undefined ? '' : visibleLine(file)]);
  return `${style.strong(`${task.pid} ${visibleLine(task.comm)} (task ${task.address})`)}\n${rows.length === 0 ? '' : `${columns(rows)}\n`}${missingText(missing, style)}`;
}

/** As /proc/meminfo prints it: name, colon, kB in a column of eight digits. */
export function memoryUsageText(answer: MemoryUsageJson, style: Style): string {
  const lines = answer.lines.map(({ name, kib }) => `${`${name}:`.padEnd(16)}${String(kib).padStart(8)} kB\n`);
  return `${lines.join('')}${missingText(answer.missing, style)}`;
}

export function kernelFactsText(facts: KernelFactsJson, style: Style): string {
  const from = (source: string): string => style.dim(`(${visibleLine(source)})`);
  const named = (name: string, fact: { value: string; source: string } | undefined): string[][] =>
    fact === undefined ? [] : [[name, `${visibleLine(fact.value)} ${from(fact.source)}`]];
  const { taint, panicCpu } = facts;
  const rows = [
    ...named('release', facts.release),
    ...named('version', facts.version),
    ...named('node name', facts.nodename),
    ...named('command line', facts.commandLine),
    ...named('hardware', facts.hardware),
    ...named('runs', facts.environment),
    ...(taint === undefined
      ? []
      : [
          [
            'taint',
            `${taint.flags.length === 0 ? 'not tainted' : taint.flags.map(({ letter, meaning }) => `${letter} ${meaning}`).join(', ')} ${from(taint.source)}`,
          ],
        ]),
    ...(panicCpu === undefined ? [] : [['panic_cpu', `CPU ${panicCpu.value} ${style.dim('(it panicked or started kdump)')}`]]),
    ...(facts.shutdownActions ?? []).map(({ trigger, action }) => [trigger, action]),
    ...named('dump device', facts.dumpDevice),
    ...named('re-IPL device', facts.reiplDevice),
  ];
  return `${columns(rows, '')}\n${missingText(facts.missing, style)}`;
}
