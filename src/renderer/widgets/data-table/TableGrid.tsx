/** The visible rows of a table, their selection, keys and menu. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { offerItems, type ContextItem } from '../../state/context-menu.ts';
import { Hostile } from '../Hostile.tsx';
import { columnTracks, fittedWidth, tableWidth } from './column-widths.ts';
import { HeadRow } from './HeadRow.tsx';
import { isSelected, moved, pressed, selectedAll, selectedOne, type Selection } from './row-selection.ts';
import type { ShownRows } from './shown-rows.ts';
import type { SortBy } from './sort-by.ts';
import type { TableChoice } from './table-choice.ts';
import { rowItems } from './table-items.ts';
import type { DataColumn, DataTableProps } from './table-parts.ts';
import type { RowExports } from './use-row-exports.ts';

const rowHeight = 22;
const headHeight = 23;
/** Chromium draws no element higher than about 33 million pixels; further rows are counted, but not shown. */
const mostRows = 1_400_000;
/** Rows whose texts count when a column is fitted. */
const mostFitted = 5000;

interface TableGridProps<Row> {
  /** The props of the table. */
  readonly table: DataTableProps<Row>;
  readonly shownColumns: readonly DataColumn<Row>[];
  readonly shown: ShownRows<Row>;
  /** A new one means that the rows have changed: the selection is then cleared. */
  readonly arrangement: unknown;
  readonly choice: TableChoice;
  readonly onChoose: (choice: TableChoice) => void;
  readonly by: SortBy | undefined;
  readonly onOrder: (by: SortBy | undefined) => void;
  readonly isOrdered: (column: DataColumn<Row>) => boolean;
  readonly want: ((first: number, end: number) => void) | undefined;
  readonly exports: RowExports;
}

