/** The values that a callback gets while some work runs, as an iterable. */

/**
 * @param work is begun with the first step, and its signal is aborted when whoever iterates goes away
 * @returns what the work returns, after all that it has emitted @throws what it throws, likewise
 */
export async function* streamed<T, R>(
  signal: AbortSignal,
  work: (emit: (value: T) => void, signal: AbortSignal) => Promise<R>,
): AsyncGenerator<T, R, undefined> {
  const left = new AbortController();
  const waiting: T[] = [];
  const state = { settled: false, wake: (): void => undefined };
  const emit = (value: T): void => {
    waiting.push(value);
    state.wake();
  };
  const running = work(emit, AbortSignal.any([signal, left.signal])).finally(() => {
    state.settled = true;
    state.wake();
  });
  // It is looked at below; until then it is no error that nobody handles.
  running.catch(() => undefined);
  try {
    for (;;) {
      for (let value = waiting.shift(); value !== undefined; value = waiting.shift()) yield value;
      if (state.settled) return await running;
      await new Promise<void>((resolve) => {
        state.wake = resolve;
        if (state.settled || waiting.length > 0) resolve();
      });
    }
  } finally {
    left.abort();
    await running.catch(() => undefined);
  }
}
