import { useMemo, useState } from 'react';
import { cpuGroups, cpuNumbersText, cpuStateText, mostSingleCpus, type CpuGroup } from '../../../shared/cpu-groups.ts';
import type { CpuJson } from '../../../shared/cpu-model.ts';
import type { CpuNumbering } from '../../../shared/cpu-registers.ts';
import { instructionAddress } from '../../../shared/place-names.ts';
import { cpuNumber, cpuNumbering } from '../../state/register-lookup.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { cpuTone } from './cpu-tone.ts';
import type { ActivityOf, CpuActivity } from './cpu-activity.ts';
import { instructionCell, prefixCell, type RegisterCell } from './register-rows.ts';
import { RegisterValue } from './RegisterValue.tsx';
import './cpu-table.css';

interface CpuTableProps {
  /** Key of the dump. */
  readonly dump: string;
  readonly cpus: readonly CpuJson[];
  readonly onChoose: (cpu: CpuJson) => void;
  /** Id of the CPU that is shown beside the table. */
  readonly chosen?: number;
  /** What each CPU was doing: with it the table has columns for place and task. */
  readonly activity?: ActivityOf;
}

const none = <span className="dim">–</span>;

/** A link goes to the bytes; a click beside it chooses the CPU. */
function Register({ dump, cell, number }: { readonly dump: string; readonly cell: RegisterCell | undefined; readonly number: number }) {
  return cell === undefined ? none : <RegisterValue dump={dump} cell={cell} number={number} />;
}

function CrashedCell({ activity }: { readonly activity: CpuActivity | undefined }) {
  if (activity?.crashedIn !== undefined) return <Hostile text={activity.crashedIn} title />;
  if (activity?.stoppedIn === undefined) return none;
  return (
    <span className="dim">
      stopped in <Hostile text={activity.stoppedIn} title />
    </span>
  );
}

function ActivityCells({ activity, hasCrashed }: { readonly activity: CpuActivity | undefined; readonly hasCrashed: boolean }) {
  return (
    <>
      <td className="code cpu-where">{activity?.where === undefined ? none : <Hostile text={activity.where} title />}</td>
      {hasCrashed ? (
        <td className="code cpu-where">
          <CrashedCell activity={activity} />
        </td>
      ) : null}
      <td className="cpu-task">{activity?.task === undefined ? none : <Hostile text={activity.task} title />}</td>
    </>
  );
}

interface GroupRowProps {
  readonly dump: string;
  readonly group: CpuGroup;
  readonly numbering: CpuNumbering;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  /** Columns of the table after the first. */
  readonly columns: { readonly state: boolean; readonly address: boolean; readonly crashed: boolean; readonly prefix: boolean };
  readonly activity: ActivityOf | undefined;
}

/** Several CPUs in the same state: one line, which opens. */
function GroupRow({ dump, group, numbering, isOpen, onToggle, columns, activity }: GroupRowProps) {
  const [first] = group.cpus;
  // Each has its own task.
  const { task: _, ...shared } = activity?.(first) ?? {};
  return (
    <tr className="followed" onClick={onToggle} data-testid="cpu-group">
      <td>
        <button
          type="button"
          className="cpu-number cpu-group"
          aria-expanded={isOpen}
          onClick={(event) => {
            event.stopPropagation();
            onToggle();
          }}
        >
          <Icon name={isOpen ? 'chevron-down' : 'chevron-right'} /> {cpuNumbersText(group.cpus, numbering)}
        </button>
      </td>
      {columns.state ? (
        <td className={`cpu-state tone-${cpuTone(first)}`}>
          {group.cpus.length} CPUs: <Hostile text={cpuStateText(first) ?? ''} title />
        </td>
      ) : null}
      {columns.address ? (
        <td className="code">
          <Register dump={dump} cell={instructionCell(first)} number={cpuNumber(first, numbering)} />
        </td>
      ) : null}
      {activity === undefined ? null : <ActivityCells activity={shared} hasCrashed={columns.crashed} />}
      {columns.prefix ? <td className="code" /> : null}
    </tr>
  );
}

