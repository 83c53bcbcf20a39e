/** Rows for copying and saving: lines with tabs, JSON, a Markdown table, CSV. None of them lets text from a dump hide anything. */
import { csvField, csvLine } from '../../../shared/csv.ts';
import { visibleJson, visibleLine } from '../../../shared/visible-text.ts';
import { cellValue } from './arranged-rows.ts';
import type { DataColumn } from './table-parts.ts';

/** A row, and its index in the list. */
export type PlacedRow<Row> = readonly [row: Row, index: number];

const written = <Row>(columns: readonly DataColumn<Row>[]): readonly DataColumn<Row>[] => columns.filter(({ isTool }) => isTool !== true);

/** The form that a spreadsheet accepts. White space within a cell becomes a space. */
export const tabbedLine = <Row>(columns: readonly DataColumn<Row>[], [row, index]: PlacedRow<Row>): string =>
  `${written(columns)
    .map(({ text }) => visibleLine(text(row, index).replaceAll(/[\t\r\n]+/g, ' ')))
    .join('\t')}\n`;

const jsonValue = <Row>(column: DataColumn<Row>, [row, index]: PlacedRow<Row>): string | number | boolean | null => {
  const value = cellValue(column, row, index);
  if (value === undefined) return null;
  if (typeof value !== 'bigint') return value;
  // For most readers, a JSON number has 53 bits.
  return column.kind === 'hex' ? `0x${value.toString(16)}` : value.toString();
};

/** A list of objects whose names are the ids of the columns; unknown values are null. */
export const rowsAsJson = <Row>(columns: readonly DataColumn<Row>[], rows: readonly PlacedRow<Row>[]): string =>
  `${visibleJson(rows.map((row) => Object.fromEntries(written(columns).map((column) => [column.id, jsonValue(column, row)]))))}\n`;

/** Escapes with a backslash what Markdown or HTML could interpret as markup: the bar between cells, and what turns an address into a link. */
const markdownCell = (text: string): string =>
  visibleLine(text)
    .replaceAll(/[\\`*_[\]<>|~&$]|:(?=\/\/)|(?<=www)\./gi, '\\$&')
    .replaceAll(/ {2,}/g, ' ')
    .trim();

/** A table as GitHub and most trackers show it. */
export function rowsAsMarkdown<Row>(columns: readonly DataColumn<Row>[], rows: readonly PlacedRow<Row>[]): string {
  const shown = written(columns);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return (
    line(shown.map(({ title }) => markdownCell(title))) +
    line(shown.map(({ kind }) => (kind === 'number' ? '---:' : '---'))) +
    rows.map(([row, index]) => line(shown.map(({ text }) => markdownCell(text(row, index))))).join('')
  );
}

/** The header line. */
export const csvHead = <Row>(columns: readonly DataColumn<Row>[]): string => csvLine(written(columns).map(({ id }) => csvField(id)));

export const csvRow = <Row>(columns: readonly DataColumn<Row>[], row: PlacedRow<Row>): string =>
  csvLine(
    written(columns).map((column) => {
      const value = jsonValue(column, row);
      return value === null ? '' : typeof value === 'string' ? csvField(value) : String(value);
    }),
  );
