/** What hangs are determined from (kernel/verdict/hangs), of the tasks of a session and the stacks of its CPUs. */
import type { TraceJson } from '../../../shared/task-model.ts';
import { architectures } from '../../arch/index.ts';
import { structTypes } from '../../kernel/btf/type-layout.ts';
import type { KernelTask } from '../../kernel/tasks/kernel-task.ts';
import type { CpuAtWork, HangSource } from '../../kernel/verdict/hangs/hang-source.ts';
import { functionName, idlesIn } from '../../kernel/stacks/crash-path.ts';
import { beforeInterrupt } from '../../kernel/verdict/meaningful-frames.ts';
import { atWork } from '../triage/busy-cpus.ts';
import { symbolText } from './kernel-names.ts';
import type { KernelTasks } from './find-tasks.ts';

/** CPUs in kernel code, and the number of those of which it is not known what they ran. */
function cpusAtWork({ cpus, list }: KernelTasks, traces: readonly TraceJson[]): { readonly known: readonly CpuAtWork[]; readonly unknown: number } {
  const byNumber = new Map(cpus.map((context) => [context.number, context]));
  const known: CpuAtWork[] = [];
  let unknown = 0;
  for (const trace of traces) {
    const context = trace.cpu === undefined ? undefined : byNumber.get(trace.cpu);
    const task = trace.task === undefined ? undefined : list.tasks.at(BigInt(trace.task.address));
    const frames = beforeInterrupt(atWork(trace));
    if (frames.length === 0 || task?.kind === 'idle') continue;
    if (context?.linuxNumber !== undefined && task !== undefined)
      known.push({ number: context.linuxNumber, cpu: context.cpu, task, perCpuOffset: context.perCpuOffset, frames });
    else if (!idlesIn(frames.map(({ symbol }) => functionName(symbol)))) unknown += 1;
  }
  return { known, unknown };
}

/**
 * @param traces of the CPUs
 * @param traceOf the stack of a task that sleeps
 * @returns undefined where tasks are not known
 */
export function hangSource(tasks: KernelTasks, traces: readonly TraceJson[], traceOf: (task: KernelTask) => TraceJson): Omit<HangSource, 'logEnd'> | undefined {
  const { memory, symbols, names, types, layout, list } = tasks;
  if (layout === undefined || list.tasks.length === 0) return undefined;
  const { known, unknown } = cpusAtWork(tasks, traces);
  const cpusMissing =
    unknown === 0
      ? undefined
      : `what ${unknown === 1 ? '1 CPU was' : `${unknown} CPUs were`} at in kernel code: which task and CPU of the kernel that was is not known`;
  return {
    memory,
    types: types === undefined ? undefined : structTypes(types.types),
    symbols,
    symbolAt(address) {
      const found = names?.at(address);
      return found === undefined ? undefined : symbolText(found);
    },
    tasks: list.tasks,
    tasksMissing: list.complete ? undefined : (list.broken ?? 'the list of tasks is not complete'),
    stackBytes: layout.stackBytes,
    cpus: tasks.cpus.flatMap(({ linuxNumber, perCpuOffset }) => (linuxNumber === undefined ? [] : [{ number: linuxNumber, perCpuOffset }])),
    atWork: known,
    cpusMissing,
    spinLocks: architectures[memory.arch].spinLocks,
    framesOf: (task) => traceOf(task).frames,
  };
}
