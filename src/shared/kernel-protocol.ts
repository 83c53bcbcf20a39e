/** Engine methods about the kernel's log, symbols and types. */
import * as v from 'valibot';
import { dmesgSchema, logRecordSchema, structSchema, symbolizeSchema, symbolSchema, symbolsSchema, typeNamesSchema } from './kernel-model.ts';
import { addressSchema } from './address-model.ts';
import { disassemblySchema, mostInstructions } from './code-model.ts';
import { addressSpaces } from './model.ts';
import { count } from './json-values.ts';
import { onView } from './wire-types.ts';

export const kernelProtocol = {
  dmesg: {
    /** `stream`: records come with the progress, and the answer holds the rest. */
    params: v.strictObject({ ...onView, stream: v.optional(v.boolean()) }),
    result: dmesgSchema,
    progress: v.strictObject({ records: v.array(logRecordSchema) }),
  },
  symbols: {
    /** A name, `*` in it standing for anything; or an address; without either all. `stream`: symbols come with the progress. */
    params: v.strictObject({ ...onView, name: v.optional(v.string()), address: v.optional(v.bigint()), stream: v.optional(v.boolean()) }),
    result: symbolsSchema,
    progress: v.strictObject({ symbols: v.array(symbolSchema) }),
  },
  symbolize: {
    /** `quick`: only what headers, notes and pointers lead to, no scan. */
    params: v.strictObject({ ...onView, quick: v.optional(v.boolean()), addresses: v.pipe(v.array(v.bigint()), v.maxLength(65_536)) }),
    result: symbolizeSchema,
  },
  struct: {
    /** A struct, union, enum or typedef, or a member of one by its path: "task_struct.comm", "ext4:ext4_inode_info". With an address its values. */
    params: v.strictObject({
      ...onView,
      name: v.string(),
      /** Whose type it is; the kernel's, or the one that has the name, unless given. */
      module: v.optional(v.string()),
      address: v.optional(v.bigint()),
      depth: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8))),
    }),
    result: structSchema,
  },
  /** What an address is. Of a file offset nothing is known. */
  address: {
    params: v.strictObject({
      ...onView,
      space: v.picklist(['virtual', 'absolute', 'real']),
      address: v.bigint(),
      cpu: v.optional(count),
      quick: v.optional(v.boolean()),
    }),
    result: addressSchema,
  },
  disassemble: {
    /** `count` instructions from the address on, the `whole` function that it lies in, or without either some before and after it. */
    params: v.strictObject({
      ...onView,
      space: v.picklist(addressSpaces),
      address: v.bigint(),
      cpu: v.optional(count),
      count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostInstructions))),
      whole: v.optional(v.boolean()),
    }),
    result: disassemblySchema,
  },
  /** Names of structs, unions, enums and typedefs, for completion. */
  typeNames: { params: v.strictObject({ ...onView, module: v.optional(v.string()) }), result: typeNamesSchema },
} as const;
