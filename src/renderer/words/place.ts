/** Places in a dump, as text and as targets of links. */
import type * as v from 'valibot';
import type { placeSchema } from '../../shared/model.ts';
import { byteText, hex } from '../../shared/units.ts';
import type { Position } from '../state/position.ts';

export type PlaceJson = v.InferOutput<typeof placeSchema>;

const selectable = 1 << 30;

/** Where a link to the place sets the cursor. A huge range becomes a cursor at its start. */
export function placePosition(place: PlaceJson): Position {
  if ('fileOffset' in place) return { space: 'file', address: BigInt(place.fileOffset), length: place.bytes <= selectable ? place.bytes : 0 };
  const start = BigInt(place.start);
  const size = BigInt(place.end) - start;
  return { space: place.space, address: start, length: size > 0n && size <= BigInt(selectable) ? Number(size) : 0 };
}

/** Space, start, and size as shown: " + 2.30 MiB", or nothing for a place without bytes. */
export function placeParts(place: PlaceJson): { readonly space: string; readonly start: string; readonly size: string } {
  const [space, start] = 'fileOffset' in place ? (['file', hex(place.fileOffset)] as const) : ([place.space, place.start] as const);
  const bytes = 'fileOffset' in place ? BigInt(place.bytes) : BigInt(place.end) - BigInt(place.start);
  return { space, start, size: bytes === 0n ? '' : ` + ${byteText(bytes)}` };
}

/** "absolute:0x10010000 + 2.30 MiB", "file:0x34 + 2 bytes". */
export function placeText(place: PlaceJson): string {
  const { space, start, size } = placeParts(place);
  return `${space}:${start}${size}`;
}
