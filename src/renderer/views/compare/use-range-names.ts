/** Short descriptions of what is at the start of ranges: requested for the rows in view, once scrolling has stopped. */
import { useEffect, useEffectEvent, useState } from 'react';
import type { PairRange } from '../../../shared/compare-protocol.ts';
import { mostNamedPlaces } from '../../../shared/symbol-list-model.ts';
import { handleOf, type OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { isName } from '../../words/place-words.ts';
import { innermostRegion } from './innermost-region.ts';
import type { Pair } from './pair.ts';

/** Rows that are only scrolled past are not looked up. */
const restMs = 120;

interface Place {
  readonly dump: OpenDump;
  readonly address: bigint;
}

/** In the dump that has the pages: the left one if both do. */
function placeOf({ left, right, shift }: Pair, { kind, start }: PairRange): Place | undefined {
  const place = kind === 'onlyRight' ? { dump: right, address: start + BigInt(shift) } : { dump: left, address: start };
  return place.address < 0n ? undefined : place;
}

const keyOf = ({ dump, address }: Place): string => `${handleOf(dump) ?? ''} ${address}`;

/** @returns the description of a range; undefined while it is not known, empty if there is none */
export function useRangeNames(pair: Pair, ranges: readonly PairRange[]): (range: PairRange) => string | undefined {
  const { engine } = useWorkbench();
  const [known, setKnown] = useState<ReadonlyMap<string, string>>(new Map());
  const wanted = ranges.flatMap((range) => placeOf(pair, range) ?? []).filter((place) => place.dump.checked !== 'triage' && !known.has(keyOf(place)));
  const key = wanted.map(keyOf).join();
  const ask = async (dump: OpenDump, signal: AbortSignal): Promise<void> => {
    const handle = handleOf(dump);
    const places = wanted.filter((place) => place.dump === dump).slice(0, mostNamedPlaces);
    if (handle === undefined || places.length === 0) return;
    const asked = places.map(({ address }) => ({ space: 'absolute' as const, address }));
    const { names } = await engine.call('namePlaces', { dump: handle, places: asked }, { signal });
    const words = new Map(names.map(({ at, kind, text }) => [at, { kind, text }]));
    setKnown((old) => {
      const next = new Map(old);
      places.forEach((place, at) => {
        const word = words.get(at);
        // A region's name says more than the flags of a page.
        const region = word === undefined || !isName(word) ? innermostRegion(dump.regions ?? [], place.address) : undefined;
        next.set(keyOf(place), region ?? (word?.kind === 'memory' ? '' : word?.text) ?? '');
      });
      return next;
    });
  };
  const askBoth = useEffectEvent((signal: AbortSignal) => {
    // If a name cannot be read, its cell stays empty.
    for (const dump of [pair.left, pair.right]) ask(dump, signal).catch(() => undefined);
  });
  useEffect(() => {
    if (key === '') return undefined;
    const abort = new AbortController();
    const timer = setTimeout(() => askBoth(abort.signal), restMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key]);
  return (range) => {
    const place = placeOf(pair, range);
    return place === undefined ? '' : known.get(keyOf(place));
  };
}
