/** The list of differences, read in parts as they come into view. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { append } from '../../../shared/append.ts';
import type { PairRange } from '../../../shared/compare-protocol.ts';
import { useWorkbench } from '../../workbench.ts';
import type { CompareRequest } from './use-comparison.ts';

export interface Differences {
  /** Undefined until the first part has arrived. */
  readonly total: number | undefined;
  /** False when the engine could not keep all of them. */
  readonly complete: boolean;
  /** One past the last page in either dump. */
  readonly end: bigint | undefined;
  readonly at: (index: number) => PairRange | undefined;
  /** Reads what is still missing of [first, end). */
  readonly want: (first: number, end: number) => void;
  /** Reads rows for copying or saving. */
  readonly read: (first: number, count: number) => Promise<readonly PairRange[]>;
}

const part = 256;

interface Parts {
  readonly total: number | undefined;
  readonly complete: boolean;
  readonly end: bigint | undefined;
  readonly parts: ReadonlyMap<number, readonly PairRange[]>;
}
const nothing: Parts = { total: undefined, complete: true, end: undefined, parts: new Map() };

export function useDifferences(request: CompareRequest): Differences {
  const { engine, tell } = useWorkbench();
  const [known, setKnown] = useState(nothing);
  const asked = useRef(new Set<number>());
  const abort = useRef<AbortController>(undefined);

  const ask = useCallback(
    (number: number) => {
      const controller = abort.current;
      if (controller === undefined || asked.current.has(number)) return;
      asked.current.add(number);
      engine.call('compareRanges', { ...request, first: number * part, most: part }, { signal: controller.signal }).then(
        ({ ranges, total, complete, end }) => {
          if (!controller.signal.aborted) setKnown((old) => ({ total, complete, end, parts: new Map(old.parts).set(number, ranges) }));
        },
        (error: unknown) => {
          if (!controller.signal.aborted) tell(error);
        },
      );
    },
    [engine, request, tell],
  );
  useEffect(() => {
    const controller = new AbortController();
    abort.current = controller;
    asked.current = new Set();
    ask(0);
    return () => {
      controller.abort();
      abort.current = undefined;
      setKnown(nothing);
    };
  }, [ask]);
  const want = useCallback(
    (first: number, end: number) => {
      for (let number = Math.floor(first / part); number * part < end; number += 1) ask(number);
    },
    [ask],
  );
  const read = useCallback(
    async (first: number, count: number) => {
      const found: PairRange[] = [];
      while (found.length < count) {
        const { ranges } = await engine.call('compareRanges', { ...request, first: first + found.length, most: Math.min(part, count - found.length) });
        if (ranges.length === 0) break;
        append(found, ranges);
      }
      return found;
    },
    [engine, request],
  );
  return { ...known, read, at: (index) => known.parts.get(Math.floor(index / part))?.[index % part], want };
}
