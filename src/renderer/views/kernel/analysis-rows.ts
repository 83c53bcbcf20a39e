/** Ordering, filtering and grouping of an analysis's rows. */
import type { CellValue } from '../../widgets/data-table/table-parts.ts';
import type { Cell, ColumnJson, ColumnType, RowJson } from '../../../shared/analysis-table.ts';
import { addressCharacters } from '../../words/numbers.ts';
import { analysisCellText } from '../../../shared/analysis-text.ts';

/** The rows of a group: those in which one column has this text. */
export interface OneValue {
  readonly column: string;
  readonly text: string;
}

const whole: ReadonlySet<ColumnType> = new Set<ColumnType>(['address', 'count', 'bytes', 'size', 'pid', 'cpu']);

/** Sort keys of rows: numbers by value, whatever their form in JSON; everything else by its text. */
export function orderedBy({ name, type }: ColumnJson, row: RowJson): CellValue {
  const cell = row[name];
  if (cell === undefined || typeof cell === 'number' || typeof cell === 'boolean') return cell;
  if (type === 'duration') return Number(cell);
  return whole.has(type) ? BigInt(cell) : cell;
}

const cellText = ({ name, type }: ColumnJson, row: RowJson): string => analysisCellText(type, row[name]);

/** Rows of the chosen group. */
export function ofGroup(columns: readonly ColumnJson[], rows: readonly RowJson[], only: OneValue | undefined): readonly RowJson[] {
  const column = columns.find(({ name }) => name === only?.column);
  return column === undefined ? rows : rows.filter((row) => cellText(column, row) === only?.text);
}

export interface RowGroup {
  /** Empty for rows whose value is not known. */
  readonly text: string;
  readonly rows: number;
  /** Sums of the summable columns, in their order. */
  readonly sums: readonly bigint[];
}

/** Columns whose sum a group shows. */
export const summedColumns = (columns: readonly ColumnJson[]): readonly ColumnJson[] => columns.filter(({ type }) => type === 'bytes');

/** Groups by the text of a column, largest first. */
export function grouped(columns: readonly ColumnJson[], rows: readonly RowJson[], by: string): readonly RowGroup[] {
  const column = columns.find(({ name }) => name === by);
  if (column === undefined) return [];
  const summed = summedColumns(columns);
  const groups = new Map<string, { rows: number; sums: bigint[] }>();
  for (const row of rows) {
    const text = cellText(column, row);
    const group = groups.get(text) ?? { rows: 0, sums: summed.map(() => 0n) };
    groups.set(text, group);
    group.rows += 1;
    summed.forEach(({ name }, at) => {
      const cell = row[name];
      if (cell !== undefined) group.sums[at] = (group.sums[at] ?? 0n) + BigInt(cell);
    });
  }
  return [...groups].map(([text, group]) => ({ text, ...group })).sort((a, b) => b.rows - a.rows || (a.text < b.text ? -1 : 1));
}

/** Columns in which at least one row has a value. */
export const knownColumns = (columns: readonly ColumnJson[], rows: readonly RowJson[]): readonly ColumnJson[] =>
  rows.length === 0 ? columns : columns.filter(({ name }) => rows.some((row) => row[name] !== undefined));

/** A readable form of a column's name: maxActive is "max active", perCpu is "per CPU". Rows and CSV keep the name itself. */
export const columnTitle = (name: string): string =>
  name
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')
    .toLowerCase()
    .replace(/\bcpu(s?)\b/g, 'CPU$1');

/** Digits after the decimal point of a number of seconds; none for a number so small that JavaScript writes it as 1e-7. */
const fraction = (cell: Cell | undefined): number => (/^-?\d+\.(\d+)$/.exec(String(cell))?.[1] ?? '').length;

/** By column of seconds: the maximum number of decimals, for aligning decimal points. */
export const fractionDigits = (columns: readonly ColumnJson[], rows: readonly RowJson[]): ReadonlyMap<string, number> =>
  new Map(columns.filter(({ type }) => type === 'duration').map(({ name }) => [name, rows.reduce((most, row) => Math.max(most, fraction(row[name])), 0)]));

/**
 * A cell as {@link analysisCellText} has it; seconds are padded with blanks so that decimal points align. Zeros would claim a precision that was not
 * measured.
 */
export function alignedText({ name, type }: ColumnJson, cell: Cell | undefined, digits: ReadonlyMap<string, number>): string {
  const text = analysisCellText(type, cell);
  const most = type === 'duration' && cell !== undefined ? (digits.get(name) ?? 0) : 0;
  const own = fraction(cell);
  // The decimal point takes a place too.
  return most === 0 ? text : text + ' '.repeat(own === 0 ? most + 1 : most - own);
}

const mostCharacters = 64;
/** The last column is not limited: lines of a trace are shown in full there. */
const mostOfLast = 120;

/** Width in characters, from the title and the first rows. */
export const columnCharacters = (column: ColumnJson, rows: readonly RowJson[], isLast = false, digits: ReadonlyMap<string, number> = new Map()): number =>
  Math.min(
    isLast ? mostOfLast : mostCharacters,
    Math.max(
      column.type === 'address' ? addressCharacters : 6,
      2 + rows.slice(0, 200).reduce((most, row) => Math.max(most, alignedText(column, row[column.name], digits).length), column.name.length),
    ),
  );
