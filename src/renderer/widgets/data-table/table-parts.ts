/** Types for the props of a table. */
import type { ReactNode } from 'react';
import type { ContextItem } from '../../state/context-menu.ts';
import type { SortBy } from './sort-by.ts';

/** The value of a cell, for ordering, JSON and CSV; undefined if it is not known. */
export type CellValue = string | number | bigint | boolean | undefined;

export interface CellPlace {
  /** Index of the row in the list given to the table. */
  readonly index: number;
  /** It is the row that the owner points out. */
  readonly isCurrent: boolean;
  /** Rows are in their original order, not by a column. */
  readonly isAsCame: boolean;
}

/** A column of rows of one kind. Its owner creates it once: a new object means that rows are ordered and filtered again. */
export interface DataColumn<Row> {
  /** Identifies it in saved state, JSON, and CSV. */
  readonly id: string;
  readonly title: string;
  /** Tooltip of the title. */
  readonly about?: string;
  /** Width in characters; the minimum for a column that grows. */
  readonly width: number;
  /** Its share of the remaining width. */
  readonly grow?: number;
  /** Numbers are flush right; `hex` is a number that is written in hexadecimal. */
  readonly kind?: 'text' | 'number' | 'hex';
  /** The text of a cell, also for filtering and copying. */
  readonly text: (row: Row, index: number) => string;
  /** The value for ordering, JSON and CSV; by default the text. */
  readonly value?: (row: Row, index: number) => CellValue;
  /** How a cell is rendered, if it is more than text. */
  readonly cell?: (row: Row, place: CellPlace) => ReactNode;
  /** Buttons and the like: no text to order, filter, or copy. */
  readonly isTool?: true;
  /** Hidden until the user chooses it. */
  readonly isExtra?: true;
}

/** Rows that are read as they come into view. Their source also orders them. */
export interface PagedRows<Row> {
  /** Identifies the list: when it changes, the rows have changed, and the table returns to the first one. */
  readonly of: string;
  readonly total: number;
  /** Undefined until it has been read. */
  readonly at: (row: number) => Row | undefined;
  /** Called with the rows that are needed: [first, end). */
  readonly want: (first: number, end: number) => void;
  /** Reads rows for copying or saving; absent if that is not possible. */
  readonly read?: (first: number, count: number) => Promise<readonly Row[]>;
  /** Ids of the columns by which they can be ordered, the order, and the function that changes it. */
  readonly order?: { readonly columns: readonly string[]; readonly by: SortBy | undefined; readonly onOrder: (by: SortBy | undefined) => void };
}

export interface DataTableProps<Row> {
  /** The name under which widths, columns and order are saved, for each tab. */
  readonly name: string;
  /** Its accessible name. */
  readonly label: string;
  readonly testId: string;
  readonly columns: readonly DataColumn<Row>[];
  readonly rows: readonly Row[] | PagedRows<Row>;
  /** Singular and plural for the count above the table: "3 of 120 tasks". Without them there is no count. */
  readonly noun?: readonly [one: string, several: string];
  /** Total, if the owner has already filtered the rows. */
  readonly total?: number;
  readonly countTestId?: string;
  /** Follows the count. */
  readonly remark?: ReactNode;
  /** A field above the table that narrows its rows. */
  readonly filter?: { readonly label: string; readonly placeholder?: string; readonly testId?: string };
  /** Shown before and after the field and the count. */
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  /** Shown in place of rows if there are none. */
  readonly nothing?: ReactNode;
  /** Columns of the same name mean something else the next time: only widths are saved. */
  readonly isTransient?: boolean;
  /** The default order. */
  readonly firstOrder?: SortBy;
  /** Orders two rows that are equal in the sort column. */
  readonly ties?: (one: Row, other: Row) => number;
  /** Cells take several lines. */
  readonly wrap?: boolean;
  /** As high as its rows, in a pane that scrolls itself. */
  readonly asHighAsRows?: boolean;
  /** A double click or Enter on a row; also a click where `opensOnClick`. */
  readonly onRow?: (row: Row) => void;
  readonly opensOnClick?: boolean;
  /** Items in the menu of a row before those of every table. */
  readonly rowItems?: (row: Row) => readonly ContextItem[];
  /** A row as copied by Ctrl+C, if that is not its cells separated by tabs. */
  readonly line?: (row: Row) => string;
  /** Index in `rows` of the row to point out; the table scrolls to it when it changes, and again when `turn` does. */
  readonly current?: number | undefined;
  readonly turn?: number;
  /** The `data-mark` of rows that look different from the others. */
  readonly mark?: (row: Row) => string | undefined;
  /** Handles keys unknown to the table, pressed on its active row; true if handled. */
  readonly onRowKey?: (row: Row, key: string) => boolean;
}
