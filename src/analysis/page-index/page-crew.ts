/**
 * Page workers as the engine's thread sees them: there for a run, each with at most two orders, so that none waits
 * for the next and what is under way stays bounded. The engine's thread alone writes to SQLite.
 */
import type { Worker } from 'node:worker_threads';
import { DumpError } from '../../shared/dump-error.ts';
import type { FileFault } from '../source/byte-source.ts';
import type { Subtree } from '../memory-tree/digest.ts';
import type { CrewFailure, CrewOrder, CrewPages, CrewReport, CrewStart } from './crew-messages.ts';
import { restWorker, takeWorker } from './idle-workers.ts';
import { pageJobModule } from './page-job/wasm-page-job.ts';
import type { BlockRow } from './packed-block.ts';
import { waitingJudge } from './crew-waiting.ts';
import { receivedRows } from './received-rows.ts';

/** Orders of each worker after which it is judged, again and again, whether they wait for the file. */
const judgedOrders = 2;

/** One is worked on, one waits. */
const ordersAtOnce = 2;

export interface CrewOptions {
  readonly pages: CrewPages;
  readonly workers: number;
  /** How many workers may be added where these wait for the file much of the time: what they read meanwhile is not waited for any more. */
  readonly spare: number;
  /** Bytes of JavaScript heap that a worker may have. */
  readonly heapBytes: number;
}

/** What a worker has done. */
export interface DoneWork {
  readonly block: BlockRow | undefined;
  readonly subtrees: readonly Subtree[];
  readonly pages: number;
  readonly read: number;
  readonly faults: readonly FileFault[];
}

export interface PageCrew {
  /** Thread ids of the workers. */
  readonly threads: readonly number[];
  /** True while a worker of the first ones has not opened the dump yet. */
  readonly starting: boolean;
  /** True when no order is under way. */
  readonly idle: boolean;
  readonly hasRoom: boolean;
  /** Only when there is room. */
  give(order: CrewOrder): void;
  /** What came back since the last call. @throws DumpError or Error when a worker failed */
  take(): readonly DoneWork[];
  /** Resolves once there is something to take, a worker is ready, or one has failed. */
  changed(): Promise<void>;
  /** Lets the workers go; what they have under way is lost. */
  close(): void;
}

interface Member {
  readonly worker: Worker;
  ready: boolean;
  orders: number;
}

function errorOf(failure: CrewFailure): Error {
  if (failure.kind === 'bug') return new Error(`a page worker failed: ${failure.message}`);
  const { kind, where, what, expected } = failure.error;
  return new DumpError(kind, where, what, expected);
}

function doneWork(report: Extract<CrewReport, { kind: 'done' }>): DoneWork {
  const { block, subtree } = receivedRows(report.rows);
  return { block, subtrees: subtree === undefined ? [] : [subtree], pages: report.pages, read: report.read, faults: report.faults };
}

export function startPageCrew({ pages, workers, spare, heapBytes }: CrewOptions): PageCrew {
  const cancelled = new SharedArrayBuffer(4);
  const start: CrewStart = { kind: 'start', pages, jobModule: pageJobModule(), cancelled };
  let done: DoneWork[] = [];
  let failed: Error | undefined;
  let wake: (() => void) | undefined;
  const notify = (): void => {
    wake?.();
    wake = undefined;
  };
  let closing = false;
  const fail = (error: Error): void => {
    if (closing) return;
    failed ??= error;
    notify();
  };

  const wanted = waitingJudge(workers * judgedOrders);

  const hire = (): Member => {
    const worker = takeWorker(heapBytes);
    const member: Member = { worker, ready: false, orders: 0 };
    worker.on('message', (report: CrewReport) => {
      if (report.kind === 'failed') {
        fail(errorOf(report.failure));
        return;
      }
      if (report.kind === 'ready') member.ready = true;
      else {
        member.orders -= 1;
        done.push(doneWork(report));
        const most = workers + Math.min(wanted(report), spare);
        while (!closing && members.length < most) members.push(hire());
      }
      notify();
    });
    worker.on('error', fail);
    worker.on('exit', (code) => {
      fail(new Error(`a page worker ended with code ${code}`));
    });
    worker.postMessage(start);
    return member;
  };
  const members = Array.from({ length: workers }, hire);

  /** The ready worker with the fewest orders, if it may have one more. */
  const free = (): Member | undefined => {
    const ready = members.filter((member) => member.ready && member.orders < ordersAtOnce);
    return ready.reduce<Member | undefined>((best, member) => (best === undefined || member.orders < best.orders ? member : best), undefined);
  };

  return {
    get threads() {
      return members.map(({ worker }) => worker.threadId);
    },
    get starting() {
      return members.slice(0, workers).some((member) => !member.ready);
    },
    get idle() {
      return members.every((member) => member.orders === 0);
    },
    get hasRoom() {
      return free() !== undefined;
    },
    give(order) {
      const member = free();
      if (member === undefined) throw new Error('no page worker has room for an order');
      member.orders += 1;
      member.worker.postMessage(order);
    },
    take() {
      if (failed !== undefined) throw failed;
      const taken = done;
      done = [];
      return taken;
    },
    changed() {
      if (failed !== undefined || done.length > 0) return Promise.resolve();
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
    close() {
      Atomics.store(new Int32Array(cancelled), 0, 1);
      closing = true;
      for (const { worker, ready, orders } of members) {
        if (failed === undefined && ready && orders === 0) restWorker(worker, heapBytes);
        else void worker.terminate();
      }
    },
  };
}
