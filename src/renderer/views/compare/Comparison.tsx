import { phaseText } from '../../../shared/scan-progress.ts';
import { useMemo } from 'react';
import { differenceSections, reasonText, type CompareJson, type CompareReason, type DifferenceSection } from '../../../shared/compare-model.ts';
import type { OpenDump } from '../../state/open-dump.ts';
import { useKept } from '../../hooks/use-kept.ts';
import { useStore } from '../../hooks/use-store.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { useWorkbench } from '../../workbench.ts';
import { countText } from '../../words/numbers.ts';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { AnalysesPane } from './AnalysesPane.tsx';
import { CompareBar } from './CompareBar.tsx';
import { ExportComparison } from './ExportComparison.tsx';
import { FieldDifferences } from './FieldDifferences.tsx';
import type { Pair } from './pair.ts';
import { PagesPane } from './PagesPane.tsx';
import { RulesPane } from './RulesPane.tsx';
import { sectionTitles } from './section-titles.ts';
import { TextsPane } from './TextsPane.tsx';
import { useComparison, type ComparisonState } from './use-comparison.ts';

const pages = ['pages', ...differenceSections, 'analyses', 'texts', 'rules'] as const;
type Page = (typeof pages)[number];
const readPage = (saved: unknown): Page | undefined => pages.find((page) => page === saved);

interface ComparisonProps {
  readonly pair: Pair;
  readonly others: readonly OpenDump[];
}

export function Comparison({ pair, others }: ComparisonProps) {
  const { comparisons } = useWorkbench();
  const { owner, left, right, settings, shift } = pair;
  const kept = useStore(comparisons.rules);
  const rules = useMemo(() => kept.find(({ name }) => name === settings.rules), [kept, settings.rules]);
  const state = useComparison(left, right, settings.exact, shift, rules);
  const isExporting = useStore(comparisons.exporting) === owner.key;
  const [page, setPage] = useKept<Page>('page', readPage, 'pages');
  const { compared } = state;
  return (
    <div className="compare-view" data-testid="compare">
      <CompareBar key={shift} pair={pair} others={others} />
      {compared?.comparable === false ? <NotComparable reasons={compared.reasons ?? []} /> : null}
      <div className="compare-tabs-bar">
        <nav className="compare-tabs" role="tablist" aria-label="What is compared">
          <Tab page="pages" shown={page} title="Memory" count={compared === undefined ? undefined : differingPages(compared)} onShow={setPage} />
          {differenceSections.map((section) => (
            <Tab key={section} page={section} shown={page} title={sectionTitles[section]} count={counted(compared, section)} onShow={setPage} />
          ))}
          <Tab page="analyses" shown={page} title="Analyses" count={undefined} onShow={setPage} />
          <Tab page="texts" shown={page} title="Texts" count={undefined} onShow={setPage} />
          <Tab page="rules" shown={page} title="Ignore rules" count={undefined} onShow={setPage} />
        </nav>
        <button
          type="button"
          className="button compare-export"
          data-testid="compare-export"
          disabled={state.request === undefined}
          onClick={() => comparisons.exporting.set(owner.key)}
        >
          Export…
        </button>
      </div>
      {isExporting && state.request !== undefined ? (
        <ExportComparison pair={pair} request={state.request} onClose={() => comparisons.exporting.set(undefined)} />
      ) : null}
      <div className="compare-page" role="tabpanel">
        {page === 'analyses' ? (
          <AnalysesPane pair={pair} />
        ) : page === 'texts' ? (
          <TextsPane pair={pair} />
        ) : page === 'rules' ? (
          <RulesPane owner={owner.key} settings={settings} />
        ) : compared === undefined || state.request === undefined ? (
          <Waiting state={state} />
        ) : page === 'pages' ? (
          <PagesPane pair={pair} request={state.request} compared={compared} />
        ) : (
          <FieldDifferences section={page} differences={compared[page]} compared={compared} pair={pair} />
        )}
      </div>
    </div>
  );
}

const differingPages = ({ pages }: CompareJson): number => pages.changed + pages.onlyLeft + pages.onlyRight + (pages.unreadable ?? 0);
const counted = (compared: CompareJson | undefined, section: DifferenceSection): number | undefined =>
  compared?.[section].filter(({ ignoredBy }) => ignoredBy === undefined).length;

interface TabProps {
  readonly page: Page;
  readonly shown: Page;
  readonly title: string;
  readonly count: number | undefined;
  readonly onShow: (page: Page) => void;
}

function Tab({ page, shown, title, count, onShow }: TabProps) {
  return (
    <button type="button" role="tab" aria-selected={page === shown} className="compare-tab" data-testid={`compare-tab-${page}`} onClick={() => onShow(page)}>
      {title}
      {count === undefined ? null : <span className={count === 0 ? 'compare-count' : 'compare-count some'}>{countText(count)}</span>}
    </button>
  );
}

function NotComparable({ reasons }: { readonly reasons: readonly CompareReason[] }) {
  return (
    <div className="compare-banner" role="status" data-testid="not-comparable">
      <strong>Not comparable:</strong> <Hostile text={reasons.map(reasonText).join('; ')} />. The differences shown are correct, but not meaningful.
    </div>
  );
}

function Waiting({ state }: { readonly state: ComparisonState }) {
  const { progress, error, asking } = state;
  if (error !== undefined) return <QueryMessage query={{ value: undefined, asking, error }} what="the comparison" />;
  if (!asking && state.request !== undefined)
    return (
      <div className="compare-waiting">
        <p className="dim">The comparison was cancelled.</p>
        <button type="button" className="button" onClick={state.again}>
          Compare again
        </button>
      </div>
    );
  const fraction = progress === undefined || progress.total === 0 ? undefined : progress.done / progress.total;
  return (
    <div className="compare-waiting" role="status">
      <p>
        {progress === undefined
          ? 'Comparing…'
          : `${progress.phase === 'compare' ? 'Comparing' : phaseText(progress)}: ${countText(progress.done)} of ${countText(progress.total)} ${progress.unit}`}
      </p>
      <ProgressBar fraction={fraction} label="Comparison" />
      <button type="button" className="button" onClick={state.cancel}>
        Cancel
      </button>
    </div>
  );
}
