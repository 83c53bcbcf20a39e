/** Which task each CPU ran, and on which stack, where no per-CPU data says it: registers and the tasks themselves tell. */
import { architectures, type Architecture } from '../../arch/index.ts';
import { stackOf, type StackRange } from '../../arch/backtrace.ts';
import type { KernelMemory } from '../../kernel/memory/kernel-memory.ts';
import { soleAddress, type SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import type { KernelTask, TaskList } from '../../kernel/tasks/tasks.ts';
import type { CpuContext } from './kernel-cpus.ts';

/** The stack that a CPU takes interrupts on, where a per-CPU pointer leads to it (irq_stack_ptr of arch/arm64/kernel/irq.c), as long as a task's. */
export function withInterruptStack(
  context: CpuContext,
  { memory, symbols }: { readonly memory: KernelMemory; readonly symbols: SymbolTable | undefined },
  stackBytes: number,
): CpuContext {
  const { interruptStack: pointer } = architectures[memory.arch].tasks;
  const variable = pointer === undefined || symbols === undefined ? undefined : soleAddress(symbols, pointer);
  if (variable === undefined || context.perCpuOffset === undefined) return context;
  const start = memory.pointer(BigInt.asUintN(64, variable + context.perCpuOffset));
  if (start === undefined || start === 0n || start % 16n !== 0n) return context;
  const stack: StackRange = { name: 'interrupt stack', start, end: start + BigInt(stackBytes) };
  return { ...context, stacks: [...context.stacks, stack] };
}

const sole = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

/** The task in whose stack the stack pointer lies, else the only one that says it occupies this CPU (`on_cpu`; two say so in a switch). */
function ownerOf(arch: Architecture, { cpu, number, stacks }: CpuContext, { tasks }: TaskList, stackBytes: number): KernelTask | undefined {
  const pointer = architectures[arch].registers.stackPointer(cpu);
  const owner =
    pointer === undefined || stackOf(stacks, pointer) !== undefined
      ? undefined
      : tasks.find(({ stack }) => stack !== undefined && pointer >= stack && pointer < stack + BigInt(stackBytes));
  return owner ?? sole(tasks.filter((task) => task.onCpu === true && task.cpu === number));
}

/** Tasks of CPUs whose own data does not tell them. A task that another CPU is known to run is no candidate. */
export function withOwners(arch: Architecture, cpus: readonly CpuContext[], list: TaskList, stackBytes: number): readonly CpuContext[] {
  const taken = new Set(cpus.flatMap(({ current }) => current ?? []));
  const rest = { ...list, tasks: list.tasks.filter(({ address }) => !taken.has(address)) };
  return cpus.map((context) => {
    const owner = context.current === undefined ? ownerOf(arch, context, rest, stackBytes) : undefined;
    return owner === undefined ? context : { ...context, current: owner.address };
  });
}
