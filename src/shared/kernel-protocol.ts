/** Engine methods about the kernel's log, symbols and types. */
import * as v from 'valibot';
import { dmesgSchema, symbolizeSchema, symbolsSchema } from './kernel-model.ts';
import { memoryViews } from './model.ts';

const onKernel = {
  dump: v.string(),
  view: v.optional(v.picklist(memoryViews)),
  /** Path of a text that the user gives in place of the dump's vmcoreinfo. */
  vmcoreinfo: v.optional(v.string()),
  /** Path of a System.map whose symbols are added, moved by the kernel's KASLR offset. */
  systemMap: v.optional(v.string()),
} as const;

export const kernelProtocol = {
  dmesg: { params: v.strictObject(onKernel), result: dmesgSchema },
  symbols: {
    /** A name, `*` in it standing for anything; or an address; without either all. */
    params: v.strictObject({ ...onKernel, name: v.optional(v.string()), address: v.optional(v.bigint()) }),
    result: symbolsSchema,
  },
  symbolize: {
    /** `quick`: only what headers, notes and pointers lead to, no scan. */
    params: v.strictObject({ ...onKernel, quick: v.optional(v.boolean()), addresses: v.pipe(v.array(v.bigint()), v.maxLength(65_536)) }),
    result: symbolizeSchema,
  },
} as const;
