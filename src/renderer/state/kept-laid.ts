/** The structure that a hex view applies to its bytes, as sessions save it with its tab. */
import * as v from 'valibot';
import { defined } from '../../shared/defined.ts';
import { addressSpaces } from '../../shared/model.ts';
import { hex } from '../../shared/units.ts';
import { keptKey, keptParts } from './kept.ts';
import type { Laid } from './laid.ts';
import { cursorKey, tabFrom, tabOf } from './tabs.ts';

const name = 'laid';
const schema = v.strictObject({
  layout: v.pipe(v.string(), v.minLength(1), v.maxLength(400)),
  kernel: v.optional(v.literal(true)),
  space: v.picklist(addressSpaces),
  cpu: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  address: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{1,16}$/)),
});

/** The key under which the structure of a cursor's owner is saved: the first hex view of a dump, or an additional one. */
export const laidKey = (owner: string): string => keptKey((tabFrom(owner) ?? tabOf('hex', owner)).id, name);

/** The owner of a key; undefined for a key of something else. */
export function laidOwner(key: string): string | undefined {
  const { tab, name: own } = keptParts(key);
  const found = own === name ? tabFrom(tab) : undefined;
  return found?.view === 'hex' ? cursorKey(found) : undefined;
}

export const writeLaid = ({ layout, isKernelType, at: { space, cpu, address } }: Laid): v.InferOutput<typeof schema> => ({
  layout,
  ...defined({ kernel: isKernelType }),
  space,
  ...defined({ cpu }),
  address: hex(address),
});

/** Undefined if it cannot be used. */
export function readLaid(saved: unknown): Laid | undefined {
  const { success, output } = v.safeParse(schema, saved);
  if (!success) return undefined;
  const { layout, kernel, space, cpu, address } = output;
  return { layout, ...defined({ isKernelType: kernel }), at: { space, ...defined({ cpu }), address: BigInt(address), length: 1 } };
}
