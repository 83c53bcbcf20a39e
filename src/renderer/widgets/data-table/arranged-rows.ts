/** Which rows a table shows, and in which order: as indexes into its list, so that no row is copied or wrapped. */
import type { CellValue, DataColumn } from './table-parts.ts';
import type { SortBy } from './sort-by.ts';

const hexadecimal = /^0x[\da-f]+$/i;

/** Sort keys of a column: numbers by value, whatever their form. */
export function cellValue<Row>(column: DataColumn<Row>, row: Row, index: number): CellValue {
  if (column.value !== undefined) return column.value(row, index);
  const text = column.text(row, index);
  if (text === '') return undefined;
  return column.kind === 'hex' && hexadecimal.test(text) ? BigInt(text) : text;
}

/** Numbers come before texts. */
function compare(a: NonNullable<CellValue>, b: NonNullable<CellValue>): number {
  const isText = [typeof a === 'string', typeof b === 'string'] as const;
  if (isText[0] !== isText[1]) return isText[0] ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Indexes of the rows in which each word occurs in some cell of these columns. */
function narrowed<Row>(rows: readonly Row[], columns: readonly DataColumn<Row>[], words: readonly string[]): Uint32Array {
  const found = new Uint32Array(rows.length);
  let count = 0;
  rows.forEach((row, index) => {
    // No word has a line feed in it.
    const text = columns
      .map((column) => column.text(row, index))
      .join('\n')
      .toLowerCase();
    if (!words.every((word) => text.includes(word))) return;
    found[count] = index;
    count += 1;
  });
  return found.subarray(0, count);
}

export interface Arrangement<Row> {
  readonly rows: readonly Row[];
  /** The visible columns: hidden ones are not searched. */
  readonly columns: readonly DataColumn<Row>[];
  readonly words: readonly string[];
  /** Without it, or if there is no such column, rows stay in their order. */
  readonly by: { readonly column: DataColumn<Row>; readonly descending: boolean } | undefined;
  readonly ties?: ((one: Row, other: Row) => number) | undefined;
}

/**
 * Indexes into `rows`; undefined for all of them in their original order. Equal rows keep their order; unknown cells come last in both directions.
 */
export function arrangedRows<Row>({ rows, columns, words, by, ties }: Arrangement<Row>): Uint32Array | undefined {
  const searched = columns.filter(({ isTool }) => isTool !== true);
  const places = words.length === 0 ? undefined : narrowed(rows, searched, words);
  if (by === undefined) return places;
  const order = places ?? Uint32Array.from(rows, (_, index) => index);
  const sign = by.descending ? -1 : 1;
  const values = new Map<number, CellValue>();
  for (const place of order) values.set(place, cellValue(by.column, rows[place] as Row, place));
  return order.sort((left, right) => {
    const [a, b] = [values.get(left), values.get(right)];
    const difference = a === undefined || b === undefined ? Number(a === undefined) - Number(b === undefined) : sign * compare(a, b);
    if (difference !== 0) return difference;
    const tie = ties?.(rows[left] as Row, rows[right] as Row) ?? 0;
    return tie === 0 ? left - right : tie;
  });
}

/** The column by which rows are ordered, if it is sortable. */
export function orderColumn<Row>(columns: readonly DataColumn<Row>[], by: SortBy | undefined): Arrangement<Row>['by'] {
  const column = columns.find(({ id, isTool }) => id === by?.column && isTool !== true);
  return by === undefined || column === undefined ? undefined : { column, descending: by.descending };
}
