/** The column by which rows are ordered. */
export interface SortBy {
  /** Id of the column. */
  readonly column: string;
  readonly descending: boolean;
}

/** The next order when a column's title is clicked: ascending, descending, then the original order. */
export function nextSort(by: SortBy | undefined, column: string): SortBy | undefined {
  if (by?.column !== column) return { column, descending: false };
  return by.descending ? undefined : { column, descending: true };
}
