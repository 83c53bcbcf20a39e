/**
 * Find in memory from the cursor on: one search to the end of memory, then one from its start, so that hits after the cursor arrive first. All hits
 * are kept in the order of their addresses: stepping between them needs no query.
 */
import type { EngineProtocol } from '../../shared/engine-protocol.ts';
import type { Params } from '../../shared/rpc.ts';
import type { SearchHit } from '../../shared/search-model.ts';
import type { EngineLink } from '../engine/engine-link.ts';
import { firstFrom, type SortedRange } from './sorted-ranges.ts';
import { createStreamedRun, type StreamedState } from './streamed-run.ts';
import { createStore, type Readable } from './store.ts';

/** Further hits are neither marked nor counted. */
export const mostFound = 100_000;
/** A hit that begins before the cursor and ends after it belongs to the second search. */
const overlap = 4096n;

export type FindPattern = Omit<Params<EngineProtocol, 'search'>, 'dump' | 'limit' | 'start' | 'end' | 'states' | 'classes'>;

export interface FindQuestion {
  readonly dump: string;
  readonly pattern: FindPattern;
  /** Absolute address at which it begins. */
  readonly from: bigint;
}

/** Absolute addresses. */
export interface FoundRange extends SortedRange {
  readonly fileOffset: number | undefined;
}

interface Found {
  /** Hits after the starting place, and before it; each in ascending order. */
  readonly behind: readonly FoundRange[];
  readonly before: readonly FoundRange[];
  readonly done: number;
  readonly total: number;
  /** There are more hits than are kept. */
  readonly isCut: boolean;
}
type RunState = StreamedState<FindQuestion, Found>;

export interface FindState extends RunState {
  /** All hits so far, in ascending order. */
  readonly hits: readonly FoundRange[];
  /** The pending step that waits for further hits. */
  readonly waits: 1 | -1 | undefined;
}

export interface FindRun {
  readonly state: Readable<FindState>;
  /** Starts over, and goes to the first hit after `from`. */
  readonly start: (question: FindQuestion) => void;
  /** Goes to the next hit from an address, wrapping around the end of memory; waits for one while the search runs. */
  readonly step: (by: 1 | -1, from: bigint) => void;
  /** Ends the search and drops its hits. */
  readonly close: () => void;
  /** Called with each hit that a step leads to, and whether it wrapped around the end. */
  readonly onArrive: (listener: (hit: FoundRange, by: 1 | -1, isAround: boolean) => void) => void;
}

const nothing: Found = { behind: [], before: [], done: 0, total: 0, isCut: false };

const rangeOf = ({ address, bytes, fileOffset }: SearchHit): FoundRange => ({
  start: BigInt(address),
  end: BigInt(address) + BigInt(Math.max(1, bytes)),
  fileOffset,
});

interface Step {
  readonly hit: FoundRange;
  readonly isAround: boolean;
}

/** The hit that a step leads to; undefined while it cannot be determined, or if there is none. */
export function stepFrom({ hits, phase, question }: FindState, by: 1 | -1, from: bigint): Step | undefined {
  const origin = question?.from ?? 0n;
  const isDone = phase !== 'running';
  if (by === 1) {
    const next = hits[firstFrom(hits, from + 1n)];
    // Nearer hits before the starting place may still arrive.
    if (next !== undefined && (isDone || from + 1n >= origin || next.start < origin)) return { hit: next, isAround: false };
    return isDone && hits[0] !== undefined ? { hit: hits[0], isAround: true } : undefined;
  }
  const previous = hits[firstFrom(hits, from) - 1];
  if (previous !== undefined && (isDone || previous.start >= origin)) return { hit: previous, isAround: false };
  const last = hits.at(-1);
  return isDone && last !== undefined ? { hit: last, isAround: true } : undefined;
}

export function createFindRun(call: EngineLink['call']): FindRun {
  const run = createStreamedRun<FindQuestion, Found>(nothing, async ({ dump, pattern, from }, signal, gain) => {
    const half = async (range: { readonly start?: bigint; readonly end?: bigint }, side: 'behind' | 'before'): Promise<boolean> => {
      let base: { readonly done: number; readonly total: number } | undefined;
      const summary = await call(
        'search',
        { ...pattern, dump, limit: mostFound, ...range },
        {
          signal,
          onProgress: ({ done, total, hits }) =>
            gain((now) => {
              base ??= { done: now.done, total: now.total };
              const found = hits.map(rangeOf).filter(({ start }) => side === 'behind' || start < from);
              return { done: base.done + done, total: base.total + total, ...(found.length === 0 ? {} : { [side]: now[side].concat(found) }) };
            }),
        },
      );
      return summary.truncated;
    };
    const isCut = await half(from === 0n ? {} : { start: from }, 'behind');
    const isCutToo = from > 0n && (await half({ end: from + overlap }, 'before'));
    return () => ({ isCut: isCut || isCutToo });
  });

  let waits: { readonly by: 1 | -1; readonly from: bigint } | undefined;
  let arrive: (hit: FoundRange, by: 1 | -1, isAround: boolean) => void = () => undefined;
  const shown = (): FindState => {
    const now = run.state.get();
    return { ...now, hits: now.before.length === 0 ? now.behind : now.before.concat(now.behind), waits: waits?.by };
  };
  const state = createStore<FindState>(shown());
  const settle = (): void => {
    if (waits === undefined) return;
    const found = stepFrom(state.get(), waits.by, waits.from);
    if (found === undefined && state.get().phase === 'running') return;
    const { by } = waits;
    waits = undefined;
    state.update((old) => ({ ...old, waits: undefined }));
    if (found !== undefined) arrive(found.hit, by, found.isAround);
  };
  run.state.subscribe(() => {
    state.set(shown());
    settle();
  });
  const wait = (by: 1 | -1, from: bigint): void => {
    waits = { by, from };
    state.update((old) => ({ ...old, waits: by }));
    settle();
  };

  return {
    state,
    onArrive(listener) {
      arrive = listener;
    },
    start(question) {
      waits = undefined;
      run.start(question);
      // A hit may begin at the cursor itself.
      wait(1, question.from - 1n);
    },
    step: wait,
    close() {
      waits = undefined;
      run.forget();
    },
  };
}
