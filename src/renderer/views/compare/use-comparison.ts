/** A comparison from the engine: requested again when a dump, a setting or the engine changes. */
import { useEffect, useMemo, useState } from 'react';
import type { CompareJson } from '../../../shared/compare-model.ts';
import { defined } from '../../../shared/defined.ts';
import type { IgnoreRules } from '../../../shared/ignore-rules.ts';
import type { ScanProgress } from '../../../shared/scan-progress.ts';
import { createQuerySlot } from '../../engine/query-slot.ts';
import { handleOf, type OpenDump } from '../../state/open-dump.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';

/** Identifies a comparison to the engine. */
export interface CompareRequest {
  readonly left: string;
  readonly right: string;
  readonly exact: boolean;
  readonly shift: number;
  readonly rules?: IgnoreRules;
}

export interface ComparisonState {
  /** Undefined while one of the dumps is not open in the engine. */
  readonly request: CompareRequest | undefined;
  /** Identifies the request and the engine that received it. */
  readonly key: string | undefined;
  /** The answer to this very request. */
  readonly compared: CompareJson | undefined;
  readonly asking: boolean;
  readonly error: Error | undefined;
  readonly progress: ScanProgress | undefined;
  readonly cancel: () => void;
  readonly again: () => void;
}

export function useComparison(left: OpenDump, right: OpenDump, exact: boolean, shift: number, rules: IgnoreRules | undefined): ComparisonState {
  const { engine } = useWorkbench();
  const [slot] = useState(() => createQuerySlot<{ readonly key: string; readonly compared: CompareJson }>());
  const [progress, setProgress] = useState<ScanProgress>();
  const [round, setRound] = useState(0);
  const [one, other] = [handleOf(left), handleOf(right)];
  const request = useMemo<CompareRequest | undefined>(
    () => (one === undefined || other === undefined ? undefined : { left: one, right: other, exact, shift, ...defined({ rules }) }),
    [one, other, exact, shift, rules],
  );
  const key = request === undefined ? undefined : `${left.generation}/${right.generation}/${JSON.stringify(request)}`;
  useEffect(() => {
    if (request === undefined || key === undefined) return undefined;
    slot.ask(async (signal) => {
      // The list of ranges is read in parts, as it comes into view.
      const compared = await engine.call('compare', { ...request, maxRanges: 0 }, { signal, onProgress: setProgress });
      return { key, compared };
    });
    return () => {
      slot.drop();
      setProgress(undefined);
    };
  }, [engine, slot, request, key, round]);
  const state = useStore(slot.state);
  return {
    request,
    key,
    compared: state.value?.key === key ? state.value?.compared : undefined,
    asking: state.asking,
    error: state.error,
    progress,
    cancel: slot.drop,
    again: () => setRound((old) => old + 1),
  };
}
