/** Columns of the list of tasks. */
import type { TaskJson } from '../../../shared/task-model.ts';
import { kernelPosition } from '../../state/position.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { Hostile } from '../../widgets/Hostile.tsx';

const isKernels = ({ kind }: TaskJson): boolean => kind === 'kernel' || kind === 'idle';
const numberText = (value: number | undefined): string => (value === undefined ? '' : String(value));

/** @param dump key of the dump */
export const taskColumns = (dump: string, onChoose: (task: TaskJson) => void): readonly DataColumn<TaskJson>[] => [
  { id: 'pid', title: 'pid', width: 7, kind: 'number', text: ({ pid }) => String(pid ?? '?'), value: ({ pid }) => pid },
  {
    id: 'parent',
    title: 'parent',
    width: 7,
    kind: 'number',
    text: ({ parent }) => numberText(parent),
    value: ({ parent }) => parent,
    cell: ({ parent }) => <span className="dim">{numberText(parent)}</span>,
  },
  {
    id: 'cpu',
    title: 'CPU',
    about: 'CPU that it runs or last ran on; an arrow marks tasks that were running when the dump was taken',
    width: 6,
    kind: 'number',
    text: ({ runsOn, cpu }) => numberText(runsOn ?? cpu),
    value: ({ runsOn, cpu }) => runsOn ?? cpu,
    cell: ({ runsOn, cpu }) =>
      runsOn === undefined ? (
        <span className="dim">{numberText(cpu)}</span>
      ) : (
        <strong title={`It was running on CPU ${runsOn} when the dump was taken`}>▸ {runsOn}</strong>
      ),
  },
  {
    id: 'state',
    title: 'state',
    width: 5,
    text: ({ state }) => state?.letter ?? '?',
    cell: ({ state }) => <span title={state?.word}>{state?.letter ?? '?'}</span>,
  },
  {
    id: 'name',
    title: 'name',
    width: 16,
    grow: 1,
    text: (task) => (isKernels(task) ? `[${task.comm}]` : task.comm),
    value: ({ comm }) => comm,
    cell: (task, { isCurrent }) => (
      <>
        <button type="button" className="link task-name" aria-pressed={isCurrent} onClick={() => onChoose(task)}>
          {isKernels(task) ? <span className="dim">[</span> : null}
          <Hostile text={task.comm} />
          {isKernels(task) ? <span className="dim">]</span> : null}
        </button>
        {task.thread === true ? <span className="dim"> thread of {task.tgid}</span> : null}
      </>
    ),
  },
  { id: 'words', title: 'state in words', width: 26, isExtra: true, text: ({ state }) => state?.word ?? '' },
  { id: 'process', title: 'process', about: 'tgid', width: 8, kind: 'number', isExtra: true, text: ({ tgid }) => numberText(tgid), value: ({ tgid }) => tgid },
  { id: 'kind', title: 'kind', width: 8, isExtra: true, text: ({ kind }) => kind ?? '' },
  {
    id: 'address',
    title: 'task_struct',
    width: 20,
    kind: 'hex',
    isExtra: true,
    text: ({ address }) => address,
    cell: ({ address }) => <AddressLink dump={dump} position={kernelPosition(address)} />,
  },
];
