import { defined } from '../../shared/defined.ts';
import { mostNamedPlaces } from '../../shared/symbol-list-model.ts';
import type { OpenDump } from '../state/open-dump.ts';
import { positionText, type Position } from '../state/position.ts';
import { noWords, type PlaceWord, type PlaceWords } from '../words/place-words.ts';
import { useWorkbench } from '../workbench.ts';
import { useQuery } from './use-query.ts';

/** Places per query; more places take several queries. */
const mostPlaces = 8 * mostNamedPlaces;

/**
 * Short descriptions of what is at places, keyed by the places' texts: symbol, task, slab object, page and its flags. File offsets have none.
 * @param positions only the first ones are looked up; a place about which nothing is known without a search has no entry
 */
export function usePlaceWords(dump: OpenDump, positions: readonly Position[]): PlaceWords {
  const { engine } = useWorkbench();
  const asked = positions.filter(({ space }) => space !== 'file').slice(0, mostPlaces);
  const texts = asked.map(positionText);
  // Waits until the first facts are loaded.
  const key = texts.length === 0 || dump.checked === 'triage' ? undefined : texts.join();
  const query = useQuery(dump, key, async (handle, signal) => {
    const places = asked.flatMap(({ space, address, cpu }) =>
      space === 'file' ? [] : [{ space, address, ...(space === 'real' ? defined({ cpu: cpu ?? 0 }) : {}) }],
    );
    const known = new Map<string, PlaceWord>();
    for (let first = 0; first < places.length; first += mostNamedPlaces) {
      const { names } = await engine.call('namePlaces', { dump: handle, places: places.slice(first, first + mostNamedPlaces) }, { signal });
      for (const { at, ...word } of names) known.set(texts[first + at] ?? '', word);
    }
    return known;
  });
  return query.error === undefined ? (query.value ?? noWords) : noWords;
}
