/** Gathers what `kernel/verdict/hangs` tells hangs from: a few thousand tasks, the oldest and the newest, the stacks of those that sleep, the CPUs at work. */
import type { Session } from '../session/session.ts';
import { paced } from '../../jobs/steps.ts';
import { architectures } from '../../arch/index.ts';
import { structTypes } from '../../kernel/btf/type-layout.ts';
import { beforeInterrupt } from '../../kernel/verdict/meaningful-frames.ts';
import { findHangs } from '../../kernel/verdict/hangs/find-hangs.ts';
import { noHangs, type Hangs } from '../../kernel/verdict/hangs/hangs.ts';
import type { CpuAtWork } from '../../kernel/verdict/hangs/hang-source.ts';
import { symbolText } from '../kernel/analysis-context.ts';
import { tracesOfTasks } from '../kernel/backtrace.ts';
import { firstOfTasks, type KernelTasks } from '../kernel/kernel-tasks.ts';
import { atWork } from './busy-cpus.ts';
import { endStacks, isReachable } from './what-died.ts';

async function cpusAtWork(session: Session, tasks: KernelTasks, signal: AbortSignal): Promise<readonly CpuAtWork[]> {
  const { traces, isRead } = await endStacks(session, signal);
  if (!isRead) return [];
  return traces.flatMap((trace): readonly CpuAtWork[] => {
    const context = tasks.cpus.find(({ number }) => number === trace.cpu);
    const task = tasks.list.tasks.find(({ address }) => trace.task !== undefined && address === BigInt(trace.task.address));
    const frames = beforeInterrupt(atWork(trace));
    if (context?.linuxNumber === undefined || task === undefined || task.kind === 'idle' || frames.length === 0) return [];
    return [{ number: context.linuxNumber, cpu: context.cpu, task, perCpuOffset: context.perCpuOffset, frames }];
  });
}

/** @param lastLine nanoseconds since boot of the log's last line. @throws Cancelled */
export async function hangsOf(session: Session, lastLine: bigint | undefined, signal: AbortSignal): Promise<Hangs> {
  if (!(await isReachable(session, signal)))
    return { ...noHangs, unseen: ['tasks are not looked for: the dump does not say where the kernel keeps its symbols, or has no types'] };
  const tasks = await firstOfTasks(session, signal);
  const { memory, symbols, names, types, layout, list } = tasks;
  if (layout === undefined || list.tasks.length === 0) return { ...noHangs, unseen: [`tasks: ${tasks.missing[0]?.why ?? 'none were found'}`] };
  const traceOf = tracesOfTasks(tasks);
  return paced(
    findHangs({
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
      atWork: await cpusAtWork(session, tasks, signal),
      spinLocks: architectures[memory.arch].spinLocks,
      framesOf: (task) => traceOf(task).frames,
      logEnd: lastLine,
    }),
    signal,
  );
}
