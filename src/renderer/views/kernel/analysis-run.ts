/** One run of an analysis at a time: the rows so far, and the closing answer. */
import type { AnalysisJson, RowJson } from '../../../shared/analysis-table.ts';
import type { EngineProtocol } from '../../../shared/engine-protocol.ts';
import type { Params } from '../../../shared/rpc.ts';
import type { EngineLink } from '../../engine/engine-link.ts';
import { createStreamedRun, type StreamedRun, type StreamedState } from '../../state/streamed-run.ts';

type AnalysisQuestion = Omit<Params<EngineProtocol, 'analyse'>, 'stream' | 'first'>;

interface Rows {
  readonly rows: readonly RowJson[];
  /** The answer without its rows: what is missing, whether it is complete. */
  readonly answer: Omit<AnalysisJson, 'rows'> | undefined;
}
export type AnalysisState = StreamedState<AnalysisQuestion, Rows>;

const nothing: Rows = { rows: [], answer: undefined };

export function createAnalysisRun(call: EngineLink['call']): StreamedRun<AnalysisQuestion, Rows> {
  return createStreamedRun(nothing, async (question: AnalysisQuestion, signal, gain) => {
    const streamed = {
      signal,
      onProgress: ({ rows }: { readonly rows: readonly RowJson[] }) => {
        if (rows.length > 0) gain((now) => ({ rows: now.rows.concat(rows) }));
      },
    };
    const { rows, ...answer } = await call('analyse', { ...question, stream: true }, streamed);
    return (now) => ({ rows: now.rows.concat(rows), answer });
  });
}
