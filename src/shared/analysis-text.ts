/** Tables of analyses for people: cells by the types of their columns, CSV, what is missing. */
import type { RowDifference } from './analysis-compare.ts';
import type { Cell, ColumnJson, ColumnType, RowJson } from './analysis-table.ts';
import { csvField, csvLine } from './csv.ts';
import type { Missing } from './result.ts';
import { byteText } from './units.ts';
import { visibleLine } from './visible-text.ts';

const rightAligned: ReadonlySet<ColumnType> = new Set<ColumnType>(['count', 'bytes', 'size', 'duration', 'pid', 'cpu']);

/** Columns of numbers stand flush right. */
export const isRightAligned = ({ type }: Pick<ColumnJson, 'type'>): boolean => rightAligned.has(type);

/** A cell as people read it: amounts of memory in their unit, seconds as such; one that is not known is empty. */
export function analysisCellText(type: ColumnType, cell: Cell | undefined): string {
  if (cell === undefined) return '';
  switch (type) {
    case 'bytes':
      return byteText(typeof cell === 'string' ? BigInt(cell) : Number(cell));
    case 'duration':
      return `${String(cell)} s`;
    case 'flag':
      return cell === true ? 'yes' : 'no';
    default:
      return visibleLine(String(cell));
  }
}

/** The line of names. */
const csvHead = (columns: readonly ColumnJson[]): string => csvLine(columns.map(({ name }) => csvField(name)));

/** A table with a line of names, each cell as JSON has it. */
export const analysisCsv = (columns: readonly ColumnJson[], rows: readonly RowJson[]): string => csvHead(columns) + analysisCsvRows(columns, rows);

/** Lines of rows alone. */
export function analysisCsvRows(columns: readonly ColumnJson[], rows: readonly RowJson[]): string {
  const line = (row: RowJson): string =>
    csvLine(
      columns.map(({ name }) => {
        const cell = row[name];
        return cell === undefined ? '' : typeof cell === 'string' ? csvField(cell) : String(cell);
      }),
    );
  return rows.map(line).join('');
}

/** The key of a row in one line: "pid 1, name init". */
export const rowKeyText = (key: readonly string[], columns: readonly ColumnJson[], row: RowJson): string =>
  key.map((name) => `${name} ${analysisCellText(columns.find((column) => column.name === name)?.type ?? 'text', row[name]) || '?'}`).join(', ');

/** Cells of a row in one line: "state S, cpu 1". */
export const rowText = (columns: readonly ColumnJson[], row: RowJson): string =>
  columns.flatMap(({ name, type }) => (row[name] === undefined ? [] : [`${name} ${analysisCellText(type, row[name])}`])).join(', ');

/** What became of a row in one line: "state: S / D". */
export function rowDifferenceText(
  { columns }: { readonly columns: readonly ColumnJson[] },
  { kind, left = {}, right = {}, columns: differing = [] }: RowDifference,
): string {
  if (kind === 'onlyLeft') return 'only in the left dump';
  if (kind === 'onlyRight') return 'only in the right dump';
  const cell = (row: RowJson, { name, type }: ColumnJson): string => (row[name] === undefined ? 'not known' : analysisCellText(type, row[name]));
  return columns
    .filter(({ name }) => differing.includes(name))
    .map((column) => `${column.name}: ${cell(left, column)} / ${cell(right, column)}`)
    .join('; ');
}

/** A missing fact in one line. */
export function missingText({ what, why, where }: Missing): string {
  const place = where === undefined ? '' : 'space' in where ? ` (${where.space} ${where.start})` : ` (file offset ${where.fileOffset})`;
  // Reasons often name the place themselves.
  return `${what}: ${why}${where !== undefined && 'space' in where && why.includes(where.start) ? '' : place}`;
}
