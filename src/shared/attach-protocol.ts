/** The engine's method that shows a dump together with files that tell more of its kernel. */
import * as v from 'valibot';
import { attachedAtSchema } from './attachment.ts';
import { onView } from './wire-types.ts';

export const attachProtocol = {
  attach: {
    /**
     * Paths. They take the place of what was attached before; without any the dump is seen as it is. A vmlinux tells all that a System.map
     * does: with both the vmlinux is taken. Memory is scanned for vmcoreinfo where nothing leads to it and none is given.
     */
    params: v.strictObject({
      ...onView,
      vmlinux: v.optional(v.string()),
      systemMap: v.optional(v.string()),
      vmcoreinfo: v.optional(v.string()),
      dmesg: v.optional(v.string()),
      dumpLog: v.optional(v.string()),
      hostFacts: v.optional(v.string()),
    }),
    result: v.strictObject({
      /** Handle of the dump as it looks with them. The older one stays as it was; closing one closes the dump. */
      dump: v.string(),
      attached: v.array(attachedAtSchema),
    }),
  },
} as const;
