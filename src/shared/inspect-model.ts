/** What bytes can be read as: interpretations of a place, and structures laid over it. Rules as in model.ts. */
import * as v from 'valibot';
import { count, hexString } from './json-values.ts';
import { addressSpaces, schemaVersion } from './model.ts';
import { fieldSchema } from './structure-model.ts';

const schema = v.literal(schemaVersion);

const interpretationSchema = v.strictObject({
  /** "f64 big", "PSW", "TOD clock", "as absolute address". */
  name: v.string(),
  text: v.string(),
  /** Where it leads. */
  place: v.optional(v.strictObject({ space: v.picklist(addressSpaces), address: hexString })),
});
export const inspectSchema = v.strictObject({ schema, readings: v.array(interpretationSchema) });
export type InterpretationJson = v.InferOutput<typeof interpretationSchema>;

export const layoutListSchema = v.strictObject({
  schema,
  layouts: v.array(v.strictObject({ name: v.string(), group: v.string(), size: count })),
});
export type LayoutListJson = v.InferOutput<typeof layoutListSchema>;

export const structViewSchema = v.strictObject({
  schema,
  name: v.string(),
  size: count,
  fields: v.array(v.strictObject({ ...fieldSchema.entries, doc: v.optional(v.string()) })),
});
export type StructViewJson = v.InferOutput<typeof structViewSchema>;
