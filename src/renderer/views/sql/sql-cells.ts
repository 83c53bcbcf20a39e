/** Cells of a result: their text, and where addresses lead. */
import type { SqlJson } from '../../../shared/memory-model.ts';
import { addressCharacters } from '../../words/numbers.ts';
import { hex, pageShift } from '../../../shared/units.ts';
import type { Position } from '../../state/position.ts';
import type { CellValue } from '../../widgets/data-table/table-parts.ts';

export type SqlCell = SqlJson['rows'][number][number];

const isAddress = (column: string): boolean => /^(address|start|end|prefix)$|_address$/.test(column) && !/^(psw|cpu|breaking_event)_address$/.test(column);
const isPfn = (column: string): boolean => /(^|_)pfn$/.test(column);
const isFileOffset = (column: string): boolean => /(^|_)file_offset$/.test(column);
const isVirtual = (column: string): boolean => column === 'psw_address' || column === 'breaking_event_address';

const integer = (cell: SqlCell): bigint | undefined => {
  if (typeof cell === 'number') return Number.isSafeInteger(cell) ? BigInt(cell) : undefined;
  return typeof cell === 'string' && /^-?\d{1,20}$/.test(cell) ? BigInt(cell) : undefined;
};

/** The place that a cell refers to, according to its column's name in the schema. */
export function cellPosition(column: string, cell: SqlCell): Position | undefined {
  const name = column.toLowerCase();
  if (typeof cell === 'string' && /^0x[0-9a-f]{1,16}$/.test(cell) && (isVirtual(name) || isAddress(name)))
    return { space: isVirtual(name) || /^(start|end)$/.test(name) ? 'virtual' : 'absolute', address: BigInt(cell), length: 1 };
  const value = integer(cell);
  if (value === undefined) return undefined;
  if (isAddress(name)) return { space: 'absolute', address: BigInt.asUintN(64, value), length: 1 };
  if (value < 0n) return undefined;
  if (isPfn(name)) return value >= 1n << 52n ? undefined : { space: 'absolute', address: value << pageShift, length: 1 };
  return isFileOffset(name) ? { space: 'file', address: value, length: 1 } : undefined;
}

const isHexadecimal = (title: string): boolean => isAddress(title.toLowerCase()) || isFileOffset(title.toLowerCase());

/** Addresses and file offsets in hexadecimal, everything else as returned by SQLite. */
export function cellText(column: string, cell: SqlCell): string {
  if (cell === null) return 'NULL';
  const name = column.toLowerCase();
  const value = isHexadecimal(name) ? integer(cell) : undefined;
  return value === undefined ? String(cell) : hex(BigInt.asUintN(64, value));
}

/** Width of a column in characters, from its title and the first rows. */
export function columnWidth(result: SqlJson, column: number): number {
  const title = result.columns[column] ?? '';
  const longest = result.rows.slice(0, 200).reduce((most, row) => Math.max(most, cellText(title, row[column] ?? null).length), title.length);
  return Math.min(64, Math.max(isHexadecimal(title) ? addressCharacters : 6, longest + 1));
}

export const isNumberColumn = (result: SqlJson, column: number): boolean =>
  result.rows.length > 0 && result.rows.slice(0, 200).every((row) => row[column] === null || typeof row[column] === 'number');

/** Sort keys of rows: numbers by value, however large; NULL counts as not known. */
export const orderedBy = (cell: SqlCell): CellValue => (cell === null ? undefined : (integer(cell) ?? cell));

/** RFC 4180. A cell that a spreadsheet would interpret as a formula is written as text: dumps are hostile. */
export function toCsv({ columns, rows }: SqlJson): string {
  const field = (cell: SqlCell): string => {
    if (cell === null) return '';
    if (typeof cell === 'number') return String(cell);
    const text = /^[=+\-@\t\r]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** Columns of the same name are distinguished by a number. */
export const columnNames = ({ columns }: Pick<SqlJson, 'columns'>): readonly string[] =>
  columns.map((name, index) => {
    const earlier = columns.slice(0, index).filter((one) => one === name).length;
    return earlier === 0 ? name : `${name}_${earlier + 1}`;
  });

/** A list of objects. */
export function toJson(result: SqlJson): string {
  const names = columnNames(result);
  return `${JSON.stringify(
    result.rows.map((row) => Object.fromEntries(row.map((cell, index) => [names[index] ?? String(index), cell]))),
    undefined,
    2,
  )}\n`;
}
