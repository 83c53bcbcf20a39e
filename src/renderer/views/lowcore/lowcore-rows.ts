/** Lowcores of several CPUs as rows: one field per row, one column per CPU. */
import { defined } from '../../../shared/defined.ts';
import type { LowcoreFieldJson, LowcoreJson } from '../../../shared/structure-model.ts';
import type { Position } from '../../state/position.ts';

export const lowcoreBytes = 0x2000;
export type FieldGroup = 'architected' | 'linux' | 'save area';

export interface LowcoreRow {
  /** Name and offset: a field may have different offsets in two layouts. */
  readonly key: string;
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly group: FieldGroup;
  readonly doc: string | undefined;
  /** One for each column; undefined if the layout of that column has no such field. */
  readonly cells: readonly (LowcoreFieldJson | undefined)[];
  /** Not equal in all columns. */
  readonly differs: boolean;
  /** Zero in every column. */
  readonly isZero: boolean;
}

/** Absent bytes count as a distinct value: a field that one lowcore lacks differs. */
const valueOf = (field: LowcoreFieldJson | undefined): string => (field?.value === undefined ? 'absent' : String(field.value));
const isZero = (field: LowcoreFieldJson | undefined): boolean => field === undefined || field.value === 0 || field.value === '0x0';

/** @param columns undefined for a CPU whose lowcore cannot be shown: it is ignored */
export function lowcoreRows(columns: readonly (LowcoreJson | undefined)[]): readonly LowcoreRow[] {
  const rows = new Map<string, { field: LowcoreFieldJson; cells: (LowcoreFieldJson | undefined)[] }>();
  columns.forEach((lowcore, column) => {
    for (const field of lowcore?.fields ?? []) {
      const key = `${field.offset}/${field.name}`;
      const row = rows.get(key) ?? { field, cells: columns.map(() => undefined) };
      row.cells[column] = field;
      rows.set(key, row);
    }
  });
  return [...rows]
    .map(([key, { field, cells }]): LowcoreRow => {
      const shown = cells.filter((_, column) => columns[column] !== undefined);
      const { name, offset, size, group = 'linux', doc } = field;
      return { key, name, offset, size, group, doc, cells, differs: new Set(shown.map(valueOf)).size > 1, isZero: cells.every(isZero) };
    })
    .sort((left, right) => left.offset - right.offset);
}

export interface RowFilter {
  /** Part of a name, meaning, value or description; or an offset with 0x. */
  readonly text: string;
  readonly onlyDifferences: boolean;
  readonly hideZeros: boolean;
}

const words = (row: LowcoreRow): string => [row.name, row.doc ?? '', ...row.cells.flatMap((cell) => [cell?.text ?? '', String(cell?.value ?? '')])].join('\n');

export function filterRows(rows: readonly LowcoreRow[], { text, onlyDifferences, hideZeros }: RowFilter): readonly LowcoreRow[] {
  const wanted = text.trim().toLowerCase();
  const offset = /^0x[0-9a-f]{1,4}$/.test(wanted) ? Number(wanted) : undefined;
  return rows.filter((row) => {
    if (onlyDifferences && !row.differs) return false;
    if (hideZeros && row.isZero) return false;
    if (wanted === '') return true;
    if (offset !== undefined && offset >= row.offset && offset < row.offset + row.size) return true;
    return words(row).toLowerCase().includes(wanted);
  });
}

export interface LowcorePlace {
  /** Absolute address of a lowcore. */
  readonly prefix: string;
  /** CPU, as in `cpu` of a position; undefined for a lowcore that is not known to belong to a CPU. */
  readonly number: number | undefined;
}

/** The lowcore that contains the cursor, and the offset in it; undefined if none does. A CPU's real addresses begin with its own lowcore. */
export function cursorIn<T extends LowcorePlace>(
  cursor: Position | undefined,
  places: readonly T[],
): { readonly place: T; readonly offset: number } | undefined {
  if (cursor === undefined) return undefined;
  const { space, address, cpu } = cursor;
  for (const place of places) {
    const start = space === 'absolute' ? BigInt(place.prefix) : space === 'real' && cpu !== undefined && cpu === place.number ? 0n : undefined;
    if (start !== undefined && address >= start && address < start + BigInt(lowcoreBytes)) return { place, offset: Number(address - start) };
  }
  return undefined;
}

/** The field of a column that contains a byte; the smallest if fields overlap. */
export function rowAt(rows: readonly LowcoreRow[], column: number, offset: number): LowcoreRow | undefined {
  return rows
    .filter((row) => row.cells[column] !== undefined && offset >= row.offset && offset < row.offset + row.size)
    .reduce<LowcoreRow | undefined>((best, row) => (best === undefined || row.size < best.size ? row : best), undefined);
}

/** Registers in a save area may hold anything; a possible kernel address can be followed. */
const heldRegisters = /^(gpregs_save_area|save_area|save_area_sync|save_area_async)\[/;

/** The position that a value points to, as seen by its own CPU. */
export function targetOf(field: LowcoreFieldJson, number: number | undefined): Position | undefined {
  const owner = defined({ cpu: number });
  if (field.pointsTo !== undefined) {
    const { space, address } = field.pointsTo;
    // Real addresses have no meaning without their CPU.
    if (space === 'real' && number === undefined) return undefined;
    return { space, address: BigInt(address), length: 1, ...(space === 'absolute' ? {} : owner) };
  }
  if (!heldRegisters.test(field.name) || typeof field.value !== 'string') return undefined;
  const value = BigInt(field.value);
  return value < 0x1000n || value >= 1n << 63n ? undefined : { space: 'virtual', address: value, length: 1, ...owner };
}

/** Mask and address of a PSW field, which is a single 128-bit number in JSON; undefined for other fields. */
export function pswParts(field: LowcoreFieldJson): { readonly mask: string; readonly address: string } | undefined {
  if (field.size !== 16 || !/(^|_)psw(_|$)/.test(field.name) || typeof field.value !== 'string') return undefined;
  const value = BigInt(field.value);
  return { mask: `0x${(value >> 64n).toString(16)}`, address: `0x${(value & ((1n << 64n) - 1n)).toString(16)}` };
}

/** The part of a PSW's text after the two numbers, which are already shown. */
export const meaningOf = (field: LowcoreFieldJson): string | undefined =>
  pswParts(field) === undefined ? field.text : field.text?.replace(/^0x[0-9a-f]+ 0x[0-9a-f]+, /, '');
