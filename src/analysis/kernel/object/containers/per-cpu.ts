/** Copies of a per-CPU variable: the symbol's address, or a pointer marked __percpu, moved by the offset of each CPU. */
import { failed, isFailure, type Result } from '../../../../shared/result.ts';
import { KernelObject } from '../kernel-object.ts';

/** A CPU, and where its per-CPU data lies. */
export interface PerCpuArea {
  readonly number: number;
  readonly perCpuOffset?: bigint;
}

/** One copy for each CPU; a CPU whose area is not known has an object that says so. */
export function* perCpuCopies(variable: KernelObject, cpus: Iterable<PerCpuArea>): Generator<{ readonly cpu: number; readonly object: KernelObject }, void> {
  for (const { number: cpu, perCpuOffset } of cpus) {
    const unknown = failed(`per-CPU data of CPU ${cpu}`, 'its address is not known');
    yield { cpu, object: perCpuOffset === undefined ? KernelObject.failing(variable.space, unknown) : variable.moved(perCpuOffset) };
  }
}

/** Sum of a struct percpu_counter (lib/percpu_counter.c): its count and what each CPU has not handed in yet. */
export function percpuCounter(counter: KernelObject, cpus: readonly PerCpuArea[]): Result<bigint> {
  const count = counter.at('count').s64();
  if (isFailure(count)) return count;
  if (cpus.length === 0) return failed('per-CPU data', 'its address is not known');
  let sum = count.value;
  for (const { object } of perCpuCopies(counter.pointer('counters'), cpus)) {
    const part = object.integer();
    if (isFailure(part)) return part;
    sum += part.value;
  }
  return { value: sum };
}
