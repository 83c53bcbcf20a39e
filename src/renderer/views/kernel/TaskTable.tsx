import { useMemo, useState } from 'react';
import type { TaskJson, TasksJson } from '../../../shared/task-model.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { FilterInput } from '../../widgets/virtual-table/FilterInput.tsx';
import { nextSort, type SortBy } from '../../widgets/virtual-table/sort-by.ts';
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { plural } from '../../words/numbers.ts';
import { orderTasks } from './task-order.ts';

const columns: readonly VirtualColumn[] = [
  { id: 'pid', title: 'pid', width: '7ch', number: true },
  { id: 'parent', title: 'parent', width: '7ch', number: true },
  { id: 'cpu', title: 'CPU', width: '6ch', number: true },
  { id: 'state', title: 'state', width: '5ch' },
  { id: 'name', title: 'name', width: 'minmax(0, 1fr)' },
];

const isKernels = ({ kind }: TaskJson): boolean => kind === 'kernel' || kind === 'idle';

function textOf(task: TaskJson, column: number): string {
  switch (columns[column]?.id) {
    case 'pid':
      return String(task.pid ?? '?');
    case 'parent':
      return String(task.parent ?? '');
    case 'cpu':
      return String(task.runsOn ?? task.cpu ?? '');
    case 'state':
      return task.state?.letter ?? '?';
    default:
      return isKernels(task) ? `[${task.comm}]` : task.comm;
  }
}

interface TaskCellProps {
  readonly task: TaskJson;
  readonly column: number;
  readonly isChosen: boolean;
  readonly onChoose: (task: TaskJson) => void;
}

function TaskCell({ task, column, isChosen, onChoose }: TaskCellProps) {
  const text = textOf(task, column);
  switch (columns[column]?.id) {
    case 'cpu':
      if (task.runsOn === undefined) return <span className="dim">{text}</span>;
      return <strong title={`It ran on CPU ${task.runsOn} when the dump was taken`}>▸ {text}</strong>;
    case 'parent':
      return <span className="dim">{text}</span>;
    case 'state':
      return <span title={task.state?.word}>{text}</span>;
    case 'name':
      return (
        <>
          <button type="button" className="link task-name" aria-pressed={isChosen} onClick={() => onChoose(task)}>
            {isKernels(task) ? <span className="dim">[</span> : null}
            <Hostile text={task.comm} />
            {isKernels(task) ? <span className="dim">]</span> : null}
          </button>
          {task.thread === true ? <span className="dim"> thread of {task.tgid}</span> : null}
        </>
      );
    default:
      return text;
  }
}

interface TaskTableProps {
  readonly answer: TasksJson;
  /** Address of the task whose backtrace is shown. */
  readonly chosen: string | undefined;
  readonly onChoose: (task: TaskJson) => void;
}

/** All tasks: sorted by a column, filtered by words; a click on a name or Enter shows the backtrace. */
export function TaskTable({ answer, chosen, onChoose }: TaskTableProps) {
  const [filter, setFilter] = useState('');
  const [by, setBy] = useState<SortBy | undefined>({ column: 'pid', descending: false });
  const shown = useMemo(() => orderTasks(answer.tasks, filter, by), [answer, filter, by]);
  const current = useMemo(() => shown.findIndex(({ address }) => address === chosen), [shown, chosen]);
  return (
    <section className="task-list" aria-label="Tasks">
      <div className="task-head">
        <FilterInput label="Filter tasks" placeholder="name, pid, state" value={filter} onChange={setFilter} />
        <span className="dim" role="status" data-testid="task-count">
          {filter === '' ? plural(shown.length, 'task') : `${shown.length} of ${plural(answer.tasks.length, 'task')}`}
          {answer.complete ? '' : ', the list is not complete'}
        </span>
      </div>
      <VirtualTable
        label="Tasks"
        testId="task-table"
        layout="fit"
        columns={columns}
        rows={shown.length}
        sort={{ by, onSort: (column) => setBy((now) => nextSort(now, column)) }}
        current={current === -1 ? undefined : current}
        text={(row, column) => {
          const task = shown[row];
          return task === undefined ? '' : textOf(task, column);
        }}
        cell={(row, column) => {
          const task = shown[row];
          return task === undefined ? null : <TaskCell task={task} column={column} isChosen={row === current} onChoose={onChoose} />;
        }}
        onRow={(row) => {
          const task = shown[row];
          if (task !== undefined) onChoose(task);
        }}
      />
    </section>
  );
}
