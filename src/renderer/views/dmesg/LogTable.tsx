import type { LogRecordJson } from '../../../shared/kernel-model.ts';
import { levelNames, logLine } from '../../../shared/log-line.ts';
import { AddressText } from '../../widgets/AddressText.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import type { VirtualColumn } from '../../widgets/virtual-table/table-parts.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { dayTime } from '../../words/log-clock.ts';
import { piecesOf } from './log-filter.ts';
import { recordTone } from './log-tone.ts';

/** syslog(3). */
const facilities = ['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'] as const;
const day: VirtualColumn = { id: 'day', title: 'TOD clock', width: '15ch', number: true, about: 'Time of day, UTC; the whole date is in its tooltip' };
const columns: readonly VirtualColumn[] = [
  { id: 'time', title: 'time', width: '12ch', number: true },
  { id: 'level', title: 'level', width: '6ch' },
  { id: 'facility', title: 'facility', width: '8ch' },
  { id: 'caller', title: 'caller', width: '8ch' },
  { id: 'text', title: 'text', width: 'minmax(0, 1fr)' },
];

/** Time of day of a record, without its day. */
const clockOf = (boot: string | undefined, { time }: LogRecordJson): string => dayTime(boot, time)?.slice(11) ?? '';

function textOf({ level, facility, caller, text, time }: LogRecordJson, id: string | undefined): string {
  switch (id) {
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

interface LogCellProps {
  readonly dump: string;
  readonly record: LogRecordJson;
  /** Id of the column. */
  readonly column: string | undefined;
  readonly search: string;
  readonly boot: string | undefined;
}

/** One cell of a record; in its text what is searched for is marked, and addresses explain themselves. */
function LogCell({ dump, record, column, search, boot }: LogCellProps) {
  const { caller, cut, mark, device } = record;
  const text = textOf(record, column);
  switch (column) {
    case 'day':
      return (
        <span className="dim" title={dayTime(boot, record.time)}>
          {clockOf(boot, record)}
        </span>
      );
    case 'level':
      return <span className={recordTone(record)}>{text}</span>;
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
        <span className={`log-text ${recordTone(record)}`} title={device}>
          {mark === undefined ? null : <span className="log-mark">{mark}</span>}
          <AddressText
            dump={dump}
            text={text}
            piece={(part) =>
              piecesOf(part, search).map((piece, at) =>
                piece.isHit ? (
                  <mark key={at}>
                    <Hostile text={piece.text} />
                  </mark>
                ) : (
                  <Hostile key={at} text={piece.text} />
                ),
              )
            }
          />
          {cut === true ? <span className="tone-warn"> [its end is not in the dump]</span> : null}
        </span>
      );
  }
}

interface LogTableProps {
  /** Key of the dump. */
  readonly dump: string;
  readonly records: readonly LogRecordJson[];
  readonly search: string;
  /** Record to bring into view and to mark; a new `turn` asks again. */
  readonly shown: { readonly index: number; readonly turn: number };
  /** Time of day at boot, where memory proves it. */
  readonly boot: string | undefined;
}

/** The records; long ones take several lines. They are copied as dmesg prints them. */
export function LogTable({ dump, records, search, shown, boot }: LogTableProps) {
  const [first, ...rest] = columns;
  const shownColumns = boot === undefined || first === undefined ? columns : [first, day, ...rest];
  const of = <T,>(row: number, what: (record: LogRecordJson) => T, nothing: T): T => {
    const record = records[row];
    return record === undefined ? nothing : what(record);
  };
  return (
    <VirtualTable
      label="Kernel log"
      testId="log-table"
      layout="wrap"
      columns={shownColumns}
      rows={records.length}
      text={(row, column) => of(row, (record) => (shownColumns[column]?.id === 'day' ? clockOf(boot, record) : textOf(record, shownColumns[column]?.id)), '')}
      cell={(row, column) => of(row, (record) => <LogCell dump={dump} record={record} column={shownColumns[column]?.id} search={search} boot={boot} />, null)}
      line={(row) => of(row, (record) => logLine(record, false), '')}
      mark={(row) => records[row]?.mark}
      current={shown.index}
      turn={shown.turn}
    />
  );
}
