/** What the kernel keeps about each CPU: the task that occupied it, the stacks it may use, where its per-CPU data lies. */
import { cpuNumber, cpuNumbering } from '../../../shared/cpu-registers.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { defined } from '../../../shared/defined.ts';
import type { StackRange } from '../../arch/backtrace.ts';
import { architectures } from '../../arch/index.ts';
import type { LowcoreKernel } from '../../arch/s390x/lowcore/fields.ts';
import { lowcoreFacts, lowcoreStacks, stackSize } from '../machine/lowcore-facts.ts';
import { ownLowcore } from '../machine/lowcore-of-cpu.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import type { Session } from '../session/session.ts';

export interface CpuContext {
  /** As the kernel's own data and the registers identify it. */
  readonly cpu: CpuJson;
  /** Number by which doors name it. */
  readonly number: number;
  /** Linux number by evidence, else by its position. */
  readonly linuxNumber?: number;
  /** task_struct of the task that occupied it. */
  readonly current?: bigint;
  /** Absolute address of its own lowcore, which is not that of its prefix where the record of it is wrong. */
  readonly lowcore?: bigint;
  readonly stacks: readonly StackRange[];
  /** Added to the address of a per-CPU variable. */
  readonly perCpuOffset?: bigint;
}

export interface CpuContexts {
  readonly cpus: readonly CpuContext[];
  /** Bytes of a kernel stack, where lowcores tell. */
  readonly stackBytes?: number;
  readonly lowcoreKernel?: LowcoreKernel;
}

/** A CPU that did not run has no task, though its data still names one. */
export const ran = ({ withoutRegisters: why }: CpuJson): boolean => why?.reason !== 'offline' && why?.reason !== 'never-started';

const nonZero = (value: bigint | undefined): bigint | undefined => (value === 0n ? undefined : value);

export function cpuContexts(session: Session): CpuContexts {
  const { cpus, data, numbers } = machineCpus(session);
  const numbering = cpuNumbering(cpus);
  const hasLowcores = architectures[session.image.machine.arch].tasks.running.in === 'lowcore';
  const lowcores = cpus.map((cpu) => (hasLowcores && cpu.system === undefined ? lowcoreFacts(session, cpu) : undefined));
  const stackBytes = stackSize(lowcores);
  const contexts = cpus.map((cpu, at): CpuContext => {
    const lowcore = lowcores[at];
    const linuxNumber = numbers.get(cpu.id);
    const own = linuxNumber === undefined ? undefined : data.get(linuxNumber);
    const current = !ran(cpu) ? undefined : hasLowcores ? nonZero(lowcore?.value('current_task')) : own?.current;
    const perCpuOffset = hasLowcores ? lowcore?.value('percpu_offset') : own?.perCpuOffset;
    return {
      cpu,
      number: cpuNumber(cpu, numbering),
      stacks: hasLowcores ? lowcoreStacks(lowcore, stackBytes) : (own?.stacks.filter(({ name }) => name !== taskStack) ?? []),
      ...defined({ linuxNumber, current, perCpuOffset, lowcore: hasLowcores && cpu.system === undefined ? ownLowcore(session, cpu) : undefined }),
    };
  });
  const lowcoreKernel = lowcores.find((one) => one !== undefined)?.kernel;
  return { cpus: contexts, ...(hasLowcores ? { stackBytes } : {}), ...defined({ lowcoreKernel }) };
}

/** The stack of the task itself is known by the task. */
const taskStack = 'kernel stack';
