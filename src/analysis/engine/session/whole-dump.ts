/** Dumps that were opened in part: their first facts are there at once, and what needs all headers waits until they are read, once for all who wait. */
import { Cancelled, type CallContext } from '../../../shared/rpc.ts';
import type { ScanProgress } from '../../../shared/scan-progress.ts';
import { NotReadYet } from '../../formats/first-part.ts';
import type { Session } from './session.ts';

type Progress = (value: ScanProgress) => void;
type Waiting = CallContext<ScanProgress>;

/** What is asked of a dump needs the rest of its headers. */
export class NeedsWhole extends NotReadYet {
  readonly dump: string;
  constructor(dump: string) {
    super();
    this.dump = dump;
  }
}

export interface WholeDump {
  /** Resolves when the dump is whole. @throws Cancelled for this caller alone, DumpError */
  wait(caller: Waiting): Promise<void>;
  /** Nobody wants it any more. */
  stop(): void;
}

/**
 * @param open opens the same files, all headers of them
 * @param replace takes the whole session in the place of the partial one
 */
export function wholeDump(open: (signal: AbortSignal, progress: Progress) => Promise<Session>, replace: (whole: Session) => void): WholeDump {
  const abort = new AbortController();
  const listeners = new Set<Progress>();
  let opening: Promise<void> | undefined;
  const start = async (): Promise<void> => {
    const session = await open(abort.signal, (value) => {
      for (const listener of listeners) listener(value);
    });
    if (abort.signal.aborted) session.close();
    else replace(session);
  };
  return {
    async wait({ signal, progress }) {
      const own = (opening ??= start());
      // Who comes later may have more luck with a disk that gave nothing.
      own.catch(() => (opening = undefined));
      listeners.add(progress);
      let leave = (): void => undefined;
      const left = new Promise<never>((_, reject) => {
        leave = (): void => {
          reject(new Cancelled());
        };
        signal.addEventListener('abort', leave);
      });
      try {
        if (signal.aborted) throw new Cancelled();
        await Promise.race([own, left]);
      } finally {
        listeners.delete(progress);
        signal.removeEventListener('abort', leave);
      }
    },
    stop() {
      abort.abort();
    },
  };
}

type AnyHandler = (params: never, context: never) => unknown;

/**
 * The same methods, of which those that need a whole dump wait for it and start again: none has done anything by then but ask.
 * @param whole waits for a dump by its handle
 */
export function waitingForWhole<H extends object>(handlers: H, whole: (dump: string, caller: Waiting) => Promise<void>): H {
  const waiting = Object.entries(handlers).map(([method, handler]: [string, AnyHandler]) => [
    method,
    async (params: { readonly dump?: string }, caller: Waiting): Promise<unknown> => {
      for (;;) {
        try {
          return await handler(params as never, caller as never);
        } catch (error) {
          if (!(error instanceof NotReadYet)) throw error;
          const dump = error instanceof NeedsWhole ? error.dump : params.dump;
          if (dump === undefined) throw error;
          await whole(dump, caller);
        }
      }
    },
  ]);
  return Object.fromEntries(waiting) as H;
}
