/** What rules are told from: the kernel, and what several of them need, found once. */
import { failed, isFailure, type Failure, type Result } from '../../../shared/result.ts';
import type { AnalysisKernel } from '../analyses/analysis-kernel.ts';
import { cpuMasks, type CpuMasks } from '../cpus/cpu-masks.ts';
import { usageOfKernel } from '../usage/usage-of-kernel.ts';
import type { Hangs } from '../verdict/hangs/hangs.ts';

export interface ProblemFacts {
  readonly kernel: AnalysisKernel;
  /** Tasks that sleep and wait, and CPUs at work; why they are not known. */
  readonly hangs: Result<Hangs>;
  readonly masks: Result<CpuMasks>;
  /** Lines of /proc/meminfo in bytes. */
  readonly usage: ReadonlyMap<string, number>;
  /** A line of it; a system never has none of `positive` ones. */
  line(name: string, kind?: 'positive' | 'any'): Result<number>;
}

/** Values of a line that were not found, with the reason that the usage gives. */
export function problemFacts(kernel: AnalysisKernel, hangs: Result<Hangs>): ProblemFacts {
  const { memory, symbols, types, why, cpus } = kernel;
  const found =
    symbols === undefined
      ? { lines: [], missing: [] }
      : usageOfKernel({
          memory,
          symbols,
          vmcoreinfo: kernel.kernel.vmcoreinfo,
          types: types?.types,
          noTypes: why('types') ?? '',
          perCpuOffsets: cpus.flatMap(({ perCpuOffset }) => perCpuOffset ?? []),
        });
  const usage = new Map(found.lines.map(({ name, kib }) => [name, kib * 1024]));
  const masks = symbols === undefined ? undefined : cpuMasks(memory, symbols);
  return {
    kernel,
    hangs,
    masks: masks === undefined ? failed('masks of CPUs', 'they cannot be read, or do not lie within each other') : { value: masks },
    usage,
    line(name, kind = 'any') {
      const value = usage.get(name);
      if (value === undefined) return failed(name, found.missing.find(({ what }) => what === name)?.why ?? 'the memory usage has no such line');
      return kind === 'positive' && value === 0 ? failed(name, 'it is 0, which no system has') : { value };
    },
  };
}

/** The first failure of several results. */
export const firstFailure = (...results: readonly Result<unknown>[]): Failure | undefined => results.find(isFailure);
