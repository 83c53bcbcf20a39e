/** State that views save, by tab and name. Values are JSON; sessions save them. */
import type { Store } from './store.ts';

export type Kept = Readonly<Record<string, unknown>>;

/** @param tab its id */
export const keptKey = (tab: string, name: string): string => `${tab}#${name}`;

export function keptParts(key: string): { readonly tab: string; readonly name: string } {
  const at = key.indexOf('#');
  return { tab: key.slice(0, at), name: key.slice(at + 1) };
}

export const forgetDump = (kept: Store<Kept>, dump: string): void =>
  kept.update((old) => Object.fromEntries(Object.entries(old).filter(([key]) => !key.startsWith(`${dump}/`))));
