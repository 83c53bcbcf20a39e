/**
 * The table of any number of rows, of which only those in sight are in the page. Keys move through the rows, Shift picks several,
 * Enter does what a double click does, Ctrl+C copies what is picked.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useId, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { useWorkbench } from '../../workbench.ts';
import { plural } from '../../words/numbers.ts';
import { Hostile } from '../Hostile.tsx';
import { copiedRows, mostCopiedRows } from './copied-rows.ts';
import { HeadCell } from './HeadCell.tsx';
import { movedRange, rangeEnds, type RowRange } from './row-range.ts';
import type { VirtualTableProps } from './table-parts.ts';
import './virtual-table.css';

const rowHeight = 22;
const headHeight = 23;
/** Chromium draws no element higher than about 33 million pixels; rows after that are counted, not shown. */
const mostRows = 1_400_000;

export function VirtualTable(props: VirtualTableProps) {
  'use no memo';
  const { label, testId, columns, rows, text, cell, line, sort, layout = 'scroll', onRow, current, turn, mark, onVisible, isRead } = props;
  const { shell, tell } = useWorkbench();
  const id = useId();
  const scroll = useRef<HTMLDivElement>(null);
  const [picked, setPicked] = useState<RowRange>();
  // Fewer rows than before: what was picked is gone.
  const range = picked !== undefined && Math.max(picked.row, picked.anchor) < rows ? picked : undefined;
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used here and passed to nobody
  const virtual = useVirtualizer({
    count: Math.min(rows, mostRows),
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    // Rows lie below the head, which stays in sight over them.
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const end = (items.at(-1)?.index ?? -1) + 1;

  const bring = useEffectEvent(() => {
    if (current === undefined || current < 0 || current >= rows) return;
    const seen = virtual.range;
    if (seen === null || current <= seen.startIndex || current >= seen.endIndex) virtual.scrollToIndex(current, { align: 'center' });
  });
  useEffect(() => bring(), [current, turn]);
  useEffect(() => onVisible?.(first, end), [onVisible, first, end]);

  const pick = (next: RowRange): void => {
    setPicked(next);
    virtual.scrollToIndex(next.row, { align: 'auto' });
  };
  const copy = (chosen: RowRange): void => {
    const [from, to] = rangeEnds(chosen);
    const count = to - from + 1;
    if (count > mostCopiedRows) {
      tell(new Error(`${plural(count, 'row')} are picked: at most ${plural(mostCopiedRows, 'row')} are copied at once`));
      return;
    }
    if (isRead !== undefined && !Array.from({ length: count }, (_, index) => from + index).every(isRead)) {
      onVisible?.(from, to + 1);
      tell(new Error('Some of the rows were not read yet. They are being read: copy them again in a moment.'));
      return;
    }
    const copied =
      line === undefined ? copiedRows(chosen, columns.length, text) : Array.from({ length: count }, (_, index) => `${line(from + index)}\n`).join('');
    shell.call('copyText', { text: copied }).catch(tell);
  };
  const onKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    const isOnRows = event.target === event.currentTarget;
    const withControl = event.ctrlKey || event.metaKey;
    if (withControl && event.key === 'c') {
      // Text that was selected with the mouse goes first.
      if (range === undefined || getSelection()?.isCollapsed === false) return;
      copy(range);
    } else if (withControl && event.key === 'a' && rows > 0) setPicked({ anchor: 0, row: rows - 1 });
    else if (event.altKey || withControl) return;
    else if (event.key === 'Enter' && isOnRows && range !== undefined && onRow !== undefined) onRow(range.row);
    else if (event.key === 'Escape' && range !== undefined) setPicked(undefined);
    else {
      const page = Math.floor(((scroll.current?.clientHeight ?? 0) - headHeight) / rowHeight);
      const next = movedRange(range, { key: event.key, shift: event.shiftKey }, Math.min(rows, mostRows), page, current);
      if (next === undefined) return;
      pick(next);
    }
    event.preventDefault();
  };
  const onPress = (event: MouseEvent, row: number): void => {
    if (event.target instanceof Element && event.target.closest('button') !== null) return;
    setPicked({ anchor: event.shiftKey ? (range?.anchor ?? row) : row, row });
  };

  const [from, to] = range === undefined ? [-1, -2] : rangeEnds(range);
  const tracks = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };
  const isActiveShown = range !== undefined && range.row >= first && range.row < end;
  const look = (row: number): string =>
    ['virtual-row', row >= from && row <= to ? 'picked' : '', row === range?.row ? 'active' : '', row === current ? 'current' : '']
      .filter((name) => name !== '')
      .join(' ');
  return (
    <div className="virtual-frame">
      <div
        ref={scroll}
        className={`virtual-table virtual-${layout}`}
        role="grid"
        aria-label={label}
        aria-rowcount={rows + 1}
        aria-colcount={columns.length}
        aria-multiselectable
        aria-activedescendant={isActiveShown ? `${id}-${range.row}` : undefined}
        tabIndex={0}
        onKeyDown={onKey}
        data-testid={testId}
      >
        <div className="virtual-head" role="rowgroup">
          <div className="virtual-row" role="row" aria-rowindex={1} style={tracks}>
            {columns.map((column) => (
              <HeadCell
                key={column.id}
                column={column}
                by={sort?.by}
                onSort={
                  sort === undefined
                    ? undefined
                    : (pressed) => {
                        // Other rows stand there now.
                        setPicked(undefined);
                        sort.onSort(pressed);
                      }
                }
              />
            ))}
          </div>
        </div>
        <div className="virtual-body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start }) => (
            <div
              key={key}
              ref={layout === 'wrap' ? virtual.measureElement : undefined}
              id={`${id}-${index}`}
              className={look(index)}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={index >= from && index <= to}
              aria-current={index === current ? true : undefined}
              data-index={index}
              data-mark={mark?.(index)}
              style={{ ...tracks, transform: `translateY(${start - headHeight}px)` }}
              onClick={(event) => onPress(event, index)}
              onDoubleClick={onRow === undefined ? undefined : () => onRow(index)}
            >
              {columns.map((column, at) => (
                <div key={column.id} role="gridcell" className={`code${column.number === true ? ' number' : ''}${layout === 'wrap' ? '' : ' cut'}`}>
                  {cell === undefined ? <Hostile text={text(index, at)} title /> : cell(index, at)}
                </div>
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
