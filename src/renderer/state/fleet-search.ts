/** A search over the dumps of a fleet's catalogue: one at a time, with its results so far. */
import type { FleetProtocol } from '../../shared/fleet-protocol.ts';
import type { FleetHit, FleetSearchEvent, FleetSearchSummary } from '../../shared/fleet-search-model.ts';
import type { CallOptions, Params, Result } from '../../shared/rpc.ts';
import { createStreamedRun, type StreamedRun, type StreamedState } from './streamed-run.ts';

export type FleetQuestion = Params<FleetProtocol, 'search'>;

interface Found {
  readonly hits: readonly FleetHit[];
  /** Dumps that could not be searched completely. */
  readonly unread: number;
  /** The reason for the last of them. */
  readonly lastUnread: string | undefined;
  readonly progress: Extract<FleetSearchEvent, { readonly event: 'progress' }> | undefined;
  readonly summary: FleetSearchSummary | undefined;
}
export type FleetSearch = StreamedRun<FleetQuestion, Found>;
export type FleetSearchState = StreamedState<FleetQuestion, Found>;

const nothing: Found = { hits: [], unread: 0, lastUnread: undefined, progress: undefined, summary: undefined };

function gained(now: Found, event: FleetSearchEvent): Partial<Found> {
  switch (event.event) {
    case 'hit':
      return { hits: [...now.hits, event.hit] };
    case 'unread':
      return { unread: now.unread + 1, lastUnread: `${event.unread.dump.title}: ${event.unread.why}` };
    case 'progress':
      return { progress: event };
    case 'end':
      return { summary: event.summary };
  }
}

type Call = (question: FleetQuestion, options: CallOptions<FleetSearchEvent>) => Promise<Result<FleetProtocol, 'search'>>;

export function createFleetSearch(call: Call): FleetSearch {
  return createStreamedRun(nothing, async (question: FleetQuestion, signal, gain) => {
    const summary = await call(question, { signal, onProgress: (event) => gain((now) => gained(now, event)) });
    return () => ({ summary });
  });
}
