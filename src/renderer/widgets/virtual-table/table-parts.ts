/** What a table is given. */
import type { ReactNode } from 'react';
import type { SortBy } from '../data-table/sort-by.ts';

export interface VirtualColumn {
  readonly id: string;
  readonly title: string;
  /** Tooltip of the title. */
  readonly about?: string;
  /** CSS grid track: "12ch", "minmax(20ch, 1fr)". */
  readonly width: string;
  readonly number?: boolean;
}

export interface VirtualTableProps {
  readonly label: string;
  readonly testId: string;
  readonly columns: readonly VirtualColumn[];
  readonly rows: number;
  /** A cell as it is copied, and as it is shown where `cell` does not say more. Columns by their place in `columns`. */
  readonly text: (row: number, column: number) => string;
  readonly cell?: (row: number, column: number) => ReactNode;
  /** A row as it is copied, where that is not its cells with tabs between. */
  readonly line?: (row: number) => string;
  /** Titles are buttons that order the rows. */
  readonly sort?: { readonly by: SortBy | undefined; readonly onSort: (column: string) => void };
  /** `scroll`: as wide as its columns; `fit`: cells are cut at the width of the pane; `wrap`: they take several lines. */
  readonly layout?: 'scroll' | 'fit' | 'wrap';
  /** A double click or Enter on a row. */
  readonly onRow?: (row: number) => void;
  /** The row that others speak of; it is brought into sight when it changes, and again when `turn` does. */
  readonly current?: number | undefined;
  readonly turn?: number;
  /** A word for rows that look unlike the others: their `data-mark`. */
  readonly mark?: (row: number) => string | undefined;
  /** Which rows are needed, where they are read as they come into sight: [first, end). */
  readonly onVisible?: (first: number, end: number) => void;
  /** Whether a row has been read, where rows are read as they come into sight: only such rows are copied. All are unless given. */
  readonly isRead?: (row: number) => boolean;
}
