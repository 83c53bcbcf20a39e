/** The rows of a table as they are in it: those of a list in an order, or those that are read in parts. */
import type { RowRange } from './row-selection.ts';
import type { PlacedRow } from './row-text.ts';
import type { PagedRows } from './table-parts.ts';

export interface ShownRows<Row> {
  readonly count: number;
  /** Place in the list of a row that is there. */
  readonly placeOf: (position: number) => number;
  /** Where a row of the list is; -1 for one that is not shown. */
  readonly positionOf: (place: number) => number;
  /** Undefined for one that was not read yet. */
  readonly at: (position: number) => Row | undefined;
  /** Rows of these ranges, piece by piece. */
  readonly read: (ranges: readonly RowRange[]) => AsyncGenerator<readonly PlacedRow<Row>[]>;
}

/** Rows that are read, and turned into text, at once. */
const pieceRows = 1000;

export const isPaged = <Row>(rows: readonly Row[] | PagedRows<Row>): rows is PagedRows<Row> => !Array.isArray(rows);

/** @param order places of a list's rows; all of them as they are without it */
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
