/** One search at a time: its progress, and the hits so far. */
import type { EngineProtocol } from '../../../shared/engine-protocol.ts';
import type { Params } from '../../../shared/rpc.ts';
import type { SearchHit, SearchSummary } from '../../../shared/search-model.ts';
import type { EngineLink } from '../../engine/engine-link.ts';
import { createStreamedRun, type StreamedRun, type StreamedState } from '../../state/streamed-run.ts';

export type SearchQuestion = Params<EngineProtocol, 'search'>;

interface Found {
  readonly hits: readonly SearchHit[];
  readonly done: number;
  readonly total: number;
  readonly summary: SearchSummary | undefined;
}
export type SearchState = StreamedState<SearchQuestion, Found>;

const nothing: Found = { hits: [], done: 0, total: 0, summary: undefined };

export function createSearchRun(call: EngineLink['call']): StreamedRun<SearchQuestion, Found> {
  return createStreamedRun(nothing, async (question: SearchQuestion, signal, gain) => {
    const summary = await call('search', question, {
      signal,
      onProgress: ({ done, total, hits }) => gain((now) => ({ done, total, hits: hits.length === 0 ? now.hits : now.hits.concat(hits) })),
    });
    return () => ({ summary });
  });
}
