import type { QueryState } from '../engine/query-slot.ts';
import { EngineFailure } from '../../shared/rpc.ts';
import { Hostile } from './Hostile.tsx';

/** Shown instead of a missing answer: that it is loading, or why there is none and what to do. */
export function QueryMessage({ query, what }: { readonly query: QueryState<unknown>; /** "the notes" */ readonly what: string }) {
  if (query.error !== undefined) {
    const next = query.error instanceof EngineFailure ? 'It will be loaded when the engine is back.' : 'Other views of this dump still work.';
    return (
      <p className="message" role="status">
        Couldn't load {what}: <Hostile text={query.error.message.split('\n')[0] ?? ''} /> {next}
      </p>
    );
  }
  return (
    <p className="message" role="status">
      Reading {what}…
    </p>
  );
}
