/**
 * Where the per-CPU data of every CPU lies that may exist (__per_cpu_offset, mm/percpu.c). For sums of per-CPU counters: what an offline CPU had
 * counted was handed over, and its own copy is 0 (lib/percpu_counter.c, mm/vmstat.c, mm/page_alloc.c), so that all copies together are always right.
 */
import type { KernelMemory } from '../memory/kernel-memory.ts';
import type { PerCpuArea } from '../object/containers/per-cpu.ts';
import { soleAddress, type SymbolTable } from '../symbols/symbol-table.ts';
import { cpuMasks } from './cpu-masks.ts';
import { defined } from '../../../shared/defined.ts';

export interface PerCpuSources {
  readonly memory: KernelMemory;
  readonly symbols: SymbolTable | undefined;
  /** CPUs of the dump: taken where the kernel's own list is not known. */
  readonly cpus: readonly PerCpuArea[];
}

/** Without offset: its entry is not in the dump. */
export function perCpuAreas({ memory, symbols, cpus }: PerCpuSources): readonly PerCpuArea[] {
  const table = symbols === undefined ? undefined : soleAddress(symbols, '__per_cpu_offset');
  const masks = symbols === undefined ? undefined : cpuMasks(memory, symbols);
  if (table === undefined || masks === undefined) return cpus;
  return masks.possible.map((number) => {
    const perCpuOffset = memory.pointer(table + BigInt(number * memory.pointerBytes));
    return { number, ...defined({ perCpuOffset }) };
  });
}
