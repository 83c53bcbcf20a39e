/** Which CPUs a view shows side by side: the one that was chosen, and those that were added to it. */
import type { CpuJson } from '../../shared/cpu-model.ts';

/** The number of columns that fit; each costs a query to the engine. */
export const maxColumns = 8;

/**
 * @param primary id of the chosen CPU; the first one without a choice
 * @param beside ids of the others, in the order in which they were added; ids that the dump does not have are ignored
 */
export function cpuColumns(cpus: readonly CpuJson[], primary: number | undefined, beside: readonly number[]): readonly CpuJson[] {
  const first = cpus.find(({ id }) => id === primary) ?? cpus[0];
  if (first === undefined) return [];
  const others = [...new Set(beside)].flatMap((id) => (id === first.id ? [] : (cpus.find((cpu) => cpu.id === id) ?? [])));
  return [first, ...others].slice(0, maxColumns);
}

/** Removes a CPU; if it is the chosen one, the next takes its place. The last one stays. */
export function withoutColumn(columns: readonly CpuJson[], id: number): readonly number[] {
  const left = columns.filter((cpu) => cpu.id !== id).map((cpu) => cpu.id);
  return left.length === 0 ? columns.map((cpu) => cpu.id) : left;
}
