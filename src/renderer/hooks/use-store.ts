import { useSyncExternalStore } from 'react';
import type { Readable } from '../state/store.ts';

/** The store's value; the component re-renders when it changes. */
export function useStore<T>(store: Readable<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
