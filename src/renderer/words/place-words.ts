/** What the engine says of places in memory, in a few words each. */
import type { placeNameKinds } from '../../shared/symbol-list-model.ts';

export interface PlaceWord {
  readonly kind: (typeof placeNameKinds)[number];
  readonly text: string;
}

/** By the texts of the places (`positionText`); a place that nothing is known of has none. */
export type PlaceWords = ReadonlyMap<string, PlaceWord>;

export const noWords: PlaceWords = new Map();

/** It names what lies there: more than that there is memory, or a page. */
export const isName = ({ kind }: PlaceWord): boolean => kind !== 'page' && kind !== 'memory';
