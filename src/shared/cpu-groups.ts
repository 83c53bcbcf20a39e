/** CPUs in the same state, for machines with so many that one line each says nothing any more. */
import { cpuNumber, type CpuNumbering } from './cpu-registers.ts';
import type { CpuJson } from './cpu-model.ts';
import { instructionAddress } from './place-names.ts';

/** Up to so many CPUs have a line each. */
export const mostSingleCpus = 16;

/** What a CPU's PSW says of its state, or what else does; undefined where nothing is known of it. */
export const cpuStateText = ({ psw, state, meaning }: CpuJson): string | undefined => psw?.decoded.text ?? state ?? meaning?.state;

export interface CpuGroup {
  /** The same for the same group of the same CPUs. */
  readonly key: string;
  /** In the order of the dump; at least one. */
  readonly cpus: readonly [CpuJson, ...CpuJson[]];
}

/**
 * CPUs with the same state at the same instruction, from the same kind of record, of the same system; in the order of their first members.
 * @param apart what else has to be the same: where a crash caught a CPU, what it was doing
 */
export function cpuGroups(cpus: readonly CpuJson[], apart: (cpu: CpuJson) => string = () => ''): readonly CpuGroup[] {
  const groups = new Map<string, [CpuJson, ...CpuJson[]]>();
  for (const cpu of cpus) {
    const key = [cpuStateText(cpu), instructionAddress(cpu), cpu.source, cpu.system, cpu.withoutRegisters?.reason, apart(cpu)].join('\n');
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [cpu]);
    else known.push(cpu);
  }
  return Array.from(groups, ([key, members]) => ({ key, cpus: members }));
}

const shownRuns = 6;

/** "1-511", "0, 4-7, 12": numbers of CPUs, those of long lists with how many more there are. */
export function numberRunsText(given: readonly number[]): string {
  const numbers = given.toSorted((a, b) => a - b);
  const runs: { readonly first: number; last: number }[] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run?.last === number - 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  const text = runs.slice(0, shownRuns).map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  const left = runs.slice(shownRuns).reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return `${text.join(', ')}${left === 0 ? '' : ` and ${left} more`}`;
}

export const cpuNumbersText = (cpus: readonly CpuJson[], numbering: CpuNumbering): string => numberRunsText(cpus.map((cpu) => cpuNumber(cpu, numbering)));
