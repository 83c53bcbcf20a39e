/** What a table is given. */
import type { ReactNode } from 'react';
import type { ContextItem } from '../../state/context-menu.ts';
import type { SortBy } from './sort-by.ts';

/** What a cell holds, for the order of rows, JSON and CSV; undefined where it is not known. */
export type CellValue = string | number | bigint | boolean | undefined;

export interface CellPlace {
  /** Place of the row in the list that the table was given. */
  readonly index: number;
  /** It is the row that others speak of. */
  readonly isCurrent: boolean;
  /** Rows are in their original order, not by a column. */
  readonly isAsCame: boolean;
}

/** A column of rows of one kind. Its owner makes it once: another one means that rows are ordered and filtered again. */
export interface DataColumn<Row> {
  /** Names it in what is kept, in JSON, and in CSV. */
  readonly id: string;
  readonly title: string;
  /** Tooltip of the title. */
  readonly about?: string;
  /** Characters; of a column that grows the fewest. */
  readonly width: number;
  /** Its share of the room that is left. */
  readonly grow?: number;
  /** Numbers are flush right; `hex` is a number that is written in hexadecimal. */
  readonly kind?: 'text' | 'number' | 'hex';
  /** A cell as it reads, is filtered by, and is copied. */
  readonly text: (row: Row, index: number) => string;
  /** What rows are ordered by, and what JSON and CSV hold; the text unless given. */
  readonly value?: (row: Row, index: number) => CellValue;
  /** A cell as it is shown, where that is more than its text. */
  readonly cell?: (row: Row, place: CellPlace) => ReactNode;
  /** Buttons and the like: no text to order, filter, or copy. */
  readonly isTool?: true;
  /** Not shown until somebody chooses it. */
  readonly isExtra?: true;
}

/** Rows that are read as they come into sight. Whoever reads them also orders them. */
export interface PagedRows<Row> {
  /** Tells lists apart: when it is another one, other rows are there, and the table begins at the first of them. */
  readonly of: string;
  readonly total: number;
  /** Undefined until it was read. */
  readonly at: (row: number) => Row | undefined;
  /** Which rows are needed: [first, end). */
  readonly want: (first: number, end: number) => void;
  /** Reads rows that are copied or saved; not given where they cannot be. */
  readonly read?: (first: number, count: number) => Promise<readonly Row[]>;
  /** Ids of the columns that they can be ordered by, the order, and what changes it. */
  readonly order?: { readonly columns: readonly string[]; readonly by: SortBy | undefined; readonly onOrder: (by: SortBy | undefined) => void };
}

export interface DataTableProps<Row> {
  /** Under which name widths, columns and order are kept, for each tab. */
  readonly name: string;
  /** What screen readers call it. */
  readonly label: string;
  readonly testId: string;
  readonly columns: readonly DataColumn<Row>[];
  readonly rows: readonly Row[] | PagedRows<Row>;
  /** A row and several, for the count above the table: "3 of 120 tasks". Without them it has none. */
  readonly noun?: readonly [one: string, several: string];
  /** Rows of which its owner has left out some already. */
  readonly total?: number;
  readonly countTestId?: string;
  /** Follows the count. */
  readonly remark?: ReactNode;
  /** A field above the table that narrows its rows. */
  readonly filter?: { readonly label: string; readonly placeholder?: string; readonly testId?: string };
  /** Is before and after the field and the count. */
  readonly before?: ReactNode;
  readonly after?: ReactNode;
  /** Is where the rows would, if there are none to show. */
  readonly nothing?: ReactNode;
  /** Columns of one name mean something else the next time: of what is chosen only widths are kept. */
  readonly isTransient?: boolean;
  /** The order until the user chooses one. */
  readonly firstOrder?: SortBy;
  /** Which of two rows comes first that are equal in the column by which they are ordered. */
  readonly ties?: (one: Row, other: Row) => number;
  /** Cells take several lines. */
  readonly wrap?: boolean;
  /** As high as its rows are, in a pane that scrolls itself. */
  readonly asHighAsRows?: boolean;
  /** A double click or Enter on a row; also a click where `opensOnClick`. */
  readonly onRow?: (row: Row) => void;
  readonly opensOnClick?: boolean;
  /** What the menu of a row offers before what every table does. */
  readonly rowItems?: (row: Row) => readonly ContextItem[];
  /** A row as Ctrl+C copies it, where that is not its cells with tabs between. */
  readonly line?: (row: Row) => string;
  /** Place in `rows` of the row that others speak of; it is brought into sight when it changes, and again when `turn` does. */
  readonly current?: number | undefined;
  readonly turn?: number;
  /** A word for rows that look unlike the others: their `data-mark`. */
  readonly mark?: (row: Row) => string | undefined;
  /** Keys that the table itself does not know, pressed on its active row; true when they meant something. */
  readonly onRowKey?: (row: Row, key: string) => boolean;
}
