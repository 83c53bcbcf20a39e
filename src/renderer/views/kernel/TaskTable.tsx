import { useMemo } from 'react';
import type { TaskJson, TasksJson } from '../../../shared/task-model.ts';
import { kernelPosition } from '../../state/position.ts';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import { useWorkbench } from '../../workbench.ts';
import { taskColumns } from './task-columns.tsx';
import { taskTies } from './task-order.ts';

interface TaskTableProps {
  /** Key of the dump. */
  readonly dump: string;
  readonly answer: TasksJson;
  /** Address of the task whose backtrace is shown. */
  readonly chosen: string | undefined;
  readonly onChoose: (task: TaskJson) => void;
}

const byPid = { column: 'pid', descending: false };

/** All tasks; a click or Enter shows the backtrace. */
export function TaskTable({ dump, answer, chosen, onChoose }: TaskTableProps) {
  const { places } = useWorkbench();
  const { tasks } = answer;
  const columns = useMemo(() => taskColumns(dump, onChoose), [dump, onChoose]);
  const current = useMemo(() => tasks.findIndex(({ address }) => address === chosen), [tasks, chosen]);
  return (
    <section className="task-list" aria-label="Tasks">
      <DataTable
        name="tasks"
        label="Tasks"
        testId="task-table"
        columns={columns}
        rows={tasks}
        noun={['task', 'tasks']}
        countTestId="task-count"
        remark={answer.complete ? null : ', the list is incomplete'}
        filter={{ label: 'Filter tasks' }}
        firstOrder={byPid}
        ties={taskTies}
        current={current}
        onRow={onChoose}
        opensOnClick
        rowItems={(task) => [
          { label: 'Show its backtrace', run: () => onChoose(task) },
          { label: 'Show its task_struct in hex', run: () => places.goTo(dump, kernelPosition(task.address)) },
        ]}
      />
    </section>
  );
}
