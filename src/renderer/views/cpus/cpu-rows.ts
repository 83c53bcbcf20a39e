/** The rows of the list of CPUs: single CPUs, groups of CPUs in the same state, and the members of an expanded group. */
import { cpuGroups, cpuNumbersText, cpuStateText, mostSingleCpus, type CpuGroup } from '../../../shared/cpu-groups.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { CpuNumbering } from '../../../shared/cpu-registers.ts';
import { instructionAddress } from '../../../shared/place-names.ts';
import { cpuNumber } from '../../state/register-lookup.ts';
import type { ActivityOf, CpuActivity } from './cpu-activity.ts';

export interface CpuRow {
  /** The CPU, or the first one of the group. */
  readonly cpu: CpuJson;
  readonly number: number;
  /** Several CPUs that share this row. */
  readonly group?: CpuGroup;
  readonly isOpen?: boolean;
  /** "3", or "0-5, 8" of a group. */
  readonly numbers: string;
  readonly state: string | undefined;
  readonly activity: CpuActivity | undefined;
}

/** What must be equal within a group; tasks may differ. */
const placeOf = ({ where = '', crashedIn = '', stoppedIn = '' }: CpuActivity = {}): string => `${where} ${crashedIn} ${stoppedIn}`;

interface CpuRowsOf {
  readonly cpus: readonly CpuJson[];
  readonly numbering: CpuNumbering;
  readonly activity: ActivityOf | undefined;
  /** Keys of the expanded groups. */
  readonly opened: ReadonlySet<string>;
}

export function cpuRows({ cpus, numbering, activity, opened }: CpuRowsOf): readonly CpuRow[] {
  const single = (cpu: CpuJson): CpuRow => {
    const number = cpuNumber(cpu, numbering);
    return { cpu, number, numbers: String(number), state: cpuStateText(cpu), activity: activity?.(cpu) };
  };
  if (cpus.length <= mostSingleCpus) return cpus.map(single);
  return cpuGroups(cpus, (cpu) => placeOf(activity?.(cpu))).flatMap((group): readonly CpuRow[] => {
    const [first] = group.cpus;
    if (group.cpus.length === 1) return [single(first)];
    const isOpen = opened.has(group.key);
    // Each has its own task.
    const { task: _, ...shared } = activity?.(first) ?? {};
    const state = `${group.cpus.length} CPUs: ${cpuStateText(first) ?? ''}`;
    const row: CpuRow = { ...single(first), group, isOpen, numbers: cpuNumbersText(group.cpus, numbering), state, activity: shared };
    return isOpen ? [row, ...group.cpus.map(single)] : [row];
  });
}

/** Which columns have contents for these CPUs. */
export const cpuColumnsShown = (cpus: readonly CpuJson[], activity: ActivityOf | undefined) => ({
  hasState: cpus.some((cpu) => cpuStateText(cpu) !== undefined),
  hasPsw: cpus.some(({ psw }) => psw !== undefined),
  hasAddress: cpus.some((cpu) => instructionAddress(cpu) !== undefined),
  hasActivity: activity !== undefined,
  hasCrashed: cpus.some((cpu) => activity?.(cpu)?.crashedIn !== undefined),
  hasPrefix: cpus.some(({ prefix }) => prefix !== undefined),
});
