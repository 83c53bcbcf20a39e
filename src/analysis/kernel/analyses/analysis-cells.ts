/** From what an analysis yields to what doors are given: cells by the types of their columns, and a bounded list of what is missing. */
import type { AnalysisTable, Cell, ColumnType, RowJson } from '../../../shared/analysis-table.ts';
import { isFailure, type Missing } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import type { CellValue, Columns, Row } from './analysis.ts';

const inNumber = (value: bigint): boolean => value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER);

/** A value in the form of its column's type; undefined for a number that is none. */
export function cellOf(type: ColumnType, value: CellValue): Cell | undefined {
  if (value instanceof Uint8Array) return `0x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
  if (type === 'address' || type === 'hex') return typeof value === 'bigint' ? hex(value) : value;
  if (typeof value === 'bigint') return inNumber(value) ? Number(value) : value.toString();
  return typeof value === 'number' && !Number.isFinite(value) ? undefined : value;
}

/** Cells of a row, and what of it could not be read. */
export function cellsOf({ columns }: AnalysisTable, row: Row<Columns>): { readonly cells: RowJson; readonly missing: readonly Missing[] } {
  const cells: Record<string, Cell> = {};
  const missing: Missing[] = [];
  for (const { name, type } of columns) {
    const one = row[name];
    if (one === undefined) continue;
    if (isFailure(one)) {
      missing.push(one.missing);
      continue;
    }
    const value = typeof one === 'object' && 'value' in one ? one.value : one;
    const cell = cellOf(type, value);
    if (cell !== undefined) cells[name] = cell;
  }
  return { cells, missing };
}

/** Of one kind: what is missing a million times is listed some times and counted. */
const mostAlike = 16;
const mostMissing = 1024;

export class MissingFacts {
  private readonly listed: Missing[] = [];
  private readonly seen = new Set<string>();
  private readonly alike = new Map<string, number>();
  private beyond = 0;

  add(one: Missing): void {
    const id = `${one.what}\0${one.why}\0${JSON.stringify(one.where)}`;
    if (this.seen.has(id)) return;
    const count = (this.alike.get(one.what) ?? 0) + 1;
    if (this.listed.length >= mostMissing || (this.alike.size >= mostMissing && count === 1)) this.beyond += 1;
    else {
      this.alike.set(one.what, count);
      if (count > mostAlike) return;
      this.seen.add(id);
      this.listed.push(one);
    }
  }

  get all(): readonly Missing[] {
    const more = [...this.alike].filter(([, count]) => count > mostAlike);
    return [
      ...this.listed,
      ...more.map(([what, count]) => ({ what, why: `${count - mostAlike} more like these` })),
      ...(this.beyond === 0 ? [] : [{ what: 'other facts', why: `${this.beyond} more are missing` }]),
    ];
  }
}
