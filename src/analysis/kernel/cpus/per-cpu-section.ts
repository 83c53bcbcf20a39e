/**
 * The addresses that per-CPU variables are known by: those of the kernel's own section, and what is handed out after them from the same chunk
 * (mm/percpu.c). A pointer into it is not an address: each CPU has its copy at another place, and what lies at the number itself is something else.
 */
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { soleAddress, type SymbolTable } from '../symbols/symbol-table.ts';

/** [start, end) of the numbers that are not addresses. */
export interface PerCpuSection {
  readonly start: bigint;
  readonly end: bigint;
}

/** A chunk is some 100 KiB; what claims to be far longer would take in addresses of other things. */
const longestUnit = 1 << 24;

/** Undefined where the symbols are not known. Pointers into later chunks lie elsewhere, and nothing in their number tells them from addresses. */
export function perCpuSection(memory: KernelMemory, symbols: SymbolTable): PerCpuSection | undefined {
  const [start, end] = ['__per_cpu_start', '__per_cpu_end'].map((name) => soleAddress(symbols, name));
  if (start === undefined || end === undefined || end <= start) return undefined;
  const unitAt = soleAddress(symbols, 'pcpu_unit_size');
  const unit = unitAt === undefined ? undefined : memory.u32(unitAt);
  const isUnit = unit !== undefined && BigInt(unit) >= end - start && unit <= longestUnit;
  return { start, end: isUnit ? start + BigInt(unit) : end };
}
