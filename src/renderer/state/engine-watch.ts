/** Notices an engine that runs but does not answer: a hanging process does not report itself. */
import type { EngineLink } from '../engine/engine-link.ts';
import { createStore, type Readable } from './store.ts';

export interface EngineWatch {
  /** Since when nothing has been answered, in ms of the clock; undefined while all is well. */
  readonly silentSince: Readable<number | undefined>;
  readonly stop: () => void;
}

/** The engine's longest steps without a pause are well below a second on usual machines. */
const silenceMs = 12_000;
const everyMs = 3000;

/** @param now for tests */
export function watchEngine(engine: Pick<EngineLink, 'status' | 'call'>, times = { silenceMs, everyMs }, now: () => number = Date.now): EngineWatch {
  const silentSince = createStore<number | undefined>(undefined);
  let asked: { readonly at: number; readonly generation: number } | undefined;
  const tick = (): void => {
    const { state, generation } = engine.status.get();
    if (state !== 'ready' || asked?.generation !== generation) {
      asked = undefined;
      silentSince.set(undefined);
    }
    if (state !== 'ready') return;
    if (asked !== undefined) {
      if (now() - asked.at >= times.silenceMs) silentSince.set(asked.at);
      return;
    }
    const own = { at: now(), generation };
    asked = own;
    const answered = (): void => {
      if (asked !== own) return;
      asked = undefined;
      silentSince.set(undefined);
    };
    engine.call('ping', {}).then(answered, answered);
  };
  const timer = setInterval(tick, times.everyMs);
  return {
    silentSince,
    stop: () => clearInterval(timer),
  };
}
