/**
 * The table for all lists in the window. Rows of a list are ordered and filtered here; rows that are read in parts are shown as they come. Columns
 * can be chosen and resized; rows are selected, copied and saved. Only visible rows are in the page.
 */
import { useDeferredValue, useMemo, useState, type MouseEvent } from 'react';
import { useWorkbench } from '../../workbench.ts';
import { countText, plural } from '../../words/numbers.ts';
import { IconButton } from '../IconButton.tsx';
import { arrangedRows, orderColumn } from './arranged-rows.ts';
import { FilterInput } from './FilterInput.tsx';
import { filterWords } from './filter-words.ts';
import { isPaged, shownRows } from './shown-rows.ts';
import type { SortBy } from './sort-by.ts';
import { orderOf, shownColumns } from './table-choice.ts';
import { columnItems } from './table-items.ts';
import type { DataColumn, DataTableProps } from './table-parts.ts';
import { TableGrid } from './TableGrid.tsx';
import { useTableChoice } from './use-table-choice.ts';
import { useRowExports } from './use-row-exports.ts';
import './data-table.css';

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { name, columns, rows, noun, filter, firstOrder, ties, before, after, line } = props;
  const { contextMenu } = useWorkbench();
  const [choice, onChoose] = useTableChoice(name, props.isTransient ?? false);
  const { shown: chosen } = choice;
  const [typed, setTyped] = useState('');
  const looked = useDeferredValue(typed);
  const shownOnes = useMemo(() => shownColumns(columns, chosen), [columns, chosen]);
  const paged = isPaged(rows) ? rows : undefined;
  const by = paged === undefined ? orderOf(choice.by, firstOrder) : paged.order?.by;
  const order = useMemo(
    () => (isPaged(rows) ? undefined : arrangedRows({ rows, columns: shownOnes, words: filterWords(looked), by: orderColumn(columns, by), ties })),
    [rows, columns, shownOnes, looked, by, ties],
  );
  const shown = useMemo(() => shownRows(rows, order), [rows, order]);
  const exports = useRowExports({ name, columns: shownOnes, shown, line });
  const onOrder = (next: SortBy | undefined): void => {
    if (paged === undefined) onChoose({ ...choice, by: next ?? 'none' });
    else paged.order?.onOrder(next);
  };
  const isOrdered = ({ id, isTool }: DataColumn<Row>): boolean => (paged === undefined ? isTool !== true : paged.order?.columns.includes(id) === true);
  const total = props.total ?? (isPaged(rows) ? rows.total : rows.length);
  const openColumns = ({ currentTarget }: MouseEvent<HTMLElement>): void => {
    const { left, bottom } = currentTarget.getBoundingClientRect();
    contextMenu.set({ left, top: bottom, items: columnItems({ columns, shown: shownOnes, choice, onChoose }) });
  };
  const grid = (
    <TableGrid
      key={paged?.of ?? ''}
      table={props}
      shownColumns={shownOnes}
      shown={shown}
      arrangement={order}
      choice={choice}
      onChoose={onChoose}
      by={by}
      onOrder={onOrder}
      isOrdered={isOrdered}
      want={paged?.want}
      exports={exports}
    />
  );
  return (
    <div className={props.asHighAsRows === true ? 'data-list as-rows' : 'data-list'}>
      <div className="data-bar">
        {before}
        {filter === undefined ? null : (
          <FilterInput label={filter.label} placeholder={filter.placeholder ?? 'Filter'} value={typed} onChange={setTyped} testId={filter.testId} />
        )}
        {noun === undefined ? null : (
          <span className="dim" role="status" data-testid={props.countTestId}>
            {shown.count === total ? plural(total, ...noun) : `${countText(shown.count)} of ${plural(total, ...noun)}`}
            {props.remark}
          </span>
        )}
        {after}
        <span className="data-tools">
          <button type="button" className="icon-button" aria-label="Columns" title="Columns" onClick={openColumns} data-testid={`${props.testId}-columns`}>
            <span aria-hidden="true" className="icon codicon codicon-list-selection" />
          </button>
          <IconButton
            icon="save"
            label="Save these rows as CSV"
            disabled={shown.count === 0}
            onPress={() => exports.save([[0, shown.count - 1]])}
            testId={`${props.testId}-csv`}
          />
        </span>
      </div>
      {shown.count === 0 && props.nothing !== undefined ? props.nothing : grid}
    </div>
  );
}
