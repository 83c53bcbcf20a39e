/**
 * Regular expressions run in a worker thread: one that backtracks without end is ended with its worker, and a search can be
 * cancelled in the middle of it.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as v from 'valibot';
import { Cancelled, RequestError } from '../../shared/rpc.ts';
import { longestRegexMatch } from '../../shared/search-model.ts';
import type { Match, Matcher } from './matcher.ts';

/** Time that one look at about 1 MiB may take: hundreds of times what a well-behaved expression needs. */
const stepSeconds = 2;
/** So much before a start can be asked for by lookbehind and \b. */
const behind = 64;

const answerSchema = v.variant('outcome', [
  v.object({ outcome: v.literal('ready') }),
  v.object({ outcome: v.literal('found'), matches: v.array(v.number()) }),
  v.object({ outcome: v.literal('failed'), message: v.string() }),
]);

/** In a bundle all hosts lie in one folder; in a checkout regex-worker.ts lies in its own. */
function workerEntry(): string {
  const here = fileURLToPath(import.meta.url);
  return here.endsWith('.ts') ? join(dirname(here), '..', 'host', 'regex-worker.ts') : join(dirname(here), 'regex-worker.js');
}

export interface RegexOptions {
  readonly signal?: AbortSignal | undefined;
  readonly seconds?: number;
}

/**
 * @throws RequestError query when the expression takes too long or too much memory (from `find`, and here for the first look)
 * @throws Cancelled after the signal
 */
export async function regexMatcher(source: string, flags: string, options: RegexOptions = {}): Promise<Matcher> {
  const { signal, seconds = stepSeconds } = options;
  if (signal?.aborted === true) throw new Cancelled();
  // 64 MiB are plenty for windows of 1 MiB; an expression that wants more gets an error, not the machine.
  const worker = new Worker(workerEntry(), { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 256 } });
  let gone: Error | undefined;
  let fail: ((error: Error) => void) | undefined;
  const end = (error: Error): void => {
    gone ??= error;
    signal?.removeEventListener('abort', cancel);
    void worker.terminate();
    fail?.(gone);
    fail = undefined;
  };
  const cancel = (): void => {
    end(new Cancelled());
  };
  signal?.addEventListener('abort', cancel);
  worker.on('error', (error: unknown) => {
    end(new RequestError('query', `the regular expression failed: ${error instanceof Error ? error.message : String(error)}`));
  });

  /** The time cap is for looking, not for starting a thread on a busy machine. */
  await new Promise<void>((resolve, reject) => {
    fail = reject;
    worker.once('message', () => {
      resolve();
    });
  });

  const find = (window: Uint8Array, from: number, to: number, most: number): Promise<readonly Match[]> =>
    new Promise((resolve, reject) => {
      if (gone !== undefined) {
        reject(gone);
        return;
      }
      const timer = setTimeout(() => {
        end(
          new RequestError(
            'query',
            `the regular expression takes too long: it was stopped after ${seconds} s on ${window.length} bytes of memory`,
            'simplify-expression',
          ),
        );
      }, seconds * 1000);
      fail = (error) => {
        clearTimeout(timer);
        reject(error);
      };
      worker.once('message', (message: unknown) => {
        clearTimeout(timer);
        fail = undefined;
        const answer = v.parse(answerSchema, message);
        if (answer.outcome === 'failed') {
          reject(new RequestError('query', `the regular expression failed: ${answer.message}`));
          return;
        }
        const matches = answer.outcome === 'found' ? answer.matches : [];
        resolve(Array.from({ length: matches.length / 2 }, (_, index) => ({ at: matches[2 * index] ?? 0, bytes: matches[2 * index + 1] ?? 0 })));
      });
      // Buffer's own slice would share the memory.
      const copy = new Uint8Array(window);
      worker.postMessage({ source, flags, window: copy, from, to, most, reach: longestRegexMatch }, [copy.buffer]);
    });

  const zeros = await find(new Uint8Array(2 * longestRegexMatch), 0, 2 * longestRegexMatch, 1);
  return {
    reach: longestRegexMatch,
    behind,
    overlapping: false,
    matchesZeros: zeros.length > 0,
    find,
    close() {
      end(new Cancelled());
    },
  };
}
