/** Cells of a result: how they read, and where those lead that are addresses. */
import type { SqlJson } from '../../../shared/memory-model.ts';
import { addressCharacters } from '../../words/numbers.ts';
import { hex, pageShift } from '../../../shared/units.ts';
import type { Position } from '../../state/position.ts';
import type { SortBy } from '../../widgets/virtual-table/sort-by.ts';

export type SqlCell = SqlJson['rows'][number][number];

const isAddress = (column: string): boolean => /^(address|start|end|prefix)$|_address$/.test(column) && !/^(psw|cpu|breaking_event)_address$/.test(column);
const isPfn = (column: string): boolean => /(^|_)pfn$/.test(column);
const isFileOffset = (column: string): boolean => /(^|_)file_offset$/.test(column);
const isVirtual = (column: string): boolean => column === 'psw_address' || column === 'breaking_event_address';

const integer = (cell: SqlCell): bigint | undefined => {
  if (typeof cell === 'number') return Number.isSafeInteger(cell) ? BigInt(cell) : undefined;
  return typeof cell === 'string' && /^-?\d{1,20}$/.test(cell) ? BigInt(cell) : undefined;
};

/** The place that a cell names by its column, as the names of the schema have it. */
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

/** Addresses and file positions in hexadecimal, everything else as SQLite gave it. */
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

function order(left: SqlCell, right: SqlCell): number {
  // As SQLite has it: nothing, then numbers, then texts; here nothing comes last, whichever way.
  const [a, b] = [integer(left) ?? left, integer(right) ?? right];
  const isText = [typeof a === 'string', typeof b === 'string'] as const;
  if (isText[0] !== isText[1]) return isText[0] ? 1 : -1;
  return a === b || a === null || b === null ? 0 : a < b ? -1 : 1;
}

/** Rows by one column, named by its place; as the query gave them without one. */
export function sortedRows({ rows }: SqlJson, by: SortBy | undefined): SqlJson['rows'] {
  if (by === undefined) return rows;
  const column = Number(by.column);
  const sign = by.descending ? -1 : 1;
  return rows.toSorted((left, right) => {
    const [a, b] = [left[column] ?? null, right[column] ?? null];
    return a === null || b === null ? Number(a === null) - Number(b === null) : sign * order(a, b);
  });
}

/** RFC 4180. A cell that a spreadsheet would take for a formula is text: dumps are hostile. */
export function toCsv({ columns, rows }: SqlJson): string {
  const field = (cell: SqlCell): string => {
    if (cell === null) return '';
    if (typeof cell === 'number') return String(cell);
    const text = /^[=+\-@\t\r]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** A list of objects; columns of one name are told apart by a number. */
export function toJson({ columns, rows }: SqlJson): string {
  const names = columns.map((name, index) => {
    const earlier = columns.slice(0, index).filter((one) => one === name).length;
    return earlier === 0 ? name : `${name}_${earlier + 1}`;
  });
  return `${JSON.stringify(
    rows.map((row) => Object.fromEntries(row.map((cell, index) => [names[index] ?? String(index), cell]))),
    undefined,
    2,
  )}\n`;
}
