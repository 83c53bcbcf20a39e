/** The list of all long jobs: what runs, how fast, how it ended. Every job can be cancelled. */
import type { ScanProgress } from '../../shared/engine-protocol.ts';
import { Cancelled, EngineFailure } from '../../shared/rpc.ts';
import { measure, type Meter } from './job-meter.ts';
import { createStore, type Readable } from './store.ts';

export const jobKinds = ['index', 'quick-verify', 'verify', 'report', 'attach', 'export'] as const;
export type JobKind = (typeof jobKinds)[number];

/** stopped: the engine ended while it ran. */
export type JobState = 'running' | 'cancelling' | 'done' | 'failed' | 'cancelled' | 'stopped';

export interface Job {
  readonly id: string;
  readonly kind: JobKind;
  readonly title: string;
  /** Key of its dump, and the dump's name, which is kept after the dump is closed. */
  readonly dump: string;
  readonly dumpName: string;
  readonly state: JobState;
  readonly meter: Meter | undefined;
  /** Wall clock, milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** How it ended, in a sentence. */
  readonly outcome: string | undefined;
}

export interface JobRequest {
  readonly kind: JobKind;
  readonly title: string;
  readonly dump: string;
  readonly dumpName: string;
}
export interface JobContext {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ScanProgress) => void;
}

export interface Jobs {
  readonly all: Readable<readonly Job[]>;
  /** Runs a job unless one of its kind is running for the dump: then there is no id. `work` resolves with the outcome in a sentence. */
  readonly run: (request: JobRequest, work: (context: JobContext) => Promise<string>) => string | undefined;
  readonly cancel: (id: string) => void;
  /** Removes ended jobs from the list. */
  readonly clear: () => void;
  readonly dumpClosed: (dump: string) => void;
}

export const isRunning = (job: Job): boolean => job.state === 'running' || job.state === 'cancelling';

/** Progress arrives faster than anyone can read. */
const minUpdateMs = 80;

export function createJobs(clock: () => number = Date.now): Jobs {
  const store = createStore<readonly Job[]>([]);
  const aborts = new Map<string, AbortController>();
  let next = 1;
  const change = (id: string, how: (job: Job) => Job): void => store.update((jobs) => jobs.map((job) => (job.id === id ? how(job) : job)));

  const cancel = (id: string): void => {
    aborts.get(id)?.abort();
    change(id, (job) => (job.state === 'running' ? { ...job, state: 'cancelling' } : job));
  };
  const end = (id: string, state: JobState, outcome: string): void => {
    aborts.delete(id);
    change(id, (job) => ({ ...job, state, outcome, endedAt: clock() }));
  };

  return {
    all: store,
    cancel,
    run(request, work) {
      if (store.get().some((job) => job.dump === request.dump && job.kind === request.kind && isRunning(job))) return undefined;
      const id = `${request.kind}-${next++}`;
      const abort = new AbortController();
      aborts.set(id, abort);
      store.update((jobs) => [{ ...request, id, state: 'running', meter: undefined, startedAt: clock(), endedAt: undefined, outcome: undefined }, ...jobs]);
      let shownAt = 0;
      const onProgress = (progress: ScanProgress): void => {
        const now = clock();
        if (now - shownAt < minUpdateMs && progress.done < progress.total) return;
        shownAt = now;
        change(id, (job) => ({ ...job, meter: measure(job.meter, progress, now) }));
      };
      work({ signal: abort.signal, onProgress }).then(
        (outcome) => end(id, 'done', outcome),
        (error: unknown) => {
          if (error instanceof Cancelled || abort.signal.aborted) end(id, 'cancelled', 'What was done so far is kept.');
          else if (error instanceof EngineFailure) end(id, 'stopped', error.message.split('\n')[0] ?? error.message);
          else end(id, 'failed', error instanceof Error ? error.message : String(error));
        },
      );
      return id;
    },
    clear: () => store.update((jobs) => jobs.filter(isRunning)),
    dumpClosed(dump) {
      for (const job of store.get()) if (job.dump === dump && isRunning(job)) cancel(job.id);
    },
  };
}
