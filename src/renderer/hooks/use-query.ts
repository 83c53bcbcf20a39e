/** A query slot for a component: asked again when the dump is reopened or the question's key changes. */
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { handleOf, type OpenDump } from '../state/open-dump.ts';
import { useStore } from './use-store.ts';
import { createQuerySlot, type QueryState } from '../engine/query-slot.ts';

/**
 * @param dump whose engine handle the question gets; nothing is asked until it has one
 * @param key names the question: a different key asks again. Undefined asks nothing.
 */
export function useQuery<T>(
  dump: Pick<OpenDump, 'phase' | 'generation'>,
  key: string | undefined,
  ask: (handle: string, signal: AbortSignal) => Promise<T>,
): QueryState<T> {
  const [slot] = useState(() => createQuerySlot<T>());
  const question = useEffectEvent(ask);
  const handle = handleOf(dump);
  const { generation } = dump;
  const asked = useRef({ handle, generation });
  useEffect(() => {
    // Another handle of the same engine shows the dump otherwise: with files attached to it, or without. Old answers are none any more.
    if (asked.current.generation === generation && asked.current.handle !== handle) slot.clear();
    asked.current = { handle, generation };
    if (handle === undefined || key === undefined) return undefined;
    slot.ask((signal) => question(handle, signal));
    return slot.drop;
  }, [slot, handle, generation, key]);
  return useStore(slot.state);
}
