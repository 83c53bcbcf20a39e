/** What a question about the kernel names: the dump, and files that the user puts beside it. */
import * as v from 'valibot';
import { memoryViews } from './model.ts';

export const onKernel = {
  dump: v.string(),
  view: v.optional(v.picklist(memoryViews)),
  /** Path of a text that the user gives in place of the dump's vmcoreinfo. */
  vmcoreinfo: v.optional(v.string()),
  /** Path of a System.map whose symbols are taken where the dump has less, moved to where the kernel ran. Another kernel's is refused. */
  systemMap: v.optional(v.string()),
  /** Path of a vmlinux, or of the file of its debug information: as a System.map, with types (BTF) too. */
  vmlinux: v.optional(v.string()),
} as const;
