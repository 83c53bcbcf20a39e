import { useMemo } from 'react';
import { usePane } from '../widgets/pane.ts';
import { useWorkbench } from '../workbench.ts';
import { keptKey } from '../state/kept.ts';
import { useStore } from './use-store.ts';

/**
 * State of a view that is there again when its tab is reopened, and in the next session: what was chosen or typed, never what
 * came out of a dump. Like useState, but for the name.
 * @param name of this state within its tab
 * @param read checks what a session file says, and gives undefined for what cannot be used; the same function at each call
 */
export function useKept<T>(name: string, read: (saved: unknown) => T | undefined, initial: T): readonly [T, (next: T) => void] {
  const { kept } = useWorkbench();
  const tab = usePane();
  const key = keptKey(tab?.id ?? '', name);
  const saved = useStore(kept)[key];
  const value = useMemo(() => (saved === undefined ? undefined : read(saved)), [saved, read]);
  return [value ?? initial, (next) => kept.update((old) => ({ ...old, [key]: next }))];
}

/** For what is a short text. */
export const readText = (saved: unknown): string | undefined => (typeof saved === 'string' ? saved : undefined);
