import { useRef, useState, type CSSProperties, type MouseEvent } from 'react';
import { offerItems } from '../../state/context-menu.ts';
import { boundedWidth } from './column-widths.ts';
import { HeadCell } from './HeadCell.tsx';
import { nextSort, type SortBy } from './sort-by.ts';
import type { TableChoice } from './table-choice.ts';
import { headItems } from './table-items.ts';
import type { DataColumn } from './table-parts.ts';

interface HeadRowProps<Row> {
  /** All columns, and the visible ones. */
  readonly columns: readonly DataColumn<Row>[];
  readonly shown: readonly DataColumn<Row>[];
  readonly choice: TableChoice;
  readonly onChoose: (choice: TableChoice) => void;
  readonly by: SortBy | undefined;
  readonly onOrder: (by: SortBy | undefined) => void;
  readonly isOrdered: (column: DataColumn<Row>) => boolean;
  /** Width of a column's texts in characters. */
  readonly fitted: (column: DataColumn<Row>) => number;
  readonly tracks: CSSProperties;
}

/** The titles of a table. One of them is reached by the Tab key; arrow keys lead to the others, and with Shift change widths. */
export function HeadRow<Row>({ columns, shown, choice, onChoose, by, onOrder, isOrdered, fitted, tracks }: HeadRowProps<Row>) {
  const row = useRef<HTMLDivElement>(null);
  const [reached, setReached] = useState<string>();
  const first = shown.some(({ id }) => id === reached) ? reached : shown[0]?.id;
  const setWidth = (column: DataColumn<Row>, characters: number): void =>
    onChoose({ ...choice, widths: { ...choice.widths, [column.id]: boundedWidth(characters) } });
  const fit = (column: DataColumn<Row>): void => setWidth(column, fitted(column));
  const onMenu = (event: MouseEvent): void => {
    const id = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-column]')?.dataset.column : undefined;
    const column = shown.find((one) => one.id === id);
    if (column === undefined || column.isTool === true) return;
    const items = headItems({ columns, shown, choice, onChoose, column, onOrder: isOrdered(column) ? onOrder : undefined, onFit: () => fit(column) });
    offerItems(event.nativeEvent, items);
  };
  const move = (at: number): void => row.current?.querySelectorAll('button')[at]?.focus();
  return (
    <div className="data-head" role="rowgroup" onContextMenu={onMenu}>
      <div ref={row} className="data-row" role="row" aria-rowindex={1} style={tracks}>
        {shown.map((column, at) => (
          <HeadCell
            key={column.id}
            column={column}
            by={by}
            onOrder={isOrdered(column) ? () => onOrder(nextSort(by, column.id)) : undefined}
            isReached={column.id === first}
            onReach={() => setReached(column.id)}
            onWidth={(characters) => setWidth(column, characters)}
            onFit={() => fit(column)}
            onMove={(step) => move(Math.max(0, Math.min(shown.length - 1, at + step)))}
          />
        ))}
      </div>
    </div>
  );
}
