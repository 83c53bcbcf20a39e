/** Symbols as a list that is looked through page by page. Rules as in model.ts. */
import * as v from 'valibot';
import { count } from './json-values.ts';
import { symbolSchema } from './kernel-model.ts';

export const symbolOrders = ['address', 'name', 'type', 'size', 'module'] as const;
export type SymbolOrder = (typeof symbolOrders)[number];

export const symbolKinds = ['code', 'data', 'absolute'] as const;
export type SymbolKind = (typeof symbolKinds)[number];

/** Rows of one page. */
export const mostSymbolRows = 1000;
/** Names that a beginning of one can be completed to. */
export const mostCompletions = 50;

/** What may be said next to an address: the first of these that is known. Where a name is, the last one, that it leads to memory, is none. */
export const placeNameKinds = ['symbol', 'lowcore', 'per-cpu', 'task', 'stack', 'slab', 'vmalloc', 'module', 'page', 'memory'] as const;

/** Places that are named at once. */
export const mostNamedPlaces = 64;

export const symbolPageSchema = v.strictObject({
  source: v.string(),
  /** Symbols that have a name, and those of them that fit. */
  total: count,
  matching: count,
  symbols: v.array(symbolSchema),
});

export const completionsSchema = v.strictObject({
  symbols: v.array(symbolSchema),
  /** Why there are no symbols at all. */
  why: v.optional(v.string()),
});
