/** Where a dump of the catalogue is stored, and which two are compared. */
import type { DumpPlace, IssueDump } from '../../../shared/fleet-protocol.ts';
import { countText } from '../../words/numbers.ts';
import { storageText } from './fleet-words.ts';

/** The place from which it can be opened here; undefined if all are on other machines, or none is known any more. */
export const reachable = ({ places }: Pick<IssueDump, 'places'>): DumpPlace | undefined => places.find((place) => place.isReachable);

export function placeText(dump: Pick<IssueDump, 'places'>): string {
  const here = reachable(dump);
  const place = here ?? dump.places[0];
  if (place === undefined) return 'not known: the file there is now a different one';
  const others = dump.places.length - 1;
  const copies = others === 0 ? '' : ` (and ${countText(others)} more)`;
  return `${here === undefined ? `${storageText(place.storage)}: ` : ''}${place.path}${copies}`;
}

/** A click selects a dump, or deselects it; a third selection replaces the first one. */
export function chooseForComparison(chosen: readonly IssueDump[], dump: IssueDump): readonly IssueDump[] {
  const others = chosen.filter(({ dumpKey }) => dumpKey !== dump.dumpKey);
  return others.length < chosen.length ? others : [...others, dump].slice(-2);
}
