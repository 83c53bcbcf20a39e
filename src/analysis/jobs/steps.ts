/**
 * Work over what a dump holds, in steps: a generator that reads without waiting, yields where others may have their turn, and
 * returns its result. Damaged data can make any such work long; in steps it can be paused and cancelled wherever it is.
 */
import { createPace } from './pace.ts';

export type Steps<T> = Generator<undefined, T, undefined>;

/** Loop turns between two yields, where a turn reads a few words: some tens of microseconds of work. */
export const stepTurns = 256;

/** To its end at once: where the caller knows that it is short, and in tests. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

/** Work that is short whatever the data are, for a place where others' is not: one step. */
export const inOneStep = <A extends readonly unknown[], T>(work: (...args: A) => T): ((...args: A) => Steps<T>) =>
  function* (...args) {
    yield;
    return work(...args);
  };

/** Does nothing to work that is over. `return` takes a value of the type that it ends with, which nobody gets here. */
function abandon(steps: Generator<undefined, unknown, undefined>): void {
  steps.return(undefined);
}

/** To its end, giving way to others. A cancelled one runs its `finally` blocks. @throws Cancelled */
export async function paced<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  const pace = createPace(signal);
  try {
    for (;;) {
      const next = steps.next();
      if (next.done === true) return next.value;
      await pace.breathe(() => undefined);
    }
  } finally {
    abandon(steps);
  }
}
