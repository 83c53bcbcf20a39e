/** What the user chose for a table: checked, since sessions keep it. */
import * as v from 'valibot';
import { boundedWidth, type Widths } from './column-widths.ts';
import type { SortBy } from './sort-by.ts';
import type { DataColumn } from './table-parts.ts';

const widthsSchema = v.record(v.string(), v.pipe(v.number(), v.finite(), v.transform(boundedWidth)));
const shownSchema = v.record(v.string(), v.boolean());
const orderSchema = v.union([v.literal('none'), v.object({ column: v.string(), descending: v.boolean() })]);

export interface TableChoice {
  /** Characters, by column. */
  readonly widths: Widths;
  /** Columns that are shown although they are extra, or hidden although they are not. */
  readonly shown: Readonly<Record<string, boolean>>;
  /** `none`: as the rows came, where a table has an order of its own. */
  readonly by: SortBy | 'none' | undefined;
}

/** A value of the schema, or undefined for anything else. */
const reader =
  <T>(schema: v.GenericSchema<unknown, T>) =>
  (saved: unknown): T | undefined => {
    const answer = v.safeParse(schema, saved);
    return answer.success ? answer.output : undefined;
  };
export const readWidths = reader<TableChoice['widths']>(widthsSchema);
export const readShown = reader<TableChoice['shown']>(shownSchema);
export const readOrder = reader<SortBy | 'none'>(orderSchema);

/** At least one stays. */
export function shownColumns<Row>(columns: readonly DataColumn<Row>[], shown: TableChoice['shown']): readonly DataColumn<Row>[] {
  const chosen = columns.filter(({ id, isExtra }) => shown[id] ?? isExtra !== true);
  return chosen.some(({ isTool }) => isTool !== true) ? chosen : columns.slice(0, 1);
}

export const orderOf = (by: TableChoice['by'], first: SortBy | undefined): SortBy | undefined => (by === 'none' ? undefined : (by ?? first));
