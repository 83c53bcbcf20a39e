/** Which tasks a person asked for, and in which order. */
import type { TaskJson } from '../../../shared/task-model.ts';
import { filterWords } from '../../widgets/virtual-table/filter-words.ts';
import type { SortBy } from '../../widgets/virtual-table/sort-by.ts';

function keyOf(task: TaskJson, column: string): number | string {
  switch (column) {
    case 'pid':
      return task.pid ?? -1;
    case 'parent':
      return task.parent ?? -1;
    case 'cpu':
      return task.runsOn ?? task.cpu ?? -1;
    case 'state':
      return task.state?.letter ?? '';
    default:
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

/** Filtered and sorted; tasks that ran on a CPU are first among equals. Without an order they come as the kernel has them. */
export function orderTasks(tasks: readonly TaskJson[], filter: string, by: SortBy | undefined): readonly TaskJson[] {
  const words = filterWords(filter);
  const wanted = tasks.filter((task) => matches(task, words));
  if (by === undefined) return wanted;
  const direction = by.descending ? -1 : 1;
  return wanted.sort((a, b) => {
    const left = keyOf(a, by.column);
    const right = keyOf(b, by.column);
    if (left !== right) return (left < right ? -1 : 1) * direction;
    if ((a.runsOn === undefined) !== (b.runsOn === undefined)) return a.runsOn === undefined ? 1 : -1;
    return (a.pid ?? 0) - (b.pid ?? 0);
  });
}
