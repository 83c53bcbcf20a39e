/**
 * Page workers that have nothing to do. Starting one takes longer than reading 100 MiB, so they are kept for a while in
 * case another dump is indexed. They have no dump open meanwhile, and keep no process alive.
 */
import { Worker } from 'node:worker_threads';
import type { CrewMessage } from './crew-messages.ts';

interface Idle {
  readonly worker: Worker;
  readonly heapBytes: number;
  readonly end: NodeJS.Timeout;
}

const keptMilliseconds = 30_000;
/** Pages pass through them; what a step makes is gone with the next. Room for it that grows is kept, and there are several workers. */
const youngMebibytes = 6;

const idle: Idle[] = [];

/** In a bundle all hosts lie in one folder; in a checkout the entry lies in its own. */
function workerEntry(): URL {
  return import.meta.url.endsWith('.ts') ? new URL('../host/page-worker.ts', import.meta.url) : new URL('page-worker.js', import.meta.url);
}

/** Node listens to itself on a worker: without its own listeners no message comes through any more. */
function forgetListeners(worker: Worker): void {
  for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
}

/** @param heapBytes of JavaScript heap that the worker may have */
export function takeWorker(heapBytes: number): Worker {
  const place = idle.findIndex((one) => one.heapBytes === heapBytes);
  const [found] = place < 0 ? [] : idle.splice(place, 1);
  if (found === undefined)
    return new Worker(workerEntry(), { resourceLimits: { maxOldGenerationSizeMb: Math.ceil(heapBytes / 2 ** 20), maxYoungGenerationSizeMb: youngMebibytes } });
  clearTimeout(found.end);
  forgetListeners(found.worker);
  found.worker.ref();
  return found.worker;
}

/** Keeps a worker that has answered all its orders. */
export function restWorker(worker: Worker, heapBytes: number): void {
  const rest: CrewMessage = { kind: 'rest' };
  forgetListeners(worker);
  worker.postMessage(rest);
  worker.unref();
  const end = setTimeout(() => void worker.terminate(), keptMilliseconds).unref();
  const gone = (): void => {
    clearTimeout(end);
    const place = idle.findIndex((one) => one.worker === worker);
    if (place >= 0) idle.splice(place, 1);
  };
  worker.on('error', gone);
  worker.on('exit', gone);
  idle.push({ worker, heapBytes, end });
}
