/** Which task each CPU ran where no per-CPU data says it: registers and the tasks themselves tell. */
import { stackOf } from '../../arch/backtrace.ts';
import type { Architecture } from '../../arch/architecture-name.ts';
import { architectures } from '../../arch/index.ts';
import type { CpuEvidence } from '../../kernel/cpus/identify-cpus.ts';
import type { KernelTask } from '../../kernel/tasks/kernel-task.ts';
import { ran, type CpuContext } from './kernel-cpus.ts';

const sole = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

/** Tasks, of which large systems have hundreds of thousands: they are gone through once for all CPUs. */
type Tasks = Iterable<KernelTask>;

/** The task in whose stack the stack pointer lies, for each CPU where that is none of its own; of several the first. */
function stackOwners(arch: Architecture, cpus: readonly CpuContext[], tasks: Tasks, stackBytes: number): ReadonlyMap<CpuContext, KernelTask> {
  const owners = new Map<CpuContext, KernelTask>();
  const open = cpus
    .flatMap((context) => {
      const pointer = architectures[arch].registers.stackPointer(context.cpu);
      return pointer === undefined || stackOf(context.stacks, pointer) !== undefined ? [] : [{ context, pointer }];
    })
    .sort((left, right) => (left.pointer < right.pointer ? -1 : left.pointer > right.pointer ? 1 : 0));
  if (open.length === 0) return owners;
  for (const task of tasks) {
    const { stack } = task;
    if (stack === undefined) continue;
    let low = 0;
    for (let high = open.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((open[middle]?.pointer ?? 0n) < stack) low = middle + 1;
      else high = middle;
    }
    for (let one = open[low]; one !== undefined && one.pointer < stack + BigInt(stackBytes); one = open[(low += 1)])
      if (!owners.has(one.context)) owners.set(one.context, task);
  }
  return owners;
}

/** The only task that says it occupies a CPU (`on_cpu`; two say so in a switch), by the CPU's number. */
function onCpus(tasks: Tasks): (cpu: number) => KernelTask | undefined {
  const byCpu = new Map<number, KernelTask[]>();
  for (const task of tasks) {
    if (task.onCpu !== true || task.cpu === undefined) continue;
    const others = byCpu.get(task.cpu);
    if (others === undefined) byCpu.set(task.cpu, [task]);
    else others.push(task);
  }
  return (cpu) => sole(byCpu.get(cpu) ?? []);
}

function* without(tasks: Tasks, taken: ReadonlySet<bigint>): Generator<KernelTask, undefined> {
  for (const task of tasks) if (!taken.has(task.address)) yield task;
  return undefined;
}

/** Those whose task neither their own data nor a search has told, though they ran. */
const isOpen = ({ cpu, current }: CpuContext): boolean => current === undefined && ran(cpu) && cpu.system === undefined;

/** Whether tasks have to tell what ran on a CPU. */
export const hasOpen = (cpus: readonly CpuContext[]): boolean => cpus.some(isOpen);

/** What owners of stacks say: a task that uses its stack runs on the CPU that it last was put on. By the ids of CPUs. */
export function stackEvidence(
  arch: Architecture,
  cpus: readonly CpuContext[],
  { tasks }: { readonly tasks: Tasks },
  stackBytes: number,
): ReadonlyMap<number, CpuEvidence> {
  const owners = stackOwners(arch, cpus, tasks, stackBytes);
  return new Map(
    cpus.flatMap((context): [number, CpuEvidence][] => {
      const owner = owners.get(context);
      if (owner?.cpu === undefined) return [];
      const who = `${owner.comm}${owner.pid === undefined ? '' : ` (pid ${owner.pid})`}`;
      return [[context.cpu.id, { by: 'stack', linuxCpu: owner.cpu, text: `its stack pointer lies in the stack of ${who}, which ran on CPU ${owner.cpu}` }]];
    }),
  );
}

/**
 * Tasks of CPUs whose own data does not tell them: the owner of the stack, else the task that says it is there; a position names no CPU that a task could
 * be on. A task that another CPU is known to run is not a candidate.
 */
export function withOwners(arch: Architecture, cpus: readonly CpuContext[], { tasks }: { readonly tasks: Tasks }, stackBytes: number): readonly CpuContext[] {
  if (!hasOpen(cpus)) return cpus;
  const taken = new Set(cpus.flatMap(({ current }) => current ?? []));
  const owners = stackOwners(arch, cpus.filter(isOpen), without(tasks, taken), stackBytes);
  const onCpu = onCpus(without(tasks, taken));
  return cpus.map((context) => {
    const { linuxCpu } = context.cpu;
    const owner = isOpen(context) ? (owners.get(context) ?? (linuxCpu === undefined ? undefined : onCpu(linuxCpu))) : undefined;
    return owner === undefined ? context : { ...context, current: owner.address };
  });
}
