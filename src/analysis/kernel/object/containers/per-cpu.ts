/** Copies of a per-CPU variable: the symbol's address, or a pointer marked __percpu, moved by the offset of each CPU. */
import { failed } from '../../../../shared/result.ts';
import { KernelObject } from '../kernel-object.ts';

/** A CPU, and where its per-CPU data lies. */
export interface PerCpuArea {
  readonly number: number;
  readonly perCpuOffset?: bigint;
}

/** One copy for each CPU; a CPU whose area is not known has an object that says so. */
export function* perCpuCopies(variable: KernelObject, cpus: Iterable<PerCpuArea>): Generator<{ readonly cpu: number; readonly object: KernelObject }, void> {
  for (const { number: cpu, perCpuOffset } of cpus) {
    const unknown = failed(`per-CPU data of CPU ${cpu}`, 'where it lies is not known');
    yield { cpu, object: perCpuOffset === undefined ? KernelObject.failing(variable.space, unknown) : variable.moved(perCpuOffset) };
  }
}
