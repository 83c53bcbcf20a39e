/** By which column rows are ordered. */
export interface SortBy {
  /** Id of the column. */
  readonly column: string;
  readonly descending: boolean;
}

/** The next order when a column's title is pressed: up, down, then as the rows came. */
export function nextSort(by: SortBy | undefined, column: string): SortBy | undefined {
  if (by?.column !== column) return { column, descending: false };
  return by.descending ? undefined : { column, descending: true };
}
