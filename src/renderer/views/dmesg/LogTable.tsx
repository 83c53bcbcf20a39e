import { useMemo, type ReactNode } from 'react';
import type { LogRecordJson } from '../../../shared/kernel-model.ts';
import { levelNames, logLine } from '../../../shared/log-line.ts';
import { AddressText } from '../../widgets/AddressText.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { dayTime } from '../../words/log-clock.ts';
import { piecesOf } from './log-filter.ts';
import { recordTone } from './log-tone.ts';

/** syslog(3). */
const facilities = ['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'] as const;
/** Time of day of a record, without the date. */
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

/** One cell of a record; in its text, search hits are marked and addresses have cards. */
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

interface Shown {
  /** Key of the dump. */
  readonly dump: string;
  readonly search: string;
  /** Time of day at boot, if it can be derived from memory. */
  readonly boot: string | undefined;
}

function logColumns({ dump, search, boot }: Shown): readonly DataColumn<LogRecordJson>[] {
  const column = (id: string, width: number, more: Partial<DataColumn<LogRecordJson>> = {}): DataColumn<LogRecordJson> => ({
    id,
    title: id,
    width,
    text: (record) => textOf(record, id),
    cell: (record) => <LogCell dump={dump} record={record} column={id} search={search} boot={boot} />,
    ...more,
  });
  const seconds = ({ time }: LogRecordJson): number | undefined => (time === undefined ? undefined : Number(time));
  return [
    column('time', 12, { kind: 'number', value: seconds }),
    ...(boot === undefined
      ? []
      : [
          column('day', 15, {
            title: 'TOD clock',
            about: 'Time of day, UTC; the tooltip shows the full date',
            kind: 'number',
            text: (record) => clockOf(boot, record),
            value: (record) => dayTime(boot, record.time),
          }),
        ]),
    column('level', 6, { value: ({ level }) => level }),
    column('facility', 8),
    column('caller', 8),
    column('text', 24, { grow: 1 }),
  ];
}

interface LogTableProps extends Shown {
  readonly records: readonly LogRecordJson[];
  /** Record to scroll to and mark; a new `turn` repeats the request. */
  readonly shown: { readonly index: number; readonly turn: number };
  /** The filters of the log. */
  readonly children: ReactNode;
}

/** The records; long ones take several lines. They are copied in the format of dmesg. */
export function LogTable({ dump, records, search, shown, boot, children }: LogTableProps) {
  const columns = useMemo(() => logColumns({ dump, search, boot }), [dump, search, boot]);
  return (
    <DataTable
      name="log"
      label="Kernel log"
      testId="log-table"
      wrap
      columns={columns}
      rows={records}
      before={children}
      nothing={<p className="message">No record matches: clear the search, or choose a lower level.</p>}
      line={(record) => logLine(record, false)}
      mark={({ mark }) => mark}
      current={shown.index}
      turn={shown.turn}
    />
  );
}
