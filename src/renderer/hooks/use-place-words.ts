import { defined } from '../../shared/defined.ts';
import { mostNamedPlaces, type placeNameKinds } from '../../shared/symbol-list-model.ts';
import type { OpenDump } from '../state/open-dump.ts';
import { positionText, type Position } from '../state/position.ts';
import { useWorkbench } from '../workbench.ts';
import { useQuery } from './use-query.ts';

interface PlaceWord {
  readonly kind: (typeof placeNameKinds)[number];
  readonly text: string;
}

const noWords: ReadonlyMap<string, PlaceWord> = new Map();

/**
 * What lies at places, in a few words each, by their texts: symbol, task, object of a slab, page and its flags. Offsets in the file have none.
 * @param positions the first ones are looked at; where nothing is known without a search there is no entry
 */
export function usePlaceWords(dump: OpenDump, positions: readonly Position[]): ReadonlyMap<string, PlaceWord> {
  const { engine } = useWorkbench();
  const asked = positions.filter(({ space }) => space !== 'file').slice(0, mostNamedPlaces);
  const texts = asked.map(positionText);
  // The first facts come first.
  const key = texts.length === 0 || dump.checked === 'triage' ? undefined : texts.join();
  const query = useQuery(dump, key, async (handle, signal) => {
    const places = asked.flatMap(({ space, address, cpu }) =>
      space === 'file' ? [] : [{ space, address, ...(space === 'real' ? defined({ cpu: cpu ?? 0 }) : {}) }],
    );
    const { names } = await engine.call('namePlaces', { dump: handle, places }, { signal });
    return new Map(names.map(({ at, ...word }) => [texts[at] ?? '', word] as const));
  });
  return query.error === undefined ? (query.value ?? noWords) : noWords;
}
