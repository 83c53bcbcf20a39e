/** What rules are determined from: the kernel, and what several of them need, found once. */
import { failed, isFailure, type Failure, type Result } from '../../../shared/result.ts';
import { architectures } from '../../arch/index.ts';
import type { AnalysisKernel } from '../analyses/analysis-kernel.ts';
import { cpuMasks, type CpuMasks } from '../cpus/cpu-masks.ts';
import { readPanicCpu } from '../facts/kernel-facts.ts';
import { usageOfKernel } from '../usage/usage-of-kernel.ts';
import type { Hangs } from '../verdict/hangs/hangs.ts';

export interface ProblemFacts {
  readonly kernel: AnalysisKernel;
  /** Tasks that sleep and wait, and CPUs at work; why they are not known. */
  readonly hangs: Result<Hangs>;
  readonly masks: Result<CpuMasks>;
  /** Why CPUs may be offline since the end alone; undefined where whatever is offline was so before. */
  readonly stoppedOffline: string | undefined;
  /** Lines of /proc/meminfo in bytes. */
  readonly usage: ReadonlyMap<string, number>;
  /** A line of it; a system never has none of `positive` ones. */
  line(name: string, kind?: 'positive' | 'any'): Result<number>;
}

/**
 * panic() without kdump takes the CPUs that it stops offline: stop_this_cpu() (arch/x86/kernel/process.c), local_cpu_stop() (arch/arm64/kernel/smp.c).
 * On its way into kdump, where CRASHTIME was recorded, it stops them by NMI or IPI and leaves the mask; s390x stops them by SIGP and leaves it too.
 */
function stoppedOffline({ kernel, memory, symbols }: AnalysisKernel): string | undefined {
  if (symbols === undefined || architectures[memory.arch].features.has('lowcore') || kernel.vmcoreinfo?.entries.has('CRASHTIME') === true) return undefined;
  const panicked = readPanicCpu(memory, symbols);
  if (panicked?.kind === 'unset') return undefined;
  const seen = panicked === undefined ? 'panic_cpu cannot be read' : `panic_cpu is ${panicked.value}`;
  return `${seen}, and panic() takes the CPUs that it stops offline: which were so before is not known`;
}

/** Finds them; of a line that is not found the failure has the reason that the usage gives. */
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
    stoppedOffline: stoppedOffline(kernel),
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
