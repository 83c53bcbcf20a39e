/** The user's choices for a table: validated, since they come from sessions. */
import * as v from 'valibot';
import { boundedWidth, type Widths } from './column-widths.ts';
import type { SortBy } from './sort-by.ts';
import type { DataColumn } from './table-parts.ts';

const widthsSchema = v.record(v.string(), v.pipe(v.number(), v.finite(), v.transform(boundedWidth)));
const shownSchema = v.record(v.string(), v.boolean());
const orderSchema = v.union([v.literal('none'), v.object({ column: v.string(), descending: v.boolean() })]);

export interface TableChoice {
  /** Widths in characters, by column. */
  readonly widths: Widths;
  /** Extra columns that are shown, and other columns that are hidden. */
  readonly shown: Readonly<Record<string, boolean>>;
  /** `none`: the original order, in a table that has its own default order. */
  readonly by: SortBy | 'none' | undefined;
}

/** A value that matches the schema, or undefined. */
const reader =
  <T>(schema: v.GenericSchema<unknown, T>) =>
  (saved: unknown): T | undefined => {
    const answer = v.safeParse(schema, saved);
    return answer.success ? answer.output : undefined;
  };
export const readWidths = reader<TableChoice['widths']>(widthsSchema);
export const readShown = reader<TableChoice['shown']>(shownSchema);
export const readOrder = reader<SortBy | 'none'>(orderSchema);

/** At least one column stays. */
export function shownColumns<Row>(columns: readonly DataColumn<Row>[], shown: TableChoice['shown']): readonly DataColumn<Row>[] {
  const chosen = columns.filter(({ id, isExtra }) => shown[id] ?? isExtra !== true);
  return chosen.some(({ isTool }) => isTool !== true) ? chosen : columns.slice(0, 1);
}

export const orderOf = (by: TableChoice['by'], first: SortBy | undefined): SortBy | undefined => (by === 'none' ? undefined : (by ?? first));
