import { Hostile } from '../Hostile.tsx';
import type { SortBy } from '../data-table/sort-by.ts';
import type { VirtualColumn } from './table-parts.ts';

interface HeadCellProps {
  readonly column: VirtualColumn;
  readonly by: SortBy | undefined;
  /** Absent where rows keep their order. */
  readonly onSort: ((column: string) => void) | undefined;
}

/** A column's title; a button where it orders the rows. */
export function HeadCell({ column, by, onSort }: HeadCellProps) {
  const direction = by?.column !== column.id ? undefined : by.descending ? 'descending' : 'ascending';
  return (
    <div role="columnheader" aria-sort={onSort === undefined ? undefined : (direction ?? 'none')} className={column.number === true ? 'number cut' : 'cut'}>
      {onSort === undefined ? (
        <span title={column.about}>
          <Hostile text={column.title} />
        </span>
      ) : (
        <button type="button" className="virtual-sort" title={column.about} onClick={() => onSort(column.id)}>
          <Hostile text={column.title} />
          {direction === undefined ? null : <span aria-hidden="true"> {direction === 'ascending' ? '▴' : '▾'}</span>}
        </button>
      )}
    </div>
  );
}
