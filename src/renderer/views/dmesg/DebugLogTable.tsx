import type { RowJson } from '../../../shared/analysis-table.ts';
import { levelNames } from '../../../shared/log-line.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { kernelPosition } from '../../state/position.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { AddressText } from '../../widgets/AddressText.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { bootText, clockText, kernelLog, lineOfRow, logOf, textOfRow } from './debug-log-rows.ts';

const boot: VirtualColumn = { id: 'boot', title: 'since boot', width: '12ch', number: true };
const common: readonly VirtualColumn[] = [
  { id: 'time', title: 'TOD clock', width: '16ch', number: true },
  { id: 'log', title: 'log', width: 'minmax(10ch, 12ch)' },
  { id: 'level', title: 'level', width: '7ch' },
  { id: 'cpu', title: 'CPU', width: '4ch', number: true },
  { id: 'caller', title: 'caller', width: 'minmax(14ch, 28ch)' },
  { id: 'text', title: 'text', width: 'minmax(40ch, 1fr)' },
];

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

/** One cell of a record: callers lead to their code, and addresses in texts explain themselves. */
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
      return <span title={row.exception === true ? 'noted as an exception' : undefined}>{text}</span>;
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

interface DebugLogTableProps {
  /** Key of the dump. */
  readonly dump: string;
  readonly rows: readonly RowJson[];
  /** The kernel's log is among them. */
  readonly isMerged: boolean;
  readonly asBytes: boolean;
}

/** Records of the debug feature, or of both logs, a line each; long texts take several. */
export function DebugLogTable({ dump, rows, isMerged, asBytes }: DebugLogTableProps) {
  const columns = isMerged ? [boot, ...common] : common;
  return (
    <VirtualTable
      label={isMerged ? 'Kernel log and debug feature' : 'Debug feature'}
      testId="debug-log-table"
      layout="wrap"
      columns={columns}
      rows={rows.length}
      text={(row, column) => cellText({ row: rows[row] ?? {}, column: columns[column]?.id, asBytes })}
      cell={(row, column) => {
        const record = rows[row];
        return record === undefined ? null : <DebugCell dump={dump} row={record} column={columns[column]?.id} asBytes={asBytes} />;
      }}
      line={(row) => lineOfRow(rows[row] ?? {}, asBytes)}
      mark={(row) => (rows[row]?.mark === undefined ? undefined : String(rows[row].mark))}
    />
  );
}
