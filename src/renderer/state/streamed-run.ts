/** A query whose answer is streamed: one at a time, with the partial answer and how it ended. Without DOM. */
import type { Remedy } from '../../shared/remedy.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { remedyOf } from '../words/remedies.ts';
import { createStore, type Readable } from './store.ts';

interface RunState<Question> {
  readonly phase: 'idle' | 'running' | 'done' | 'cancelled' | 'failed';
  /** What the partial answer belongs to. */
  readonly question: Question | undefined;
  readonly error: string | undefined;
  /** What can be done about the error. */
  readonly remedy: Remedy | undefined;
}

export type StreamedState<Question, Gained> = RunState<Question> & Gained;

export interface StreamedRun<Question, Gained> {
  readonly state: Readable<StreamedState<Question, Gained>>;
  /** Cancels the running query and drops its answer. */
  readonly start: (question: Question) => void;
  readonly cancel: () => void;
  /** Cancels the running query and returns to the initial state. */
  readonly forget: () => void;
}

/** Changes the partial answer; has no effect for a run that was replaced by a newer one. */
export type Gain<Gained> = (how: (now: Gained) => Partial<Gained>) => void;

/**
 * @param nothing the initial value of a run
 * @param ask answers with the last change
 */
export function createStreamedRun<Question, Gained extends object>(
  nothing: Gained,
  ask: (question: Question, signal: AbortSignal, gain: Gain<Gained>) => Promise<(now: Gained) => Partial<Gained>>,
): StreamedRun<Question, Gained> {
  type State = StreamedState<Question, Gained>;
  const idle: State = { phase: 'idle', question: undefined, error: undefined, remedy: undefined, ...nothing };
  const state = createStore<State>(idle);
  let current: AbortController | undefined;
  return {
    state,
    cancel: () => current?.abort(),
    forget() {
      current?.abort();
      current = undefined;
      state.set(idle);
    },
    start(question) {
      current?.abort();
      const own = new AbortController();
      current = own;
      state.set({ ...idle, phase: 'running', question });
      const change = (how: (now: State) => Partial<State>): void => {
        if (current === own) state.update((now) => ({ ...now, ...how(now) }));
      };
      ask(question, own.signal, change as Gain<Gained>).then(
        (last) => change((now) => ({ ...now, ...last(now), phase: 'done' })),
        (error: unknown) => {
          const cancelled = error instanceof Cancelled;
          const words = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
          change((now) => ({ ...now, ...(cancelled ? { phase: 'cancelled' } : { phase: 'failed', error: words, remedy: remedyOf(error) }) }));
        },
      );
    },
  };
}
