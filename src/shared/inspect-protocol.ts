/** Engine methods about what bytes at a place can be read as. */
import * as v from 'valibot';
import { inspectSchema, layoutListSchema, structViewSchema } from './inspect-model.ts';
import { count } from './json-values.ts';
import { typeNamesSchema } from './kernel-model.ts';
import { addressSpaces, memoryViews } from './model.ts';

const place = {
  dump: v.string(),
  space: v.picklist(addressSpaces),
  address: v.bigint(),
  cpu: v.optional(count),
  view: v.optional(v.picklist(memoryViews)),
};

export const inspectProtocol = {
  /** Readings of up to 16 bytes from an address on that make sense. */
  inspect: { params: v.strictObject(place), result: inspectSchema },
  /** Structures that `viewAs` can lay over memory. */
  layouts: { params: v.strictObject({ dump: v.string() }), result: layoutListSchema },
  /** Structs and unions of the kernel that `viewAsType` takes; none where the dump has no BTF. May scan memory. */
  viewableTypes: { params: v.strictObject({ dump: v.string() }), result: typeNamesSchema },
  viewAsType: { params: v.strictObject({ ...place, type: v.string() }), result: structViewSchema },
  viewAs: { params: v.strictObject({ ...place, layout: v.string() }), result: structViewSchema },
} as const;
