import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import type { TaskJson, TasksJson } from '../../../shared/task-model.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { plural } from '../../words/numbers.ts';
import { orderTasks, taskColumns, type TaskColumn, type TaskOrder } from './task-order.ts';

const rowHeight = 24;
const titles: Readonly<Record<TaskColumn, string>> = { pid: 'pid', parent: 'parent', cpu: 'CPU', state: 'state', name: 'name' };

interface TaskTableProps {
  readonly answer: TasksJson;
  /** Address of the task whose backtrace is shown. */
  readonly chosen: string | undefined;
  readonly onChoose: (task: TaskJson) => void;
}

function Row({ task, isChosen, onChoose }: { readonly task: TaskJson; readonly isChosen: boolean; readonly onChoose: (task: TaskJson) => void }) {
  return (
    <>
      <span className="number" role="cell">
        {task.pid ?? '?'}
      </span>
      <span className="number dim" role="cell">
        {task.parent ?? ''}
      </span>
      <span className="number" role="cell">
        {task.runsOn === undefined ? (
          <span className="dim">{task.cpu ?? ''}</span>
        ) : (
          <strong title={`It ran on CPU ${task.runsOn} when the dump was taken`}>▸ {task.runsOn}</strong>
        )}
      </span>
      <span role="cell" title={task.state?.word}>
        {task.state?.letter ?? <span className="dim">?</span>}
      </span>
      <span role="cell" className="cut">
        <button type="button" className="link task-name" aria-pressed={isChosen} onClick={() => onChoose(task)}>
          {task.kind === 'kernel' || task.kind === 'idle' ? <span className="dim">[</span> : null}
          <Hostile text={task.comm} />
          {task.kind === 'kernel' || task.kind === 'idle' ? <span className="dim">]</span> : null}
        </button>
        {task.thread === true ? <span className="dim"> thread of {task.tgid}</span> : null}
      </span>
    </>
  );
}

/** All tasks, as many rows as the screen has: sorted by a column, filtered by words; a click shows the backtrace. */
export function TaskTable({ answer, chosen, onChoose }: TaskTableProps) {
  const [filter, setFilter] = useState('');
  const [order, setOrder] = useState<TaskOrder>({ column: 'pid', descending: false });
  const shown = useMemo(() => orderTasks(answer.tasks, filter, order), [answer, filter, order]);
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used here and passed to nobody
  const rows = useVirtualizer({ count: shown.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8 });
  return (
    <section className="task-list" aria-label="Tasks">
      <div className="task-head">
        <input
          type="search"
          className="input"
          placeholder="name, pid, state"
          aria-label="Filter tasks"
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
        <span className="dim" role="status" data-testid="task-count">
          {filter === '' ? plural(shown.length, 'task') : `${shown.length} of ${plural(answer.tasks.length, 'task')}`}
          {answer.complete ? '' : ', the list is not complete'}
        </span>
      </div>
      <div className="task-table" role="table" aria-label="Tasks" aria-rowcount={shown.length + 1} data-testid="task-table">
        <div className="task-row task-titles" role="row">
          {taskColumns.map((column) => {
            const direction = order.descending ? 'descending' : 'ascending';
            return (
              <span
                key={column}
                role="columnheader"
                aria-sort={order.column === column ? direction : 'none'}
                className={column === 'name' || column === 'state' ? '' : 'number'}
              >
                <button type="button" className="task-sort" onClick={() => setOrder({ column, descending: order.column === column && !order.descending })}>
                  {titles[column]}
                  {order.column === column ? <span aria-hidden="true">{order.descending ? ' ↓' : ' ↑'}</span> : null}
                </button>
              </span>
            );
          })}
        </div>
        <div className="task-scroll" ref={scroller} role="rowgroup" tabIndex={0} aria-label="Rows of tasks">
          <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
            {rows.getVirtualItems().map((item) => {
              const task = shown[item.index];
              if (task === undefined) return null;
              const isChosen = task.address === chosen;
              return (
                <div
                  key={task.address}
                  role="row"
                  aria-rowindex={item.index + 2}
                  className={isChosen ? 'task-row current' : 'task-row'}
                  style={{ position: 'absolute', top: item.start, height: rowHeight, left: 0, right: 0 }}
                >
                  <Row task={task} isChosen={isChosen} onChoose={onChoose} />
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </section>
  );
}
