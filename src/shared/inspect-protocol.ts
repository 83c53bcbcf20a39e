/** Engine methods about what bytes at a place can be read as. */
import * as v from 'valibot';
import { inspectSchema, layoutListSchema, structViewSchema } from './inspect-model.ts';
import { count } from './json-values.ts';
import { typeNamesSchema } from './kernel-model.ts';
import { addressSpaces } from './model.ts';
import { rangeFactsSchema } from './range-facts-model.ts';
import { typeMembersSchema, wantedType } from './type-members-model.ts';
import { onView, wireAddress } from './wire-types.ts';

const spacePlace = { space: v.picklist(addressSpaces), address: wireAddress, cpu: v.optional(count) };
const place = { ...onView, ...spacePlace };

export const inspectProtocol = {
  /** Readings of up to 16 bytes from an address on that make sense. */
  inspect: { params: v.strictObject(place), result: inspectSchema },
  /** Counts, digests and texts of a range of bytes. */
  rangeFacts: { params: v.strictObject({ ...place, length: count }), result: rangeFactsSchema },
  /** Structures that `viewAs` can lay over memory. */
  layouts: { params: v.strictObject({ dump: v.string() }), result: layoutListSchema },
  /** Structs and unions of the kernel that `viewAsType` takes; none where the dump has no BTF. May scan memory. */
  viewableTypes: { params: v.strictObject({ dump: v.string() }), result: typeNamesSchema },
  viewAsType: { params: v.strictObject({ ...place, type: v.string() }), result: structViewSchema },
  /** One level of a structure as a tree, laid over a place or as it is declared; large ones come in pages. */
  typeMembers: {
    params: v.strictObject({ ...onView, type: wantedType, place: v.optional(v.strictObject(spacePlace)), start: v.optional(count) }),
    result: typeMembersSchema,
  },
  viewAs: { params: v.strictObject({ ...place, layout: v.string() }), result: structViewSchema },
} as const;
