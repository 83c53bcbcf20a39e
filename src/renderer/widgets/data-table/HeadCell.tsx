import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { Hostile } from '../Hostile.tsx';
import type { SortBy } from './sort-by.ts';
import type { DataColumn } from './table-parts.ts';

interface HeadCellProps<Row> {
  readonly column: DataColumn<Row>;
  readonly by: SortBy | undefined;
  /** Absent if rows cannot be ordered by the column. */
  readonly onOrder: (() => void) | undefined;
  /** Whether it is the one column whose title the Tab key reaches. */
  readonly isReached: boolean;
  readonly onReach: () => void;
  /** @param characters the new width */
  readonly onWidth: (characters: number) => void;
  readonly onFit: () => void;
  /** Moves to the next or previous title. */
  readonly onMove: (step: 1 | -1) => void;
}

/** Characters by which a key widens a column. */
const widthStep = 2;

/** Converts pixels of an element to characters of the code font. */
function charactersOf(element: HTMLElement, pixels: number): number {
  const ruler = element.closest('[role="grid"]')?.querySelector('.data-ruler')?.getBoundingClientRect().width ?? 700;
  return pixels / (ruler / 100);
}

/** A column's title: a button that orders the rows, and a divider after it that is dragged to change the width. */
export function HeadCell<Row>({ column, by, onOrder, isReached, onReach, onWidth, onFit, onMove }: HeadCellProps<Row>) {
  const cell = useRef<HTMLDivElement>(null);
  const drag = useRef<{ readonly from: number; readonly width: number }>(undefined);
  const direction = by?.column !== column.id ? undefined : by.descending ? 'descending' : 'ascending';
  const widthNow = (): number => cell.current?.getBoundingClientRect().width ?? 0;
  const onKey = (event: KeyboardEvent<HTMLButtonElement>): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : undefined;
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (!event.shiftKey) onMove(step);
    else if (cell.current !== null) onWidth(charactersOf(cell.current, widthNow()) + step * widthStep);
  };
  const onDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { from: event.clientX, width: widthNow() };
  };
  const onDrag = (event: PointerEvent<HTMLDivElement>): void => {
    if (drag.current === undefined || cell.current === null) return;
    onWidth(charactersOf(cell.current, drag.current.width + event.clientX - drag.current.from));
  };
  return (
    <div
      ref={cell}
      role="columnheader"
      aria-sort={onOrder === undefined ? undefined : (direction ?? 'none')}
      className={column.kind === 'number' ? 'data-title number' : 'data-title'}
      data-column={column.id}
    >
      <button
        type="button"
        className="data-sort cut"
        title={column.about}
        tabIndex={isReached ? 0 : -1}
        aria-disabled={onOrder === undefined}
        aria-keyshortcuts="Shift+ArrowLeft Shift+ArrowRight"
        onFocus={onReach}
        onClick={onOrder}
        onKeyDown={onKey}
      >
        <Hostile text={column.title} />
        {direction === undefined ? null : <span aria-hidden="true"> {direction === 'ascending' ? '▴' : '▾'}</span>}
      </button>
      <div
        className="data-edge"
        aria-hidden="true"
        onPointerDown={onDown}
        onPointerMove={onDrag}
        onPointerUp={() => (drag.current = undefined)}
        onLostPointerCapture={() => (drag.current = undefined)}
        onDoubleClick={onFit}
      />
    </div>
  );
}
