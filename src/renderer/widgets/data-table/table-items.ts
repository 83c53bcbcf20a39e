/** The menus of a table: of its rows, and of its columns. */
import type { ContextItem } from '../../state/context-menu.ts';
import { plural } from '../../words/numbers.ts';
import { selectedCount, type Selection } from './row-selection.ts';
import type { SortBy } from './sort-by.ts';
import type { TableChoice } from './table-choice.ts';
import type { DataColumn } from './table-parts.ts';
import { mostCopiedRows, type RowExports } from './use-row-exports.ts';

interface RowMenu {
  readonly selection: Selection;
  /** Number of displayed rows. */
  readonly count: number;
  /** Text of the cell under the pointer. */
  readonly cell: string | undefined;
  readonly exports: RowExports;
  readonly onAll: () => void;
}

/** Actions on rows of any table. */
export function rowItems({ selection, count, cell, exports, onAll }: RowMenu): readonly ContextItem[] {
  const picked = selectedCount(selection);
  const rows = picked === 1 ? 'the row' : plural(picked, 'row');
  const enabled = picked > 0 && picked <= mostCopiedRows;
  return [
    ...(cell === undefined || cell === '' ? [] : [{ label: 'Copy the cell', run: () => exports.copyText(cell) }]),
    { label: `Copy ${rows} as text`, enabled, run: () => exports.copy(selection, 'tsv') },
    { label: `Copy ${rows} as JSON`, enabled, run: () => exports.copy(selection, 'json') },
    { label: `Copy ${rows} as Markdown`, enabled, run: () => exports.copy(selection, 'markdown') },
    ...(picked > 1 ? [{ label: `Save ${rows} as CSV…`, run: () => exports.save(selection.ranges) }] : []),
    { label: `Save ${count === 1 ? 'the row' : `all ${plural(count, 'row')}`} as CSV…`, run: () => exports.save([[0, count - 1]]) },
    { label: 'Select all', run: onAll },
  ];
}

interface ColumnMenu<Row> {
  readonly columns: readonly DataColumn<Row>[];
  readonly shown: readonly DataColumn<Row>[];
  readonly choice: TableChoice;
  readonly onChoose: (choice: TableChoice) => void;
}

/** The choice of visible columns. */
export function columnItems<Row>({ columns, shown, choice, onChoose }: ColumnMenu<Row>): readonly ContextItem[] {
  const show = ({ id }: DataColumn<Row>, isShown: boolean): void => onChoose({ ...choice, shown: { ...choice.shown, [id]: isShown } });
  const named = columns.filter(({ isTool }) => isTool !== true);
  const left = named.filter((column) => shown.includes(column)).length;
  return [
    ...named.map((column): ContextItem => {
      const checked = shown.includes(column);
      return { label: column.title, checked, enabled: !checked || left > 1, run: () => show(column, !checked) };
    }),
    {
      label: 'Reset columns and widths',
      begins: true,
      enabled: Object.keys(choice.widths).length + Object.keys(choice.shown).length > 0,
      run: () => onChoose({ ...choice, widths: {}, shown: {} }),
    },
  ];
}

interface HeadMenu<Row> extends ColumnMenu<Row> {
  readonly column: DataColumn<Row>;
  /** Absent if rows cannot be ordered by the column. */
  readonly onOrder: ((by: SortBy | undefined) => void) | undefined;
  readonly onFit: () => void;
}

/** Actions on one column, followed by those on all columns. */
export function headItems<Row>({ column, onOrder, onFit, ...menu }: HeadMenu<Row>): readonly ContextItem[] {
  const [first, ...others] = columnItems(menu);
  const { choice, shown, onChoose } = menu;
  const order = (label: string, by: SortBy | undefined): ContextItem => ({ label, run: () => onOrder?.(by) });
  return [
    ...(onOrder === undefined
      ? []
      : [
          order('Sort ascending', { column: column.id, descending: false }),
          order('Sort descending', { column: column.id, descending: true }),
          order('Original order', undefined),
        ]),
    { label: 'Fit width to contents', run: onFit },
    {
      label: 'Hide this column',
      enabled: shown.filter(({ isTool }) => isTool !== true).length > 1,
      run: () => onChoose({ ...choice, shown: { ...choice.shown, [column.id]: false } }),
    },
    ...(first === undefined ? [] : [{ ...first, begins: true as const }]),
    ...others,
  ];
}
