import type { TaskJson } from '../../../shared/task-model.ts';

/** Among tasks that are equal in a column, those running on a CPU come first, then by pid. */
export function taskTies(one: TaskJson, other: TaskJson): number {
  const ran = Number(one.runsOn === undefined) - Number(other.runsOn === undefined);
  return ran === 0 ? (one.pid ?? 0) - (other.pid ?? 0) : ran;
}
