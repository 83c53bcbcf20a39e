/** Rows as bars or shares: one column names them, another measures them. */
import { useMemo } from 'react';
import type { SqlJson } from '../../../shared/memory-model.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { countText, plural } from '../../words/numbers.ts';
import type { QueryPage } from '../../state/query-book.ts';
import { Chart } from '../../widgets/charts/Chart.tsx';
import { cellText, isNumberColumn } from './sql-cells.ts';

/** More bars than this are not readable. */
const mostBars = 60;
const barHeight = 24;
const colours = ['--mem-data', '--mem-text', '--mem-code', '--mem-entropy', '--mem-pointers', '--mem-fill', '--mem-encrypted'];

/** Instead of a single column: all columns that are not numeric. */
const allWords = -1;

function nameOf(result: SqlJson, row: SqlJson['rows'][number], label: number): string {
  const wanted = label === allWords ? result.columns.map((_, index) => index).filter((index) => !isNumberColumn(result, index)) : [label];
  return wanted.map((index) => cellText(result.columns[index] ?? '', row[index] ?? null)).join(' · ');
}

const describe = (value: number): string => (Number.isInteger(value) ? countText(value) : String(value));

interface PictureProps {
  readonly result: SqlJson;
  readonly value: number;
  readonly label: number;
  readonly kind: 'bars' | 'doughnut';
}

function Picture({ result, value, label, kind }: PictureProps) {
  const slices = useMemo(
    () =>
      result.rows.slice(0, mostBars).map((row, index) => ({
        label: visibleText(nameOf(result, row, label) || String(index + 1)).slice(0, 48),
        value: Number(row[value] ?? 0),
        colour: (kind === 'bars' ? colours[0] : colours[index % colours.length]) ?? '--mem-data',
      })),
    [result, value, label, kind],
  );
  return (
    <div className="sql-chart-scroll" tabIndex={0} role="group" aria-label="Chart; the table has the same numbers">
      <div className="sql-chart-canvas" style={{ height: kind === 'bars' ? 40 + slices.length * barHeight : 260 }}>
        <Chart kind={kind} slices={slices} describe={describe} />
      </div>
    </div>
  );
}

interface ResultChartProps {
  readonly result: SqlJson;
  /** Columns by name: the choice also applies to other results that have them. */
  readonly chosen: Pick<QueryPage, 'chart' | 'label' | 'value'>;
  readonly onChoose: (part: Partial<Pick<QueryPage, 'chart' | 'label' | 'value'>>) => void;
}

export function ResultChart({ result, chosen, onChoose }: ResultChartProps) {
  const numbers = result.columns.map((_, index) => index).filter((index) => isNumberColumn(result, index));
  const kind = chosen.chart;
  const chosenValue = numbers.find((index) => result.columns[index] === chosen.value);
  const value = chosenValue ?? numbers.at(-1);
  // If no column has the name: all text columns, as without a choice.
  const label = chosen.label === undefined ? allWords : result.columns.indexOf(chosen.label);
  if (value === undefined) return <p className="message">A chart needs a column of numbers: this result has none.</p>;
  const choice = (name: string, now: number, from: readonly number[], onPick: (column: string | undefined) => void) => (
    <label className="dim">
      {name}{' '}
      <select className="select" value={now} onChange={(event) => onPick(result.columns[Number(event.currentTarget.value)])}>
        {from.map((index) => (
          <option key={index} value={index}>
            {index === allWords ? 'all text columns' : visibleText(result.columns[index] ?? '')}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <div className="sql-chart">
      <div className="sql-chart-head">
        {choice('names', label, [allWords, ...result.columns.map((_, index) => index)], (column) => onChoose({ label: column }))}
        {choice('values', value, numbers, (column) => onChoose({ value: column }))}
        <label className="dim">
          as{' '}
          <select
            className="select"
            value={kind}
            onChange={(event) => onChoose({ chart: event.currentTarget.value === 'bars' ? 'bars' : 'doughnut' })}
            data-testid="sql-chart-kind"
          >
            <option value="bars">bars</option>
            <option value="doughnut">shares</option>
          </select>
        </label>
        {result.rows.length > mostBars ? <span className="dim">the first {plural(mostBars, 'row')}</span> : null}
      </div>
      <Picture result={result} value={value} label={label} kind={kind} />
    </div>
  );
}
