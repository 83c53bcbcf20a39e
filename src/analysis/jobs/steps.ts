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

/** To its end, giving way to others. @throws Cancelled */
export async function paced<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  const pace = createPace(signal);
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
    await pace.breathe(() => undefined);
  }
}
