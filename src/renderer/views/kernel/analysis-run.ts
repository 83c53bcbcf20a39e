/** One run of an analysis: what was asked, the rows so far, and how it ended. Knows no DOM. */
import type { AnalysisJson, RowJson } from '../../../shared/analysis-table.ts';
import type { EngineProtocol } from '../../../shared/engine-protocol.ts';
import { Cancelled, type Params } from '../../../shared/rpc.ts';
import type { EngineLink } from '../../engine/engine-link.ts';
import { createStore, type Readable } from '../../state/store.ts';

export type AnalysisQuestion = Omit<Params<EngineProtocol, 'analyse'>, 'stream' | 'first' | 'limit'>;

export interface AnalysisState {
  readonly phase: 'idle' | 'running' | 'done' | 'cancelled' | 'failed';
  /** What the rows are of. */
  readonly question: AnalysisQuestion | undefined;
  readonly rows: readonly RowJson[];
  /** Without its rows: what is missing, whether it is complete. */
  readonly answer: Omit<AnalysisJson, 'rows'> | undefined;
  readonly error: string | undefined;
}

export interface AnalysisRun {
  readonly state: Readable<AnalysisState>;
  readonly start: (question: AnalysisQuestion) => void;
  readonly cancel: () => void;
}

const idle: AnalysisState = { phase: 'idle', question: undefined, rows: [], answer: undefined, error: undefined };

export function createAnalysisRun(call: EngineLink['call']): AnalysisRun {
  const state = createStore<AnalysisState>(idle);
  let current: AbortController | undefined;
  return {
    state,
    cancel: () => current?.abort(),
    start(question) {
      current?.abort();
      const own = new AbortController();
      current = own;
      state.set({ ...idle, phase: 'running', question });
      /** A run that was replaced by a newer one says nothing more. */
      const change = (how: (now: AnalysisState) => AnalysisState): void => {
        if (current === own) state.update(how);
      };
      call(
        'analyse',
        { ...question, stream: true },
        {
          signal: own.signal,
          onProgress: ({ rows }) => {
            if (rows.length > 0) change((now) => ({ ...now, rows: now.rows.concat(rows) }));
          },
        },
      ).then(
        ({ rows, ...answer }) => change((now) => ({ ...now, phase: 'done', rows: now.rows.concat(rows), answer })),
        (error: unknown) => {
          if (error instanceof Cancelled) change((now) => ({ ...now, phase: 'cancelled' }));
          else change((now) => ({ ...now, phase: 'failed', error: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) }));
        },
      );
    },
  };
}
