import { useMemo } from 'react';
import { usePane } from '../widgets/pane.ts';
import { useWorkbench } from '../workbench.ts';
import { keptKey } from '../state/kept.ts';
import { useStore } from './use-store.ts';

/**
 * State of a view that is restored when its tab is reopened, and in the next session: what the user chose or typed, never contents of a dump. Like
 * useState, except for the name.
 * @param name identifies this state within its tab
 * @param read checks what a session file contains, and returns undefined if it cannot be used; must be the same function at each call
 */
export function useKept<T>(name: string, read: (saved: unknown) => T | undefined, initial: T): readonly [T, (next: T) => void] {
  const { kept } = useWorkbench();
  const tab = usePane();
  const key = keptKey(tab?.id ?? '', name);
  const saved = useStore(kept)[key];
  const value = useMemo(() => (saved === undefined ? undefined : read(saved)), [saved, read]);
  return [value ?? initial, (next) => kept.update((old) => ({ ...old, [key]: next }))];
}

/** For short texts. */
export const readText = (saved: unknown): string | undefined => (typeof saved === 'string' ? saved : undefined);
