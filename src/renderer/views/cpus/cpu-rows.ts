/** The rows of the list of CPUs: each CPU, or those in the same state together, and the members of a group that is open. */
import { cpuGroups, cpuNumbersText, cpuStateText, mostSingleCpus, type CpuGroup } from '../../../shared/cpu-groups.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { CpuNumbering } from '../../../shared/cpu-registers.ts';
import { instructionAddress } from '../../../shared/place-names.ts';
import { cpuNumber } from '../../state/register-lookup.ts';
import type { ActivityOf, CpuActivity } from './cpu-activity.ts';

export interface CpuRow {
  /** The CPU, or the first of the group. */
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

/** What has to be the same in a group; tasks differ. */
const placeOf = ({ where = '', crashedIn = '', stoppedIn = '' }: CpuActivity = {}): string => `${where} ${crashedIn} ${stoppedIn}`;

interface CpuRowsOf {
  readonly cpus: readonly CpuJson[];
  readonly numbering: CpuNumbering;
  readonly activity: ActivityOf | undefined;
  /** Keys of the groups that are open. */
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

/** Which columns have something to say of these CPUs. */
export const cpuColumnsShown = (cpus: readonly CpuJson[], activity: ActivityOf | undefined) => ({
  hasState: cpus.some((cpu) => cpuStateText(cpu) !== undefined),
  hasPsw: cpus.some(({ psw }) => psw !== undefined),
  hasAddress: cpus.some((cpu) => instructionAddress(cpu) !== undefined),
  hasActivity: activity !== undefined,
  hasCrashed: cpus.some((cpu) => activity?.(cpu)?.crashedIn !== undefined),
  hasPrefix: cpus.some(({ prefix }) => prefix !== undefined),
});
