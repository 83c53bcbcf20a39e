/** What a person says of a dump in place of its headers: with the path, how it is opened again. */
import * as v from 'valibot';
import { defined } from './defined.ts';
import { hexString } from './json-values.ts';

/** Files of one dump: more cannot be named. */
const mostFiles = 256;

/** What may be kept: without the key of a secure guest. */
export const keptOfDump = {
  /** Name of an architecture. */
  machine: v.optional(v.pipe(v.string(), v.maxLength(40))),
  /** By how much the kernel image was moved in physical memory. */
  physBase: v.optional(hexString),
  /** The files are memory without any header: the address of the first byte of each, the others in the order of `volumes`. */
  memoryAt: v.optional(v.pipe(v.array(hexString), v.minLength(1), v.maxLength(mostFiles))),
} as const;

export const saidOfDump = {
  ...keptOfDump,
  /** Path of the customer communication key of a secure guest: 32 bytes. It is in no report, log, or file that is kept. */
  cck: v.optional(v.pipe(v.string(), v.maxLength(4096))),
} as const;
export type KeptOfDump = v.InferOutput<v.StrictObjectSchema<typeof keptOfDump, undefined>>;
export type SaidOfDump = v.InferOutput<v.StrictObjectSchema<typeof saidOfDump, undefined>>;

/** Undefined where nothing of it may be kept. */
export function keptOf({ machine, physBase, memoryAt }: SaidOfDump): KeptOfDump | undefined {
  const kept = defined({ machine, physBase, memoryAt });
  return Object.keys(kept).length === 0 ? undefined : kept;
}
