/** Which task each CPU ran where no per-CPU data says it: registers and the tasks themselves tell. */
import { stackOf } from '../../arch/backtrace.ts';
import type { Architecture } from '../../arch/architecture-name.ts';
import { architectures } from '../../arch/index.ts';
import type { KernelTask, TaskList } from '../../kernel/tasks/tasks.ts';
import { ran, type CpuContext } from './kernel-cpus.ts';

const sole = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

/** The task in whose stack the stack pointer lies, else the only one that says it occupies this CPU (`on_cpu`; two say so in a switch). */
function ownerOf(arch: Architecture, context: CpuContext, { tasks }: TaskList, stackBytes: number): KernelTask | undefined {
  const { cpu, linuxNumber, stacks } = context;
  const pointer = architectures[arch].registers.stackPointer(cpu);
  const owner =
    pointer === undefined || stackOf(stacks, pointer) !== undefined
      ? undefined
      : tasks.find(({ stack }) => stack !== undefined && pointer >= stack && pointer < stack + BigInt(stackBytes));
  return owner ?? (linuxNumber === undefined ? undefined : sole(tasks.filter((task) => task.onCpu === true && task.cpu === linuxNumber)));
}

/** What the owner of a stack says of the CPU: where nothing else did, the CPU that the task last ran on is the one. */
function identified(context: CpuContext, owner: KernelTask, isStack: boolean): CpuContext {
  const { cpu } = context;
  if (!isStack || cpu.identity?.by !== 'position' || owner.cpu === undefined) return context;
  const detail = `its stack pointer lies in the stack of ${owner.comm}${owner.pid === undefined ? '' : ` (pid ${owner.pid})`}, which ran on CPU ${owner.cpu}`;
  return { ...context, cpu: { ...cpu, linuxCpu: owner.cpu, identity: { by: 'stack', detail } }, linuxNumber: owner.cpu };
}

/** Tasks of CPUs whose own data does not tell them. A task that another CPU is known to run is no candidate. */
export function withOwners(arch: Architecture, cpus: readonly CpuContext[], list: TaskList, stackBytes: number): readonly CpuContext[] {
  const taken = new Set(cpus.flatMap(({ current }) => current ?? []));
  const rest = { ...list, tasks: list.tasks.filter(({ address }) => !taken.has(address)) };
  const { stackPointer } = architectures[arch].registers;
  return cpus.map((context) => {
    const owner = context.current === undefined && ran(context.cpu) && context.cpu.system === undefined ? ownerOf(arch, context, rest, stackBytes) : undefined;
    if (owner === undefined) return context;
    const pointer = stackPointer(context.cpu);
    const isStack = pointer !== undefined && owner.stack !== undefined && pointer >= owner.stack && pointer < owner.stack + BigInt(stackBytes);
    return { ...identified(context, owner, isStack), current: owner.address };
  });
}
