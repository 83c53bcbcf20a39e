/** Keeps a long job polite: gives way to the event loop, notices a cancel, says when progress is due. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { steadyMilliseconds } from '../../files/steady-clock.ts';
import { Cancelled } from '../../shared/rpc.ts';

/** A cancel must take effect within 200 ms; a step between two looks takes a few milliseconds. */
const turnMilliseconds = 12;
const progressMilliseconds = 100;
/** The longest wait for somebody else: commits and progress are due meanwhile. */
const waitMilliseconds = 40;

export interface Pace {
  /**
   * Between two steps of work.
   * @param report called when progress is due
   * @throws Cancelled once the signal has fired
   */
  breathe(report: () => void): Promise<void>;
  /** Waits for an event, but not for long, and not once the signal has fired. */
  wait(event: Promise<void>): Promise<void>;
}

export function createPace(signal: AbortSignal | undefined): Pace {
  let turn = steadyMilliseconds();
  let reported = turn;
  const check = (): void => {
    if (signal?.aborted === true) throw new Cancelled();
  };
  return {
    async breathe(report) {
      check();
      const now = steadyMilliseconds();
      // Due also where waiting for others has given way often enough.
      if (now - reported >= progressMilliseconds) {
        report();
        reported = now;
      }
      if (now - turn < turnMilliseconds) return;
      await nextTurn();
      turn = steadyMilliseconds();
      check();
    },
    async wait(event) {
      if (signal?.aborted === true) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(over, waitMilliseconds);
        function over(): void {
          clearTimeout(timer);
          signal?.removeEventListener('abort', over);
          resolve();
        }
        signal?.addEventListener('abort', over);
        void event.then(over);
      });
      turn = steadyMilliseconds();
    },
  };
}
