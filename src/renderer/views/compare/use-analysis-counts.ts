/** How many rows of each analysis differ, counted one analysis after another while this is shown. */
import { useEffect, useEffectEvent, useState } from 'react';
import { comparisonDoubt, type ComparedAnalysis } from '../../../shared/analysis-compare.ts';
import type { AnalysisTable } from '../../../shared/analysis-table.ts';
import { handleOf } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import type { Pair } from './pair.ts';

export type AnalysisCount =
  | { readonly kind: 'counting' }
  | {
      readonly kind: 'counted';
      readonly counts: ComparedAnalysis['counts'];
      /** Whether more may differ than could be read. */
      readonly isPartial: boolean;
      /** In both dumps together. */
      readonly rows: number;
    }
  | { readonly kind: 'failed'; readonly why: string };

/** Analyses of what the system consisted of: counted automatically. */
const structural: readonly string[] = ['tasks', 'modules', 'memory-usage'];

const asksNothing = ({ parameters }: AnalysisTable): boolean => parameters.every(({ required }) => required !== true);

/** Analyses of what the system consisted of first, then the others in catalogue order. */
export const structuralFirst = (tables: readonly AnalysisTable[]): readonly AnalysisTable[] => [
  ...structural.flatMap((id) => tables.find((table) => table.id === id) ?? []),
  ...tables.filter(({ id }) => !structural.includes(id)),
];

/** The next one to count. @param all or only those counted automatically */
export const nextToCount = (tables: readonly AnalysisTable[], counts: ReadonlyMap<string, AnalysisCount>, all: boolean): AnalysisTable | undefined =>
  structuralFirst(tables).find(
    (table) => asksNothing(table) && (all || structural.includes(table.id)) && (counts.get(table.id)?.kind ?? 'counting') === 'counting',
  );

export interface AnalysisCounts {
  readonly counts: ReadonlyMap<string, AnalysisCount>;
  /** Whether analyses remain that are not counted automatically. */
  readonly hasMore: boolean;
  readonly countAll: () => void;
  readonly stop: (() => void) | undefined;
}

const nothing: ReadonlyMap<string, AnalysisCount> = new Map();

export function useAnalysisCounts({ left, right }: Pair, tables: readonly AnalysisTable[]): AnalysisCounts {
  const { engine } = useWorkbench();
  const [one, other] = [handleOf(left), handleOf(right)];
  const of = one === undefined || other === undefined ? undefined : `${one} ${left.generation} ${other} ${right.generation}`;
  const [known, setKnown] = useState<{ readonly of: string | undefined; readonly counts: ReadonlyMap<string, AnalysisCount> }>({ of, counts: nothing });
  const [all, setAll] = useState(false);
  const counts = known.of === of ? known.counts : nothing;
  const next = nextToCount(tables, counts, all)?.id;
  const count = useEffectEvent(async (id: string, signal: AbortSignal) => {
    const set = (found: AnalysisCount): void => {
      if (!signal.aborted) setKnown((old) => ({ of, counts: new Map(old.of === of ? old.counts : nothing).set(id, found) }));
    };
    set({ kind: 'counting' });
    try {
      const compared = await engine.call('compareAnalysis', { left: one ?? '', right: other ?? '', id, parameters: {} }, { signal });
      set({ kind: 'counted', counts: compared.counts, isPartial: comparisonDoubt(compared) !== undefined, rows: compared.left.rows + compared.right.rows });
    } catch (error) {
      set({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
    }
  });
  useEffect(() => {
    if (of === undefined || next === undefined) return undefined;
    const abort = new AbortController();
    void count(next, abort.signal);
    return () => abort.abort();
  }, [of, next]);
  return {
    counts,
    hasMore: nextToCount(tables, counts, true) !== undefined,
    countAll: () => setAll(true),
    stop: all && next !== undefined ? () => setAll(false) : undefined,
  };
}
