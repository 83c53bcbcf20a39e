/** The rows of a table as displayed: those of a list in an order, or those that are read in parts. */
import type { RowRange } from './row-selection.ts';
import type { PlacedRow } from './row-text.ts';
import type { PagedRows } from './table-parts.ts';

export interface ShownRows<Row> {
  readonly count: number;
  /** Index in the list of a displayed row. */
  readonly placeOf: (position: number) => number;
  /** Where a row of the list is displayed; -1 if it is not shown. */
  readonly positionOf: (place: number) => number;
  /** Undefined if it has not been read yet. */
  readonly at: (position: number) => Row | undefined;
  /** Rows of these ranges, in chunks. */
  readonly read: (ranges: readonly RowRange[]) => AsyncGenerator<readonly PlacedRow<Row>[]>;
}

/** Rows read and converted to text per chunk. */
const pieceRows = 1000;

export const isPaged = <Row>(rows: readonly Row[] | PagedRows<Row>): rows is PagedRows<Row> => !Array.isArray(rows);

/** @param order indexes of a list's rows; without it, all in their original order */
export function shownRows<Row>(rows: readonly Row[] | PagedRows<Row>, order: Uint32Array | undefined): ShownRows<Row> {
  const count = isPaged(rows) ? rows.total : (order?.length ?? rows.length);
  const placeOf = (position: number): number => order?.[position] ?? position;
  const piece = async (first: number, size: number): Promise<readonly PlacedRow<Row>[]> => {
    if (isPaged(rows)) {
      if (rows.read === undefined) throw new Error('these rows cannot be copied');
      return (await rows.read(first, size)).map((row, index) => [row, first + index] as const);
    }
    return Array.from({ length: size }, (_, index) => {
      const place = placeOf(first + index);
      return [rows[place] as Row, place] as const;
    });
  };
  return {
    count,
    placeOf,
    positionOf: (place) => (order === undefined ? (place < count ? place : -1) : order.indexOf(place)),
    at: (position) => (isPaged(rows) ? rows.at(position) : rows[placeOf(position)]),
    async *read(ranges) {
      for (const [first, last] of ranges)
        for (let from = first; from <= Math.min(last, count - 1); from += pieceRows)
          yield await piece(from, Math.min(pieceRows, last + 1 - from, count - from));
    },
  };
}
