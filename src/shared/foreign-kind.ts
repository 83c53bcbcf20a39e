/** What a file is that is recognised but not opened (docs/contract.md). */
import * as v from 'valibot';

export const foreignKindSchema = v.strictObject({
  /** From a closed list: `foreign.ts` of the formats, `process-core`, `other-system-core`, `elf-program`, and `xen-guest-core`. */
  id: v.string(),
  name: v.string(),
  /** What a person can do to get at a dump. */
  wayOut: v.string(),
});
export type ForeignKind = v.InferOutput<typeof foreignKindSchema>;
