/** A table of any number of rows, of which only those in sight are in the page. Rows have one height. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, type ReactNode } from 'react';
import './virtual-table.css';

export interface VirtualColumn {
  readonly id: string;
  readonly title: ReactNode;
  /** CSS grid track: "12ch", "minmax(20ch, 1fr)". */
  readonly width: string;
  readonly number?: boolean;
  /** Given where the title orders the rows. */
  readonly sorted?: 'ascending' | 'descending' | 'none';
}

interface VirtualTableProps {
  readonly label: string;
  readonly columns: readonly VirtualColumn[];
  readonly rows: number;
  readonly cell: (row: number, column: number) => ReactNode;
  readonly testId: string;
  /** A double click or Enter on a row. */
  readonly onRow?: (row: number) => void;
}

const rowHeight = 22;
/** Chromium draws no element higher than about 33 million pixels; rows behind that are told, not shown. */
const mostRows = 1_400_000;

export function VirtualTable({ label, columns, rows, cell, testId, onRow }: VirtualTableProps) {
  'use no memo';
  const scroll = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({ count: Math.min(rows, mostRows), getScrollElement: () => scroll.current, estimateSize: () => rowHeight, overscan: 12 });
  const tracks = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };
  return (
    <div
      ref={scroll}
      className="virtual-table"
      role="table"
      aria-label={label}
      aria-rowcount={rows + 1}
      aria-colcount={columns.length}
      tabIndex={0}
      data-testid={testId}
    >
      <div className="virtual-head" role="rowgroup">
        <div className="virtual-row" role="row" aria-rowindex={1} style={tracks}>
          {columns.map((column) => (
            <div key={column.id} role="columnheader" aria-sort={column.sorted} className={column.number === true ? 'number cut' : 'cut'}>
              {column.title}
            </div>
          ))}
        </div>
      </div>
      <div className="virtual-body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => (
          <div
            key={item.key}
            className="virtual-row"
            role="row"
            aria-rowindex={item.index + 2}
            style={{ ...tracks, transform: `translateY(${item.start}px)` }}
            onDoubleClick={onRow === undefined ? undefined : () => onRow(item.index)}
          >
            {columns.map((column, index) => (
              <div key={column.id} role="cell" className={column.number === true ? 'number cut code' : 'cut code'}>
                {cell(item.index, index)}
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
