/** Places of a dump as text and as something to go to. */
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

/** "absolute:0x10010000 + 2.30 MiB", "file:0x34 + 2 bytes". */
export function placeText(place: PlaceJson): string {
  if ('fileOffset' in place) return `file:${hex(place.fileOffset)}${place.bytes === 0 ? '' : ` + ${byteText(place.bytes)}`}`;
  const size = BigInt(place.end) - BigInt(place.start);
  return `${place.space}:${place.start}${size === 0n ? '' : ` + ${byteText(size)}`}`;
}
