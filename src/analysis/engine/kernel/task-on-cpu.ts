/** Which task each CPU ran where no per-CPU data says it: registers and the tasks themselves tell. */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { stackOf, type StackRange } from '../../arch/backtrace.ts';
import type { Architecture } from '../../arch/architecture-name.ts';
import { architectures } from '../../arch/index.ts';
import type { CpuEvidence } from '../../kernel/cpus/identify-cpus.ts';
import type { KernelTask, TaskList } from '../../kernel/tasks/tasks.ts';
import { ran, type CpuContext } from './kernel-cpus.ts';

const sole = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

/** The task in whose stack the stack pointer lies, where that is none of the CPU's own. */
function stackOwner(arch: Architecture, cpu: CpuJson, stacks: readonly StackRange[], { tasks }: TaskList, stackBytes: number): KernelTask | undefined {
  const pointer = architectures[arch].registers.stackPointer(cpu);
  return pointer === undefined || stackOf(stacks, pointer) !== undefined
    ? undefined
    : tasks.find(({ stack }) => stack !== undefined && pointer >= stack && pointer < stack + BigInt(stackBytes));
}

/** That task, else the only one that says it occupies this CPU (`on_cpu`; two say so in a switch). A position names no CPU that a task could be on. */
function ownerOf(arch: Architecture, { cpu, stacks }: CpuContext, list: TaskList, stackBytes: number): KernelTask | undefined {
  const { linuxCpu } = cpu;
  const onCpu = linuxCpu === undefined ? [] : list.tasks.filter((task) => task.onCpu === true && task.cpu === linuxCpu);
  return stackOwner(arch, cpu, stacks, list, stackBytes) ?? sole(onCpu);
}

/** What owners of stacks say: a task that uses its stack runs on the CPU that it last was put on. By the ids of CPUs. */
export function stackEvidence(arch: Architecture, cpus: readonly CpuContext[], list: TaskList, stackBytes: number): ReadonlyMap<number, CpuEvidence> {
  return new Map(
    cpus.flatMap(({ cpu, stacks }): [number, CpuEvidence][] => {
      const owner = stackOwner(arch, cpu, stacks, list, stackBytes);
      if (owner?.cpu === undefined) return [];
      const who = `${owner.comm}${owner.pid === undefined ? '' : ` (pid ${owner.pid})`}`;
      return [[cpu.id, { by: 'stack', linuxCpu: owner.cpu, text: `its stack pointer lies in the stack of ${who}, which ran on CPU ${owner.cpu}` }]];
    }),
  );
}

/** Tasks of CPUs whose own data does not tell them. A task that another CPU is known to run is no candidate. */
export function withOwners(arch: Architecture, cpus: readonly CpuContext[], list: TaskList, stackBytes: number): readonly CpuContext[] {
  const taken = new Set(cpus.flatMap(({ current }) => current ?? []));
  const rest = { ...list, tasks: list.tasks.filter(({ address }) => !taken.has(address)) };
  return cpus.map((context) => {
    const isOpen = context.current === undefined && ran(context.cpu) && context.cpu.system === undefined;
    const owner = isOpen ? ownerOf(arch, context, rest, stackBytes) : undefined;
    return owner === undefined ? context : { ...context, current: owner.address };
  });
}
