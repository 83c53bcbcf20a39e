/** The rows of a query: a table whose addresses link to their bytes, a chart, and export as CSV or JSON. */
import { useMemo } from 'react';
import type { SqlJson } from '../../../shared/memory-model.ts';
import { incompleteIndexText } from '../../../shared/index-text.ts';
import { useStore } from '../../hooks/use-store.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { emptyQueryPage } from '../../state/query-book.ts';
import { plural } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { AddressLink } from '../../widgets/AddressLink.tsx';
import { Unconfirmed } from '../../widgets/Unconfirmed.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { cellPosition, cellText, columnNames, columnWidth, isNumberColumn, orderedBy, toCsv, toJson, type SqlCell } from './sql-cells.ts';
import { ResultChart } from './ResultChart.tsx';
import type { TimedResult } from './timed-result.ts';

interface SqlResultProps {
  readonly dump: OpenDump;
  readonly answer: TimedResult;
  /** A newer query is running or failed: these rows are not its result. */
  readonly stale: boolean;
  readonly rowCap: number;
}

type Row = SqlJson['rows'][number];

/** @param dump key of the dump */
const sqlColumns = (dump: string, result: SqlJson): readonly DataColumn<Row>[] => {
  const names = columnNames(result);
  return result.columns.map((title, index): DataColumn<Row> => {
    const valueOf = (row: Row): SqlCell => row[index] ?? null;
    const isPlace = cellPosition(title, result.rows[0]?.[index] ?? null) !== undefined;
    return {
      id: names[index] ?? String(index),
      title,
      width: columnWidth(result, index),
      kind: isNumberColumn(result, index) || isPlace ? 'number' : 'text',
      text: (row) => cellText(title, valueOf(row)),
      value: (row) => orderedBy(valueOf(row)),
      cell: (row) => {
        const value = valueOf(row);
        if (value === null) return <span className="dim">NULL</span>;
        const position = cellPosition(title, value);
        if (position === undefined) return <Hostile text={cellText(title, value)} title />;
        return (
          <AddressLink dump={dump} position={position}>
            {cellText(title, value)}
          </AddressLink>
        );
      },
    };
  });
};

export function SqlResult({ dump, answer, stale, rowCap }: SqlResultProps) {
  const { shell, tell, queries } = useWorkbench();
  const page = useStore(queries.pages)[dump.key] ?? emptyQueryPage;
  const { shown } = page;
  const setShown = (chosen: typeof shown): void => queries.change(dump.key, { shown: chosen });
  const { result, seconds } = answer;
  const columns = useMemo(() => sqlColumns(dump.key, result), [dump.key, result]);
  const save = (kind: 'csv' | 'json'): void => {
    const text = kind === 'csv' ? toCsv(result) : toJson(result);
    shell
      .call('saveText', { kind: 'rows', suggestedName: `${dump.name.slice(0, 200)}.query.${kind}`, text, title: `Save rows as ${kind.toUpperCase()}` })
      .catch(tell);
  };
  return (
    <section className={`sql-result${stale ? ' stale' : ''}`} aria-label="Result">
      <div className="sql-result-head">
        <p role="status" className="dim" data-testid="sql-status">
          {stale ? 'Rows of the previous query: ' : ''}
          {plural(result.rows.length, 'row')} in {seconds.toFixed(seconds < 1 ? 2 : 1)} s
          {result.truncated ? <span className="tone-warn"> · limited by {result.rows.length < rowCap ? 'size' : 'number of rows'}; there are more</span> : null}
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
        <DataTable
          key={result.columns.join('\n')}
          name="sql"
          label="Rows"
          testId="sql-table"
          columns={columns}
          rows={result.rows}
          noun={['row', 'rows']}
          filter={{ label: 'Filter rows' }}
          isTransient
        />
      ) : (
        <ResultChart result={result} chosen={page} onChoose={(part) => queries.change(dump.key, part)} />
      )}
    </section>
  );
}
