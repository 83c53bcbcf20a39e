/** Keeps a long synchronous job polite: gives way to the event loop, notices a cancel, says when progress is due. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Cancelled } from '../../shared/rpc.ts';

/** A cancel must take effect within 200 ms; a step between two looks takes a few milliseconds. */
const turnMilliseconds = 12;
const progressMilliseconds = 100;

export interface Pace {
  /**
   * Between two steps of work.
   * @param report called when progress is due
   * @throws Cancelled once the signal has fired
   */
  breathe(report: () => void): Promise<void>;
}

export function createPace(signal: AbortSignal | undefined): Pace {
  let turn = performance.now();
  let reported = turn;
  const check = (): void => {
    if (signal?.aborted === true) throw new Cancelled();
  };
  return {
    async breathe(report) {
      check();
      const now = performance.now();
      if (now - turn < turnMilliseconds) return;
      if (now - reported >= progressMilliseconds) {
        report();
        reported = now;
      }
      await nextTurn();
      turn = performance.now();
      check();
    },
  };
}
