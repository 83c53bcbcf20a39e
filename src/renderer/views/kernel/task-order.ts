/** Which tasks a person asked for, and in which order. */
import type { TaskJson } from '../../../shared/task-model.ts';

export const taskColumns = ['pid', 'parent', 'cpu', 'state', 'name'] as const;
export type TaskColumn = (typeof taskColumns)[number];

export interface TaskOrder {
  readonly column: TaskColumn;
  readonly descending: boolean;
}

function keyOf(task: TaskJson, column: TaskColumn): number | string {
  switch (column) {
    case 'pid':
      return task.pid ?? -1;
    case 'parent':
      return task.parent ?? -1;
    case 'cpu':
      return task.runsOn ?? task.cpu ?? -1;
    case 'state':
      return task.state?.letter ?? '';
    case 'name':
      return task.comm;
  }
}

/** A number is a pid; anything else is looked for in name, state and address. */
function matches(task: TaskJson, words: readonly string[]): boolean {
  return words.every((word) => {
    if (/^\d+$/.test(word)) return task.pid === Number(word) || task.comm.includes(word);
    return [task.comm, task.state?.word ?? '', task.address, task.kind ?? '', task.runsOn === undefined ? '' : 'on a cpu'].some((text) =>
      text.toLowerCase().includes(word),
    );
  });
}

/** Filtered and sorted; tasks that ran on a CPU are first among equals. */
export function orderTasks(tasks: readonly TaskJson[], filter: string, { column, descending }: TaskOrder): readonly TaskJson[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const direction = descending ? -1 : 1;
  return tasks
    .filter((task) => matches(task, words))
    .toSorted((a, b) => {
      const left = keyOf(a, column);
      const right = keyOf(b, column);
      if (left !== right) return (left < right ? -1 : 1) * direction;
      if ((a.runsOn === undefined) !== (b.runsOn === undefined)) return a.runsOn === undefined ? 1 : -1;
      return (a.pid ?? 0) - (b.pid ?? 0);
    });
}
