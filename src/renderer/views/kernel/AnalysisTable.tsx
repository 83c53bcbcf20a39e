/** The rows of an analysis: sorted by a press on a title, narrowed by a filter, grouped, saved. */
import { useDeferredValue, useMemo, useState } from 'react';
import type { AnalysisTable as Declaration, ColumnJson, RowJson } from '../../../shared/analysis-table.ts';
import { analysisCellText, isRightAligned } from '../../../shared/analysis-text.ts';
import { parseSymbol } from '../../../shared/symbol-expression.ts';
import { byteText } from '../../../shared/units.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { countText, plural } from '../../words/numbers.ts';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { AddressText } from '../../widgets/AddressText.tsx';
import { explainedText } from '../../widgets/explained.ts';
import { HexNumber } from '../../widgets/HexNumber.tsx';
import { Hostile } from '../../widgets/Hostile.tsx';
import { FilterInput } from '../../widgets/virtual-table/FilterInput.tsx';
import { nextSort, type SortBy } from '../../widgets/virtual-table/sort-by.ts';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import {
  alignedText,
  columnCharacters,
  columnTitle,
  fractionDigits,
  grouped,
  knownColumns,
  narrowed,
  sorted,
  summedColumns,
  type OneValue,
} from './analysis-rows.ts';

interface AnalysisTableProps {
  readonly dump: OpenDump;
  readonly table: Declaration;
  readonly rows: readonly RowJson[];
  /** "1,024 rows so far". */
  readonly status: string;
  readonly onSave: (rows: readonly RowJson[]) => void;
  /** Shows the analysis that a row names. */
  readonly onChoose: (id: string) => void;
}

export function AnalysisTable({ dump, table, rows, status, onSave, onChoose }: AnalysisTableProps) {
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
                <option key={name} value={name}>
                  {columnTitle(name)}
                </option>
              ))}
            </select>
          </label>
        )}
        {only === undefined ? null : (
          <button type="button" className="button" onClick={() => setOnly(undefined)} title="Show all rows again">
            {columnTitle(only.column)}: <Hostile text={only.text === '' ? 'not known' : only.text} /> ✕
          </button>
        )}
        <button type="button" className="button" onClick={() => onSave(shown)} disabled={shown.length === 0} data-testid="analysis-csv">
          CSV…
        </button>
      </div>
      {group === '' ? (
        <Rows
          dump={dump}
          isTree={table.drawing === 'memory-tree' && by === undefined}
          label={table.title}
          columns={columns}
          rows={shown}
          by={by}
          onSort={(name) => setBy((now) => nextSort(now, name))}
          leadsOn={table.drawing === 'memory-tree'}
          onChoose={onChoose}
        />
      ) : (
        <VirtualTable
          label={`${table.title} by ${columnTitle(group)}`}
          testId="analysis-groups"
          columns={[
            { id: 'group', title: columnTitle(group), width: '40ch' },
            { id: 'rows', title: 'rows', width: '12ch', number: true },
            ...summedColumns(columns).map(({ name }) => ({ id: name, title: columnTitle(name), width: '16ch', number: true })),
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

/** Deeper ones stand in no further. */
const mostIndented = 8;

interface RowsProps {
  readonly dump: OpenDump;
  /** Names stand in by their level: while rows keep their order, each is followed by its own. */
  readonly isTree: boolean;
  readonly label: string;
  readonly columns: readonly ColumnJson[];
  readonly rows: readonly RowJson[];
  readonly by: SortBy | undefined;
  readonly onSort: (column: string) => void;
  /** The column `see` names the analysis that shows more. */
  readonly leadsOn: boolean;
  readonly onChoose: (id: string) => void;
}

function Rows({ dump, isTree, label, columns, rows, by, onSort, leadsOn, onChoose }: RowsProps) {
  const digits = useMemo(() => fractionDigits(columns, rows), [columns, rows]);
  const heads = columns.map((column, at) => ({
    id: column.name,
    title: columnTitle(column.name),
    about: column.about,
    width: `${columnCharacters(column, rows, at === columns.length - 1, digits)}ch`,
    number: isRightAligned(column),
  }));
  const text = (row: number, at: number): string => {
    const column = columns[at];
    const cell = column === undefined ? undefined : rows[row]?.[column.name];
    return column === undefined ? '' : analysisCellText(column.type, cell);
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
        const level = isTree && column?.name === 'name' ? rows[row]?.level : undefined;
        if (typeof level === 'number')
          return (
            <span style={{ paddingInlineStart: `${Math.min(level, mostIndented) * 2}ch` }}>
              <Hostile text={text(row, at)} title />
            </span>
          );
        if (leadsOn && column?.name === 'see' && cell !== undefined)
          return (
            <button type="button" className="link" onClick={() => onChoose(String(cell))}>
              <Hostile text={text(row, at)} />
            </button>
          );
        if (column?.type === 'text' && cell !== undefined) return <AddressText dump={dump.key} text={text(row, at)} title />;
        // A symbol is an address too.
        if (column?.type === 'symbol' && cell !== undefined && parseSymbol(String(cell)) !== undefined)
          return (
            <span {...explainedText(dump.key, String(cell))}>
              <Hostile text={text(row, at)} />
            </span>
          );
        if (column?.type === 'duration') return <Hostile text={alignedText(column, cell, digits)} />;
        // An address of a process means nothing in the kernel's space.
        if (cell === undefined || column?.type !== 'address') return <Hostile text={text(row, at)} title />;
        if (column.space === 'process') return <HexNumber value={String(cell)} />;
        return (
          <AddressLink dump={dump.key} position={{ space: column.space ?? 'virtual', address: BigInt(cell), length: 8 }}>
            {text(row, at)}
          </AddressLink>
        );
      }}
    />
  );
}
