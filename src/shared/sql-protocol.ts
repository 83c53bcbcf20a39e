/** Engine method `sqlTables`: what a query can ask of an index; the SQL view completes these names. */
import * as v from 'valibot';

export const sqlTableSchema = v.strictObject({
  name: v.string(),
  /** A function is asked with its parameters: page_at(0x1f4). */
  kind: v.picklist(['table', 'function']),
  /** Where it is from: read from the dump by its plain name, an analysis, the index, or how that is stored. */
  group: v.picklist(['dump', 'analysis', 'index', 'storage']),
  parameters: v.array(v.string()),
  /** Scripts may rely on its name and columns. */
  stable: v.boolean(),
  about: v.string(),
  columns: v.array(v.strictObject({ name: v.string(), type: v.string(), about: v.string() })),
});
export type SqlTableJson = v.InferOutput<typeof sqlTableSchema>;

/** What one query can ask for at most. */
export const mostSqlRows = 1_000_000;
export const mostSqlSeconds = 3600;

export const sqlProtocol = {
  sqlTables: { params: v.strictObject({}), result: v.strictObject({ tables: v.array(sqlTableSchema) }) },
} as const;