/** What has to be the same in a group; tasks differ. */
const placeOf = ({ where = '', crashedIn = '', stoppedIn = '' }: CpuActivity = {}): string => `${where} ${crashedIn} ${stoppedIn}`;

const noGroups: ReadonlySet<string> = new Set();

/**
 * All CPUs in dump order, a line each; of a large machine those in the same state share a line, which opens. A row is chosen by click, or by
 * its number's button.
 */
export function CpuTable({ dump, cpus, onChoose, chosen, activity }: CpuTableProps) {
  const numbering = cpuNumbering(cpus);
  const [opened, setOpened] = useState(noGroups);
  const groups = useMemo(
    () =>
      cpus.length > mostSingleCpus ? cpuGroups(cpus, (cpu) => placeOf(activity?.(cpu))) : cpus.map((cpu): CpuGroup => ({ key: String(cpu.id), cpus: [cpu] })),
    [cpus, activity],
  );
  const toggle = (key: string): void => {
    setOpened((old) => {
      const next = new Set(old);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  };
  const hasPsw = cpus.some(({ psw }) => psw !== undefined);
  const hasAddress = cpus.some((cpu) => instructionAddress(cpu) !== undefined);
  const hasCrashed = cpus.some((cpu) => activity?.(cpu)?.crashedIn !== undefined);
  // Of a crash there is more of interest than the overview has room for; the CPUs view always has it.
  const hasPrefix = !hasCrashed && cpus.some(({ prefix }) => prefix !== undefined);
  const hasState = cpus.some((cpu) => cpuStateText(cpu) !== undefined);
  const cpuRow = (cpu: CpuJson) => {
    const number = cpuNumber(cpu, numbering);
    const state = cpuStateText(cpu);
    return (
      <tr key={cpu.id} className="followed" aria-selected={chosen === undefined ? undefined : chosen === cpu.id} onClick={() => onChoose(cpu)}>
        <td>
          <button type="button" className="cpu-number" aria-label={`CPU ${number}`} onClick={() => onChoose(cpu)}>
            {number}
          </button>
        </td>
        {hasState ? <td className={`cpu-state tone-${cpuTone(cpu)}`}>{state === undefined ? none : <Hostile text={state} title />}</td> : null}
        {hasAddress ? (
          <td className="code">
            <Register dump={dump} cell={instructionCell(cpu)} number={number} />
          </td>
        ) : null}
        {activity === undefined ? null : <ActivityCells activity={activity(cpu)} hasCrashed={hasCrashed} />}
        {hasPrefix ? (
          <td className="code">
            <Register dump={dump} cell={prefixCell(cpu)} number={number} />
          </td>
        ) : null}
      </tr>
    );
  };
  return (
    <table className="table cpu-table" data-testid="cpu-table">
      <thead>
        <tr>
          <th>{numbering === 'linuxCpu' ? 'CPU' : 'position'}</th>
          {hasState ? <th>state</th> : null}
          {hasAddress ? <th>{hasPsw ? 'PSW address' : 'instruction'}</th> : null}
          {activity === undefined ? null : (
            <>
              <th>where</th>
              {hasCrashed ? <th>crashed in</th> : null}
              <th>task</th>
            </>
          )}
          {hasPrefix ? <th>prefix</th> : null}
        </tr>
      </thead>
      <tbody>
        {groups.flatMap((group) => [
          ...(group.cpus.length === 1
            ? []
            : [
                <GroupRow
                  key={`group ${group.key}`}
                  dump={dump}
                  group={group}
                  numbering={numbering}
                  isOpen={opened.has(group.key)}
                  onToggle={() => toggle(group.key)}
                  columns={{ state: hasState, address: hasAddress, crashed: hasCrashed, prefix: hasPrefix }}
                  activity={activity}
                />,
              ]),
          ...(group.cpus.length === 1 || opened.has(group.key) ? group.cpus.map(cpuRow) : []),
        ])}
      </tbody>
    </table>
  );
}
