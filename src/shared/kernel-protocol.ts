/** Engine methods about the kernel's log, symbols and types. */
import * as v from 'valibot';
import { dmesgSchema, structSchema, symbolizeSchema, symbolsSchema, typeNamesSchema } from './kernel-model.ts';
import { onView } from './wire-types.ts';

export const kernelProtocol = {
  dmesg: { params: v.strictObject(onView), result: dmesgSchema },
  symbols: {
    /** A name, `*` in it standing for anything; or an address; without either all. */
    params: v.strictObject({ ...onView, name: v.optional(v.string()), address: v.optional(v.bigint()) }),
    result: symbolsSchema,
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
  /** Names of structs, unions, enums and typedefs, for completion. */
  typeNames: { params: v.strictObject({ ...onView, module: v.optional(v.string()) }), result: typeNamesSchema },
} as const;