export function TableGrid<Row>(props: TableGridProps<Row>) {
  'use no memo';
  const { table, shownColumns, shown, arrangement, choice, want, exports } = props;
  const { columns, wrap = false, asHighAsRows = false, onRow, current = -1, turn, mark } = table;
  const id = useId();
  const scroll = useRef<HTMLDivElement>(null);
  const [picked, setPicked] = useState<{ readonly selection: Selection; readonly of: unknown }>();
  /** The column reached with arrow keys. */
  const [activeColumn, setActiveColumn] = useState<string>();
  const rows = shown.count;
  // Other rows, or fewer than before: the selection no longer refers to the same rows.
  const last = picked?.selection.ranges.at(-1)?.[1] ?? 0;
  const selection = picked !== undefined && picked.of === arrangement && Math.max(picked.selection.active, last) < rows ? picked.selection : undefined;
  const select = (next: Selection | undefined): void => setPicked(next === undefined ? undefined : { selection: next, of: arrangement });
  const now = current === -1 ? -1 : shown.positionOf(current);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used here and passed to nobody
  const virtual = useVirtualizer({
    count: Math.min(rows, mostRows),
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    // Rows begin below the head, which stays visible above them.
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const end = (items.at(-1)?.index ?? -1) + 1;

  const bring = useEffectEvent(() => {
    if (now < 0 || now >= rows) return;
    const seen = virtual.range;
    if (seen === null || now <= seen.startIndex || now >= seen.endIndex) virtual.scrollToIndex(now, { align: 'center' });
  });
  useEffect(() => bring(), [current, turn]);
  useEffect(() => want?.(first, end), [want, first, end]);
  // The table is a single Tab stop: Enter in a cell activates the button or link in it.
  useLayoutEffect(() => {
    for (const button of scroll.current?.querySelectorAll<HTMLElement>('.data-body :is(button, a)') ?? []) button.tabIndex = -1;
  });

  const pick = (next: Selection): void => {
    select(next);
    virtual.scrollToIndex(next.active, { align: 'auto' });
  };
  const elementOf = (row: number): HTMLElement | null => document.getElementById(`${id}-${row}`);
  const moveColumn = (step: 1 | -1): void => {
    const at = shownColumns.findIndex((column) => column.id === activeColumn);
    const to = Math.max(0, Math.min(shownColumns.length - 1, at + step));
    setActiveColumn(shownColumns[to]?.id);
    elementOf(selection?.active ?? -1)?.children[to]?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  const enter = (row: number): void => {
    const at = shownColumns.findIndex((column) => column.id === activeColumn);
    const button = at === -1 ? undefined : elementOf(row)?.children[at]?.querySelector<HTMLElement>('button, a');
    const record = shown.at(row);
    if (button !== undefined && button !== null) button.click();
    else if (record !== undefined) onRow?.(record);
  };
  const onKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target instanceof Element && event.target.closest('.data-head, input, textarea, select') !== null) return;
    const isOnRows = event.target === event.currentTarget;
    const press = { shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey };
    const record = selection === undefined ? undefined : shown.at(selection.active);
    if (press.ctrl && event.key.toLowerCase() === 'c') {
      // Text selected with the mouse takes precedence.
      if (selection === undefined || getSelection()?.isCollapsed === false) return;
      exports.copy(selection, 'tsv');
    } else if (press.ctrl && event.key.toLowerCase() === 'a' && rows > 0) select(selectedAll(rows, selection?.active ?? 0));
    else if (press.ctrl && event.key === ' ' && selection !== undefined) select(pressed(selection, selection.active, { shift: false, ctrl: true }));
    else if (event.altKey) return;
    else if (!press.ctrl && event.key === 'Enter' && isOnRows && selection !== undefined) enter(selection.active);
    else if (!press.ctrl && event.key === 'Escape' && selection !== undefined) {
      select(undefined);
      setActiveColumn(undefined);
    } else if (!press.ctrl && isOnRows && selection !== undefined && (event.key === 'ArrowLeft' || event.key === 'ArrowRight'))
      moveColumn(event.key === 'ArrowRight' ? 1 : -1);
    else if (!press.ctrl && isOnRows && record !== undefined && table.onRowKey?.(record, event.key) === true) event.stopPropagation();
    else {
      const page = Math.floor(((scroll.current?.clientHeight ?? 0) - headHeight) / rowHeight);
      const next = moved(selection, event.key, press, Math.min(rows, mostRows), page, now === -1 ? undefined : now);
      if (next === undefined) return;
      pick(next);
    }
    event.preventDefault();
  };
  const onPress = (event: MouseEvent, row: number): void => {
    if (event.target instanceof Element && event.target.closest('button, input, a') !== null) return;
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('[role="gridcell"]') : null;
    if (activeColumn !== undefined) setActiveColumn(cell?.dataset.column);
    const press = { shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey };
    select(pressed(selection, row, press));
    const record = shown.at(row);
    if (table.opensOnClick === true && record !== undefined && !press.shift && !press.ctrl) onRow?.(record);
  };
  const onMenu = (event: MouseEvent): void => {
    const target = event.target instanceof Element ? event.target : undefined;
    const byKey = target?.closest('[data-index]') === null;
    const row = byKey ? selection?.active : Number(target?.closest<HTMLElement>('[data-index]')?.dataset.index);
    const record = row === undefined ? undefined : shown.at(row);
    if (row === undefined || record === undefined) return;
    // A menu applies to the selection, or to an unselected row under the pointer.
    const about = selection !== undefined && isSelected(selection, row) ? selection : selectedOne(row);
    if (about !== selection) select(about);
    const column = shownColumns.find((one) => one.id === (byKey ? activeColumn : target?.closest<HTMLElement>('[data-column]')?.dataset.column));
    const own: readonly ContextItem[] = table.rowItems?.(record) ?? [];
    const common = rowItems({
      selection: about,
      count: rows,
      cell: column === undefined || column.isTool === true ? undefined : column.text(record, shown.placeOf(row)),
      exports,
      onAll: () => select(selectedAll(rows, row)),
    }).map((item, index) => (index === 0 && own.length > 0 ? { ...item, begins: true as const } : item));
    const box = elementOf(row)?.getBoundingClientRect();
    offerItems(event.nativeEvent, [...own, ...common], byKey && box !== undefined ? { left: box.left + 40, top: box.bottom } : undefined);
  };
  const fitted = (column: DataColumn<Row>): number => {
    const texts: string[] = [];
    for (let row = 0; row < rows && texts.length < mostFitted; row += 1) {
      const record = shown.at(row);
      if (record !== undefined) texts.push(column.text(record, shown.placeOf(row)));
    }
    return fittedWidth(column, texts);
  };

  const tracks = { gridTemplateColumns: columnTracks(shownColumns, choice.widths) };
  const isActiveShown = selection !== undefined && selection.active >= first && selection.active < end;
  const activeId = isActiveShown ? `${id}-${selection.active}` : undefined;
  const isCellActive = (row: number, column: DataColumn<Row>): boolean => row === selection?.active && column.id === activeColumn;
  const look = (row: number): string =>
    ['data-row', isSelected(selection, row) ? 'picked' : '', row === selection?.active ? 'active' : '', row === now ? 'current' : '']
      .filter((name) => name !== '')
      .join(' ');
  // As high as its contents, including the horizontal scrollbar.
  const frame = asHighAsRows ? { flex: 'none', maxHeight: '70vh' } : undefined;
  return (
    <div className="data-frame" style={frame}>
      <div
        ref={scroll}
        className={wrap ? 'data-table wrapped' : 'data-table'}
        role="grid"
        aria-label={table.label}
        aria-rowcount={rows + 1}
        aria-colcount={shownColumns.length}
        aria-multiselectable
        aria-activedescendant={activeId !== undefined && activeColumn !== undefined ? `${activeId}-${activeColumn}` : activeId}
        tabIndex={0}
        onKeyDown={onKey}
        onContextMenu={onMenu}
        data-testid={table.testId}
      >
        <span className="data-ruler" aria-hidden="true" />
        <div className="data-sheet" style={{ minWidth: `calc(${tableWidth(shownColumns, choice.widths)} + 2 * var(--table-inset, 4px))` }}>
          <HeadRow
            columns={columns}
            shown={shownColumns}
            choice={choice}
            onChoose={props.onChoose}
            by={props.by}
            onOrder={props.onOrder}
            isOrdered={props.isOrdered}
            fitted={fitted}
            tracks={tracks}
          />
          <div className="data-body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
            {items.map(({ index, key, start }) => {
              const record = shown.at(index);
              const place = { index: shown.placeOf(index), isCurrent: index === now, isAsCame: props.by === undefined };
              return (
                <div
                  key={key}
                  ref={wrap ? virtual.measureElement : undefined}
                  id={`${id}-${index}`}
                  className={look(index)}
                  role="row"
                  aria-rowindex={index + 2}
                  aria-selected={isSelected(selection, index)}
                  aria-current={index === now ? true : undefined}
                  data-index={index}
                  data-mark={record === undefined ? undefined : mark?.(record)}
                  style={{ ...tracks, transform: `translateY(${start - headHeight}px)` }}
                  onClick={(event) => onPress(event, index)}
                  onDoubleClick={() => {
                    if (record !== undefined) onRow?.(record);
                  }}
                >
                  {shownColumns.map((column, at) => (
                    <div
                      key={column.id}
                      id={isCellActive(index, column) ? `${id}-${index}-${column.id}` : undefined}
                      role="gridcell"
                      className={`code${column.kind === 'number' ? ' number' : ''}${wrap ? '' : ' cut'}${isCellActive(index, column) ? ' cell-active' : ''}`}
                      data-column={column.id}
                    >
                      {record === undefined ? (
                        at === 0 ? (
                          <span className="dim">reading…</span>
                        ) : null
                      ) : column.cell === undefined ? (
                        <Hostile text={column.text(record, place.index)} title />
                      ) : (
                        column.cell(record, place)
                      )}
                    </div>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}
