import { useMemo, type ReactNode } from 'react';
import type { RowJson } from '../../../shared/analysis-table.ts';
import { levelNames } from '../../../shared/log-line.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { kernelPosition } from '../../state/position.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { AddressText } from '../../widgets/AddressText.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { bootText, clockText, kernelLog, lineOfRow, logOf, textOfRow } from './debug-log-rows.ts';

interface CellProps {
  readonly dump: string;
  readonly row: RowJson;
  readonly column: string | undefined;
  readonly asBytes: boolean;
}

function cellText({ row, column, asBytes }: Omit<CellProps, 'dump'>): string {
  switch (column) {
    case 'boot':
      return bootText(row.sinceBoot);
    case 'time':
      return clockText(row.time);
    case 'log':
      return logOf(row);
    case 'level':
      if (row.source === kernelLog) return levelNames[Number(row.level)] ?? '';
      return `${String(row.level ?? '')}${row.exception === true ? ' *' : ''}`;
    case 'cpu':
      return String(row.cpu ?? '');
    case 'caller':
      return String(row.caller ?? row.callerAddress ?? '');
    default:
      return textOfRow(row, asBytes);
  }
}

/** One cell of a record: callers link to their code, and addresses in texts have cards. */
function DebugCell({ dump, row, column, asBytes }: CellProps) {
  const text = cellText({ row, column, asBytes });
  switch (column) {
    case 'time':
      return (
        <span className="dim" title={String(row.time ?? '')}>
          {text}
        </span>
      );
    case 'boot':
      return <span className="dim">{text}</span>;
    case 'log':
      return (
        <span className={`debug-cut${row.source === kernelLog ? ' dim' : ''}`} title={visibleText(text)}>
          <Hostile text={text} />
        </span>
      );
    case 'level':
      return <span title={row.exception === true ? 'recorded as an exception' : undefined}>{text}</span>;
    case 'caller':
      return row.callerAddress === undefined ? (
        <span className="dim">{text}</span>
      ) : (
        <span className="debug-cut">
          <AddressLink dump={dump} position={kernelPosition(String(row.callerAddress), 2)}>
            {visibleText(text)}
          </AddressLink>
        </span>
      );
    case 'text':
      return (
        <span className={`log-text ${row.mark === undefined ? '' : 'tone-bad'}`}>
          {row.mark === undefined ? null : <span className="log-mark">{String(row.mark)}</span>}
          <AddressText dump={dump} text={text} />
        </span>
      );
    default:
      return text;
  }
}

interface Shown {
  /** Key of the dump. */
  readonly dump: string;
  /** The kernel log is included. */
  readonly isMerged: boolean;
  readonly asBytes: boolean;
}

function debugColumns({ dump, isMerged, asBytes }: Shown): readonly DataColumn<RowJson>[] {
  const column = (id: string, width: number, more: Partial<DataColumn<RowJson>> = {}): DataColumn<RowJson> => ({
    id,
    title: id,
    width,
    text: (row) => cellText({ row, column: id, asBytes }),
    cell: (row) => <DebugCell dump={dump} row={row} column={id} asBytes={asBytes} />,
    ...more,
  });
  return [
    ...(isMerged
      ? [column('boot', 12, { title: 'since boot', kind: 'number', value: ({ sinceBoot }) => (sinceBoot === undefined ? undefined : Number(sinceBoot)) })]
      : []),
    column('time', 16, { title: 'TOD clock', kind: 'number', value: ({ time }) => time }),
    column('log', 12),
    column('level', 7, { value: ({ level }) => level }),
    column('cpu', 4, { title: 'CPU', kind: 'number', value: ({ cpu }) => cpu }),
    column('caller', 14, { grow: 1 }),
    column('text', 40, { grow: 4 }),
  ];
}

interface DebugLogTableProps extends Shown {
  readonly rows: readonly RowJson[];
  /** The filters of the log. */
  readonly before: ReactNode;
  readonly nothing: ReactNode;
}

/** Records of the debug feature, or of both logs, one line each; long texts take several. */
export function DebugLogTable({ dump, rows, isMerged, asBytes, before, nothing }: DebugLogTableProps) {
  const columns = useMemo(() => debugColumns({ dump, isMerged, asBytes }), [dump, isMerged, asBytes]);
  return (
    <DataTable
      name={isMerged ? 'merged-log' : 'debug-log'}
      label={isMerged ? 'Kernel log and debug feature' : 'Debug feature'}
      testId="debug-log-table"
      wrap
      columns={columns}
      rows={rows}
      before={before}
      nothing={nothing}
      line={(row) => lineOfRow(row, asBytes)}
      mark={({ mark }) => (mark === undefined ? undefined : String(mark))}
    />
  );
}
