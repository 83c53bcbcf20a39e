/** What hangs are told from (kernel/verdict/hangs), of the tasks of a session and the stacks of its CPUs. */
import type { TraceJson } from '../../../shared/task-model.ts';
import { architectures } from '../../arch/index.ts';
import { structTypes } from '../../kernel/btf/type-layout.ts';
import type { KernelTask } from '../../kernel/tasks/tasks.ts';
import type { CpuAtWork, HangSource } from '../../kernel/verdict/hangs/hang-source.ts';
import { beforeInterrupt } from '../../kernel/verdict/meaningful-frames.ts';
import { atWork } from '../triage/busy-cpus.ts';
import { symbolText } from './kernel-names.ts';
import type { KernelTasks } from './find-tasks.ts';

function cpusAtWork({ cpus, list }: KernelTasks, traces: readonly TraceJson[]): readonly CpuAtWork[] {
  const byNumber = new Map(cpus.map((context) => [context.number, context]));
  const byAddress = new Map(list.tasks.map((task) => [task.address, task]));
  return traces.flatMap((trace): readonly CpuAtWork[] => {
    const context = trace.cpu === undefined ? undefined : byNumber.get(trace.cpu);
    const task = trace.task === undefined ? undefined : byAddress.get(BigInt(trace.task.address));
    const frames = beforeInterrupt(atWork(trace));
    if (context?.linuxNumber === undefined || task === undefined || task.kind === 'idle' || frames.length === 0) return [];
    return [{ number: context.linuxNumber, cpu: context.cpu, task, perCpuOffset: context.perCpuOffset, frames }];
  });
}

/**
 * @param traces of the CPUs
 * @param traceOf the stack of a task that sleeps
 * @returns undefined where tasks are not known
 */
export function hangSource(tasks: KernelTasks, traces: readonly TraceJson[], traceOf: (task: KernelTask) => TraceJson): Omit<HangSource, 'logEnd'> | undefined {
  const { memory, symbols, names, types, layout, list } = tasks;
  if (layout === undefined || list.tasks.length === 0) return undefined;
  return {
    memory,
    types: types === undefined ? undefined : structTypes(types.types),
    symbols,
    symbolAt(address) {
      const found = names?.at(address);
      return found === undefined ? undefined : symbolText(found);
    },
    tasks: list.tasks,
    tasksMissing: list.complete ? undefined : (list.broken ?? 'the list of tasks is not whole'),
    stackBytes: layout.stackBytes,
    cpus: tasks.cpus.flatMap(({ linuxNumber, perCpuOffset }) => (linuxNumber === undefined ? [] : [{ number: linuxNumber, perCpuOffset }])),
    atWork: cpusAtWork(tasks, traces),
    spinLocks: architectures[memory.arch].spinLocks,
    framesOf: (task) => traceOf(task).frames,
  };
}
