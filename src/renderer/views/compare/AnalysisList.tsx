/** All analyses, with how many of their rows differ. */
import { analysisDiffers } from '../../../shared/analysis-compare.ts';
import type { AnalysisTable } from '../../../shared/analysis-table.ts';
import { countWords } from './count-words.ts';
import type { Pair } from './pair.ts';
import { structuralFirst, useAnalysisCounts, type AnalysisCount } from './use-analysis-counts.ts';

interface AnalysisListProps {
  readonly pair: Pair;
  readonly tables: readonly AnalysisTable[];
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
}

export function AnalysisList({ pair, tables, chosen, onChoose }: AnalysisListProps) {
  const { counts, hasMore, countAll, stop } = useAnalysisCounts(pair, tables);
  return (
    <section className="compare-analysis-list" aria-label="Analyses" data-testid="compare-analysis">
      <ul>
        {structuralFirst(tables).map(({ id, title, about }) => (
          <li key={id}>
            <button
              type="button"
              className="compare-analysis"
              aria-pressed={id === chosen}
              title={about}
              onClick={() => onChoose(id)}
              data-testid={`compare-analysis-${id}`}
            >
              <span className="cut">{title}</span>
              <CountText pair={pair} count={counts.get(id)} />
            </button>
          </li>
        ))}
      </ul>
      {stop !== undefined ? (
        <button type="button" className="button" onClick={stop}>
          Stop
        </button>
      ) : hasMore ? (
        <button type="button" className="button" onClick={countAll} data-testid="compare-all-analyses">
          Compare all analyses
        </button>
      ) : null}
    </section>
  );
}

function CountText({ pair, count }: { readonly pair: Pair; readonly count: AnalysisCount | undefined }) {
  if (count === undefined) return null;
  if (count.kind === 'counting') return <span className="dim">…</span>;
  if (count.kind === 'failed')
    return (
      <span className="tone-warn" title={count.why}>
        not known
      </span>
    );
  return <span className={analysisDiffers(count) ? 'tone-warn' : 'dim'}>{countWords(pair, count)}</span>;
}
