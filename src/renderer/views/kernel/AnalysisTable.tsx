/** The rows of an analysis: sorted by a press on a title, narrowed by a filter, grouped, saved. */
import { useDeferredValue, useMemo, useState } from 'react';
import type { AnalysisTable as Declaration, ColumnJson, RowJson } from '../../../shared/analysis-table.ts';
import { analysisCellText, isRightAligned } from '../../../shared/analysis-text.ts';
import { byteText } from '../../../shared/units.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { countText, plural } from '../../words/numbers.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { FilterInput } from '../../widgets/virtual-table/FilterInput.tsx';
import { nextSort, type SortBy } from '../../widgets/virtual-table/sort-by.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { columnCharacters, grouped, knownColumns, narrowed, sorted, summedColumns, type OneValue } from './analysis-rows.ts';

interface AnalysisTableProps {
  readonly dump: OpenDump;
  readonly table: Declaration;
  readonly rows: readonly RowJson[];
  /** "1,024 rows so far". */
  readonly status: string;
  readonly onSave: (rows: readonly RowJson[]) => void;
}

export function AnalysisTable({ dump, table, rows, status, onSave }: AnalysisTableProps) {
  const [typed, setTyped] = useState('');
  const [by, setBy] = useState<SortBy>();
  const [group, setGroup] = useState('');
  const [only, setOnly] = useState<OneValue>();
  const filter = useDeferredValue(typed);
  const columns = useMemo(() => knownColumns(table.columns, rows), [table, rows]);
  const shown = useMemo(() => sorted(columns, narrowed(columns, rows, filter, only), by), [columns, rows, filter, only, by]);
  const groups = useMemo(() => (group === '' ? [] : grouped(columns, shown, group)), [columns, shown, group]);
  const chooseGroup = (text: string): void => {
    setOnly({ column: group, text });
    setGroup('');
  };
  return (
    <>
      <div className="analysis-bar">
        <p role="status" className="dim" data-testid="analysis-status">
          {shown.length === rows.length ? status : `${countText(shown.length)} of ${plural(rows.length, 'row')}`}
        </p>
        <FilterInput label="Filter rows" placeholder="Filter" value={typed} onChange={setTyped} />
        {table.grouping === undefined ? null : (
          <label className="dim">
            group by{' '}
            <select className="select" value={group} onChange={(event) => setGroup(event.currentTarget.value)} data-testid="analysis-group">
              <option value="">nothing</option>
              {table.grouping.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        {only === undefined ? null : (
          <button type="button" className="button" onClick={() => setOnly(undefined)} title="Show all rows again">
            {only.column}: <Hostile text={only.text === '' ? 'not known' : only.text} /> ✕
          </button>
        )}
        <button type="button" className="button" onClick={() => onSave(shown)} disabled={shown.length === 0} data-testid="analysis-csv">
          CSV…
        </button>
      </div>
      {group === '' ? (
        <Rows dump={dump} label={table.title} columns={columns} rows={shown} by={by} onSort={(name) => setBy((now) => nextSort(now, name))} />
      ) : (
        <VirtualTable
          label={`${table.title} by ${group}`}
          testId="analysis-groups"
          columns={[
            { id: 'group', title: group, width: '40ch' },
            { id: 'rows', title: 'rows', width: '12ch', number: true },
            ...summedColumns(columns).map(({ name }) => ({ id: name, title: name, width: '16ch', number: true })),
          ]}
          rows={groups.length}
          text={(row, column) => {
            const one = groups[row];
            if (one === undefined) return '';
            if (column === 0) return one.text === '' ? 'not known' : one.text;
            return column === 1 ? countText(one.rows) : byteText(one.sums[column - 2] ?? 0n);
          }}
          cell={(row, column) => {
            const one = groups[row];
            if (one === undefined) return null;
            if (column === 1) return countText(one.rows);
            if (column > 1) return byteText(one.sums[column - 2] ?? 0n);
            return (
              <button type="button" className="link" onClick={() => chooseGroup(one.text)}>
                <Hostile text={one.text === '' ? 'not known' : one.text} />
              </button>
            );
          }}
          onRow={(row) => {
            const one = groups[row];
            if (one !== undefined) chooseGroup(one.text);
          }}
        />
      )}
    </>
  );
}

interface RowsProps {
  readonly dump: OpenDump;
  readonly label: string;
  readonly columns: readonly ColumnJson[];
  readonly rows: readonly RowJson[];
  readonly by: SortBy | undefined;
  readonly onSort: (column: string) => void;
}

function Rows({ dump, label, columns, rows, by, onSort }: RowsProps) {
  const heads = columns.map((column) => ({
    id: column.name,
    title: column.name,
    about: column.about,
    width: `${columnCharacters(column, rows)}ch`,
    number: isRightAligned(column),
  }));
  const text = (row: number, at: number): string => {
    const column = columns[at];
    const cell = column === undefined ? undefined : rows[row]?.[column.name];
    return column === undefined || cell === undefined ? '' : analysisCellText(column.type, cell);
  };
  return (
    <VirtualTable
      label={label}
      testId="analysis-table"
      columns={heads}
      rows={rows.length}
      sort={{ by, onSort }}
      text={text}
      cell={(row, at) => {
        const column = columns[at];
        const cell = column === undefined ? undefined : rows[row]?.[column.name];
        // An address of a process means nothing in the kernel's space.
        if (cell === undefined || column?.type !== 'address' || column.space === 'process') return <Hostile text={text(row, at)} title />;
        return (
          <AddressLink dump={dump.key} position={{ space: column.space ?? 'virtual', address: BigInt(cell), length: 8 }}>
            {text(row, at)}
          </AddressLink>
        );
      }}
    />
  );
}
