/** What an address is, as doors and `--json` have it. Rules as in model.ts. */
import * as v from 'valibot';
import { cpuNumberingSchema } from './cpu-model.ts';
import { count, hexString } from './json-values.ts';
import { addressSpaces, schemaVersion } from './model.ts';
import { missingSchema } from './result.ts';

const text = v.string();
/** One thing that the address is, or lies in; `text` says it in words. */
export const addressFactSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('memory'), text, absolute: hexString, state: v.string() }),
  v.strictObject({ kind: v.literal('symbol'), text, name: v.string(), offset: count, size: v.optional(count), module: v.optional(v.string()) }),
  v.strictObject({ kind: v.literal('module'), text, name: v.string(), start: hexString, end: hexString, offset: count }),
  /** Without a CPU: the first pages of real memory are the lowcore of whichever CPU uses the address. */
  v.strictObject({ kind: v.literal('lowcore'), text, cpu: v.optional(count), prefix: v.optional(hexString), offset: count, field: v.optional(v.string()) }),
  v.strictObject({ kind: v.literal('per-cpu'), text, cpu: count, symbol: v.optional(v.string()), variable: hexString }),
  v.strictObject({ kind: v.literal('task'), text, task: hexString, pid: v.optional(count), comm: v.string(), offset: count }),
  v.strictObject({
    kind: v.literal('stack'),
    text,
    start: hexString,
    end: hexString,
    task: v.optional(hexString),
    pid: v.optional(count),
    cpu: v.optional(count),
  }),
  v.strictObject({
    kind: v.literal('slab'),
    text,
    cache: v.string(),
    cacheAddress: hexString,
    object: hexString,
    /** From the start of the object; negative in a red zone before it. */
    offset: v.pipe(v.number(), v.integer()),
    size: count,
    objectSize: count,
    index: count,
    objects: count,
    /** Absent where the free lists do not tell it. */
    free: v.optional(v.boolean()),
  }),
  v.strictObject({ kind: v.literal('vmalloc'), text, start: hexString, end: hexString, offset: count, caller: v.optional(v.string()) }),
  /** Without flags where their names are not known: `missing` says why. */
  v.strictObject({ kind: v.literal('page'), text, pfn: count, page: hexString, flags: v.optional(v.array(v.string())), head: v.optional(count) }),
]);
export type AddressFact = v.InferOutput<typeof addressFactSchema>;

export const addressSchema = v.strictObject({
  schema: v.literal(schemaVersion),
  space: v.picklist(addressSpaces),
  address: hexString,
  cpu: v.optional(count),
  /** Of an absolute or real address: the virtual one that the kernel has for it, which facts are about. Left out where none is known. */
  mapped: v.optional(hexString),
  /** What `cpu` means, here and in facts. */
  numbering: cpuNumberingSchema,
  /** The narrowest first. */
  facts: v.array(addressFactSchema),
  /** What could not be looked at: where something is named here, the address may be that too. */
  missing: v.array(missingSchema),
});
export type AddressJson = v.InferOutput<typeof addressSchema>;
