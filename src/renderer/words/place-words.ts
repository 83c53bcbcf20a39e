/** Short descriptions of places in memory, from the engine's answers. */
import type { placeNameKinds } from '../../shared/symbol-list-model.ts';

export interface PlaceWord {
  readonly kind: (typeof placeNameKinds)[number];
  readonly text: string;
}

/** By the texts of the places (`positionText`); a place about which nothing is known has none. */
export type PlaceWords = ReadonlyMap<string, PlaceWord>;

export const noWords: PlaceWords = new Map();

/** It names the object there, rather than just memory or a page. */
export const isName = ({ kind }: PlaceWord): boolean => kind !== 'page' && kind !== 'memory';
