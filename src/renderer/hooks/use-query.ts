/** A query slot for a component: queried again when the dump is reopened or the key changes. */
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { handleOf, type OpenDump } from '../state/open-dump.ts';
import { useStore } from './use-store.ts';
import { createQuerySlot, type QueryState } from '../engine/query-slot.ts';

/**
 * @param dump whose engine handle the query gets; nothing runs until it has one
 * @param key identifies the query: a different key runs it again. Undefined runs nothing.
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
    // Another handle of the same engine means that files were attached or detached. Old answers are no longer valid.
    if (asked.current.generation === generation && asked.current.handle !== handle) slot.clear();
    asked.current = { handle, generation };
    if (handle === undefined || key === undefined) return undefined;
    slot.ask((signal) => question(handle, signal));
    return slot.drop;
  }, [slot, handle, generation, key]);
  return useStore(slot.state);
}
