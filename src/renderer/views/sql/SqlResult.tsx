/** The rows of a query: a table whose addresses lead to their bytes, a chart, and the way out as CSV or JSON. */
import { useMemo, useState } from 'react';
import { incompleteIndexText } from '../../../shared/index-text.ts';
import { useStore } from '../../hooks/use-store.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { emptyQueryPage } from '../../state/query-book.ts';
import { plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { nextSort, type SortBy } from '../../widgets/virtual-table/sort-by.ts';
import { Unconfirmed } from '../../widgets/Unconfirmed.tsx';
import { VirtualTable } from '../../widgets/virtual-table/VirtualTable.tsx';
import { cellPosition, cellText, columnWidth, isNumberColumn, sortedRows, toCsv, toJson } from './sql-cells.ts';
import { ResultChart } from './ResultChart.tsx';
import type { TimedResult } from './timed-result.ts';

interface SqlResultProps {
  readonly dump: OpenDump;
  readonly answer: TimedResult;
  /** A newer query runs or failed: these rows are not its answer. */
  readonly stale: boolean;
  readonly rowCap: number;
}

export function SqlResult({ dump, answer, stale, rowCap }: SqlResultProps) {
  const { shell, tell, queries } = useWorkbench();
  const page = useStore(queries.pages)[dump.key] ?? emptyQueryPage;
  const { shown } = page;
  const setShown = (chosen: typeof shown): void => queries.change(dump.key, { shown: chosen });
  const [by, setBy] = useState<SortBy>();
  const { result, seconds } = answer;
  const rows = useMemo(() => sortedRows(result, by), [result, by]);
  const save = (kind: 'csv' | 'json'): void => {
    const text = kind === 'csv' ? toCsv(result) : toJson(result);
    shell
      .call('saveText', { kind: 'rows', suggestedName: `${dump.name.slice(0, 200)}.query.${kind}`, text, title: `Save rows as ${kind.toUpperCase()}` })
      .catch(tell);
  };
  const columns = result.columns.map((title, index) => ({
    id: String(index),
    title,
    width: `${columnWidth(result, index)}ch`,
    number: isNumberColumn(result, index) || cellPosition(title, result.rows[0]?.[index] ?? null) !== undefined,
  }));
  const valueOf = (row: number, column: number) => rows[row]?.[column] ?? null;
  const text = (row: number, column: number): string => cellText(result.columns[column] ?? '', valueOf(row, column));
  const cell = (row: number, column: number) => {
    const value = valueOf(row, column);
    if (value === null) return <span className="dim">NULL</span>;
    const position = cellPosition(result.columns[column] ?? '', value);
    if (position === undefined) return <Hostile text={text(row, column)} title />;
    return (
      <AddressLink dump={dump.key} position={position}>
        {text(row, column)}
      </AddressLink>
    );
  };
  return (
    <section className={`sql-result${stale ? ' stale' : ''}`} aria-label="Result">
      <div className="sql-result-head">
        <p role="status" className="dim" data-testid="sql-status">
          {stale ? 'Rows of the query before: ' : ''}
          {plural(result.rows.length, 'row')} in {seconds.toFixed(seconds < 1 ? 2 : 1)} s
          {result.truncated ? (
            <span className="tone-warn"> · cut at {result.rows.length < rowCap ? 'the size cap' : 'the row cap'}, there are more</span>
          ) : null}
        </p>
        <span className="sql-actions">
          <button type="button" className="button" aria-pressed={shown === 'table'} onClick={() => setShown('table')}>
            Table
          </button>
          <button type="button" className="button" aria-pressed={shown === 'chart'} onClick={() => setShown('chart')} data-testid="sql-chart">
            Chart
          </button>
          <button type="button" className="button" onClick={() => save('csv')} data-testid="sql-csv">
            CSV…
          </button>
          <button type="button" className="button" onClick={() => save('json')} data-testid="sql-json">
            JSON…
          </button>
        </span>
      </div>
      {result.incomplete === undefined ? null : (
        <p className="tone-warn" role="note" data-testid="sql-incomplete">
          {incompleteIndexText(result.incomplete)}.
        </p>
      )}
      <Unconfirmed text={result.unconfirmed} />
      {(result.warnings ?? []).map((warning) => (
        <p key={warning} className="tone-warn" role="note" data-testid="sql-warning">
          <Hostile text={warning} />
        </p>
      ))}
      {shown === 'table' ? (
        <VirtualTable
          label="Rows"
          testId="sql-table"
          columns={columns}
          rows={rows.length}
          sort={{ by, onSort: (column) => setBy((now) => nextSort(now, column)) }}
          text={text}
          cell={cell}
        />
      ) : (
        <ResultChart result={result} chosen={page} onChoose={(part) => queries.change(dump.key, part)} />
      )}
    </section>
  );
}
