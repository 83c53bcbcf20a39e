/** One level of a structure as a tree: what is in it, and what each part opens. */
import * as v from 'valibot';
import { count, hexString } from './json-values.ts';
import { addressSpaces, schemaVersion } from './model.ts';
import { fieldSchema } from './structure-model.ts';

/** A type of the kernel or of a module by its number there, which holds while the dump is open; it may have no name. */
export const typeReference = v.strictObject({ id: count, module: v.optional(v.string()) });

/** A type of the kernel by name or number, or a structure that is declared here. */
export const wantedType = v.union([v.strictObject({ name: v.string() }), v.strictObject({ layout: v.string() }), typeReference]);
export type WantedType = v.InferOutput<typeof wantedType>;

const memberSchema = v.strictObject({
  ...fieldSchema.entries,
  /** Empty for an anonymous struct or union, whose members follow one `depth` further in. */
  name: v.string(),
  depth: count,
  /** In C; absent where no language has a word for it. */
  type: v.optional(v.string()),
  /** For bit-fields: bits after `offset`, counted as the machine stores them, and width. */
  bitOffset: v.optional(count),
  bits: v.optional(count),
  doc: v.optional(v.string()),
  /** Why there is no value. */
  absent: v.optional(v.string()),
  /** The type of what is inside, or of what a pointer points to. */
  opens: v.optional(v.strictObject({ type: typeReference, how: v.picklist(['members', 'elements', 'target']), elements: v.optional(count) })),
  /** Where a pointer leads. */
  place: v.optional(v.strictObject({ space: v.picklist(addressSpaces), address: hexString })),
  /** Why a pointer leads nowhere: its number is not an address of the kernel. */
  unfollowed: v.optional(v.string()),
});
export type TypeMemberJson = v.InferOutput<typeof memberSchema>;

export const typeMembersSchema = v.strictObject({
  schema: v.literal(schemaVersion),
  /** In C: "struct list_head". */
  name: v.string(),
  size: v.optional(count),
  /** Module whose type it is; absent for the kernel's own. */
  module: v.optional(v.string()),
  /** Where the type is described. */
  source: v.optional(v.string()),
  members: v.array(memberSchema),
  /** Elements or members in all, and the `start` of the next page. */
  total: count,
  next: v.optional(count),
});
export type TypeMembersJson = v.InferOutput<typeof typeMembersSchema>;
