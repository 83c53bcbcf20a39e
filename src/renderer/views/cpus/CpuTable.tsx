import { useMemo, useState, type ReactNode } from 'react';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { CpuNumbering } from '../../../shared/cpu-registers.ts';
import { cpuNumbering } from '../../state/register-lookup.ts';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import type { ActivityOf } from './cpu-activity.ts';
import { cpuColumnsShown, cpuRows, type CpuRow } from './cpu-rows.ts';
import { cpuTone } from './cpu-tone.ts';
import { instructionCell, prefixCell, valueText, type RegisterCell } from './register-rows.ts';
import { RegisterValue } from './RegisterValue.tsx';
import './cpu-table.css';
import { defined } from '../../../shared/defined.ts';

interface CpuTableProps {
  /** Key of the dump. */
  readonly dump: string;
  readonly cpus: readonly CpuJson[];
  readonly onChoose: (cpu: CpuJson) => void;
  /** Id of the CPU that is shown next to the table. */
  readonly chosen?: number;
  /** What each CPU was doing: if given, the table has columns for place and task. */
  readonly activity: ActivityOf | undefined;
  /** Shown before the tools of the table. */
  readonly before?: ReactNode;
  /** It has a filter and a count. */
  readonly isFiltered?: boolean;
  /** As high as its rows; otherwise as high as the surrounding pane. */
  readonly asHighAsRows?: boolean;
}

type Column = DataColumn<CpuRow>;

const none = <span className="dim">–</span>;
const words = (text: string | undefined): ReactNode => (text === undefined ? none : <Hostile text={text} title />);

const wordColumn = (column: Omit<Column, 'text' | 'cell'>, of: (row: CpuRow) => string | undefined): Column => ({
  ...column,
  text: (row) => of(row) ?? '',
  cell: (row) => words(of(row)),
});

const registerColumn = (dump: string, column: Omit<Column, 'text' | 'cell'>, of: (cpu: CpuJson) => RegisterCell | undefined): Column => ({
  ...column,
  kind: 'hex',
  text: ({ cpu }) => {
    const cell = of(cpu);
    return cell === undefined ? '' : valueText(cell);
  },
  cell: ({ cpu, number }) => {
    const cell = of(cpu);
    return cell === undefined ? none : <RegisterValue dump={dump} cell={cell} number={number} />;
  },
});

interface ColumnsOf extends Pick<CpuTableProps, 'dump' | 'cpus' | 'activity'> {
  readonly numbering: CpuNumbering;
  readonly onToggle: (key: string) => void;
}

function columnsOf({ dump, cpus, activity, numbering, onToggle }: ColumnsOf): readonly Column[] {
  const { hasState, hasPsw, hasAddress, hasActivity, hasCrashed, hasPrefix } = cpuColumnsShown(cpus, activity);
  const number: Column = {
    id: 'cpu',
    title: numbering === 'linuxCpu' ? 'CPU' : 'position',
    width: 8,
    text: ({ numbers }) => numbers,
    value: (row) => row.number,
    cell: ({ group, isOpen = false, numbers }) =>
      group === undefined ? (
        numbers
      ) : (
        <button
          type="button"
          className="cpu-group"
          aria-expanded={isOpen}
          title={numbers}
          onClick={(event) => {
            event.stopPropagation();
            onToggle(group.key);
          }}
          data-testid="cpu-group"
        >
          <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} /> {numbers}
        </button>
      ),
  };
  const state: Column = {
    ...wordColumn({ id: 'state', title: 'state', width: 16, grow: 3 }, (row) => row.state),
    cell: ({ cpu, state: text }) => (text === undefined ? none : <span className={`tone-${cpuTone(cpu)}`}>{words(text)}</span>),
  };
  const crashed: Column = {
    ...wordColumn({ id: 'crashed', title: 'before the crash', width: 16, grow: 3 }, ({ activity: own }) =>
      own?.crashedIn === undefined && own?.stoppedIn !== undefined ? `interrupted in ${own.stoppedIn}` : own?.crashedIn,
    ),
    cell: ({ activity: own }) =>
      own?.crashedIn === undefined && own?.stoppedIn !== undefined ? (
        <span className="dim">{words(`interrupted in ${own.stoppedIn}`)}</span>
      ) : (
        words(own?.crashedIn)
      ),
  };
  return [
    number,
    ...(hasState ? [state] : []),
    ...(hasAddress ? [registerColumn(dump, { id: 'address', title: hasPsw ? 'PSW address' : 'instruction', width: 20 }, instructionCell)] : []),
    ...(hasActivity ? [wordColumn({ id: 'where', title: 'where', width: 14, grow: 1.5 }, ({ activity: own }) => own?.where)] : []),
    ...(hasCrashed ? [crashed] : []),
    ...(hasActivity ? [wordColumn({ id: 'task', title: 'task', width: 14, grow: 1.5 }, ({ activity: own }) => own?.task)] : []),
    ...(hasPrefix ? [registerColumn(dump, { id: 'prefix', title: 'prefix', width: 11 }, prefixCell)] : []),
  ];
}

const noGroups: ReadonlySet<string> = new Set();

/** All CPUs in dump order, one row each; on a large machine those in the same state share a row, which can be expanded. */
export function CpuTable({ dump, cpus, onChoose, chosen, activity, before, isFiltered = false, asHighAsRows = false }: CpuTableProps) {
  const numbering = cpuNumbering(cpus);
  const [opened, setOpened] = useState(noGroups);
  const rows = useMemo(() => cpuRows({ cpus, numbering, activity, opened }), [cpus, numbering, activity, opened]);
  const columns = useMemo(() => {
    const onToggle = (key: string): void =>
      setOpened((old) => {
        const next = new Set(old);
        if (!next.delete(key)) next.add(key);
        return next;
      });
    return { all: columnsOf({ dump, cpus, activity, numbering, onToggle }), onToggle };
  }, [dump, cpus, activity, numbering]);
  const current = chosen === undefined ? undefined : rows.findIndex(({ cpu, group }) => group === undefined && cpu.id === chosen);
  return (
    <DataTable
      name="cpus"
      label="CPUs"
      testId="cpu-table"
      columns={columns.all}
      rows={rows}
      before={before}
      {...(isFiltered ? ({ filter: { label: 'Filter CPUs' }, noun: ['row', 'rows'] } as const) : {})}
      {...(asHighAsRows ? { asHighAsRows } : {})}
      {...defined({ current })}
      mark={(row) => (row.activity?.crashedIn === undefined ? undefined : 'crashed')}
      onRow={({ cpu, group }) => (group === undefined ? onChoose(cpu) : columns.onToggle(group.key))}
      opensOnClick
    />
  );
}
