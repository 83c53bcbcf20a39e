import type { LogRecordJson } from '../../../shared/kernel-model.ts';
import { levelNames, logLine } from '../../../shared/log-line.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { piecesOf } from './log-filter.ts';

/** syslog(3). */
const facilities = ['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'] as const;
const graveLevel = 3;
const warnLevel = 4;

const columns: readonly VirtualColumn[] = [
  { id: 'time', title: 'time', width: '12ch', number: true },
  { id: 'level', title: 'level', width: '6ch' },
  { id: 'facility', title: 'facility', width: '8ch' },
  { id: 'caller', title: 'caller', width: '8ch' },
  { id: 'text', title: 'text', width: 'minmax(0, 1fr)' },
];

const toneOf = ({ mark, level }: LogRecordJson): string => {
  if (mark === 'panic' || mark === 'oops' || mark === 'bug' || mark === 'lockup' || mark === 'hardware') return 'tone-bad';
  if (level !== undefined && level <= graveLevel) return 'tone-bad';
  return mark !== undefined || level === warnLevel ? 'tone-warn' : '';
};

function textOf({ time, level, facility, caller, text }: LogRecordJson, column: number): string {
  switch (columns[column]?.id) {
    case 'time':
      return time?.slice(0, -3) ?? '';
    case 'level':
      return level === undefined ? '' : (levelNames[level] ?? String(level));
    case 'facility':
      return facility === undefined ? '' : (facilities[facility] ?? String(facility));
    case 'caller':
      return caller ?? '';
    default:
      return text;
  }
}

/** One cell of a record; in its text what is searched for is marked. */
function LogCell({ record, column, search }: { readonly record: LogRecordJson; readonly column: number; readonly search: string }) {
  const { caller, cut, mark, device } = record;
  const text = textOf(record, column);
  switch (columns[column]?.id) {
    case 'level':
      return <span className={toneOf(record)}>{text}</span>;
    case 'time':
    case 'facility':
      return <span className="dim">{text}</span>;
    case 'caller':
      return (
        <span className="dim" title={caller === undefined ? undefined : `${caller.startsWith('T') ? 'thread' : 'CPU'} ${caller.slice(1)}`}>
          {text}
        </span>
      );
    default:
      return (
        <span className={`log-text ${toneOf(record)}`} title={device}>
          {mark === undefined ? null : <span className="log-mark">{mark}</span>}
          {piecesOf(text, search).map((piece, at) =>
            piece.isHit ? (
              <mark key={at}>
                <Hostile text={piece.text} />
              </mark>
            ) : (
              <Hostile key={at} text={piece.text} />
            ),
          )}
          {cut === true ? <span className="tone-warn"> [its end is not in the dump]</span> : null}
        </span>
      );
  }
}

interface LogTableProps {
  readonly records: readonly LogRecordJson[];
  readonly search: string;
  /** Record to bring into view and to mark; a new `turn` asks again. */
  readonly shown: { readonly index: number; readonly turn: number };
}

/** The records; long ones take several lines. They are copied as dmesg prints them. */
export function LogTable({ records, search, shown }: LogTableProps) {
  const of = <T,>(row: number, what: (record: LogRecordJson) => T, nothing: T): T => {
    const record = records[row];
    return record === undefined ? nothing : what(record);
  };
  return (
    <VirtualTable
      label="Kernel log"
      testId="log-table"
      layout="wrap"
      columns={columns}
      rows={records.length}
      text={(row, column) => of(row, (record) => textOf(record, column), '')}
      cell={(row, column) => of(row, (record) => <LogCell record={record} column={column} search={search} />, null)}
      line={(row) => of(row, (record) => logLine(record, false), '')}
      mark={(row) => records[row]?.mark}
      current={shown.index}
      turn={shown.turn}
    />
  );
}
