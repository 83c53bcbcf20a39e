/** Rows of an analysis that differ between the two dumps, matched by the key that the analysis declares. */
import { useState } from 'react';
import { analysisDiffers, comparisonDoubt, type ComparedAnalysis, type RowDifference } from '../../../shared/analysis-compare.ts';
import type { AnalysisTable, RowJson } from '../../../shared/analysis-table.ts';
import { analysisCellText, comparedCounts, comparedFacts, growthText, namingColumns, rowKeyText, rowText } from '../../../shared/analysis-text.ts';
import { useQuery } from '../../hooks/use-query.ts';
import { useStore } from '../../hooks/use-store.ts';
import { handleOf } from '../../state/open-dump.ts';
import { nextIndex } from '../../state/difference-steps.ts';
import { useWorkbench } from '../../workbench.ts';
import { countText } from '../../words/numbers.ts';
import { AddressText } from '../../widgets/AddressText.tsx';
import { QueryMessage } from '../../widgets/QueryMessage.tsx';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { AnalysisList } from './AnalysisList.tsx';
import { DataTable } from '../../widgets/data-table/DataTable.tsx';
import type { DataColumn } from '../../widgets/data-table/table-parts.ts';
import { StepButtons } from './StepButtons.tsx';
import { structuralFirst } from './use-analysis-counts.ts';
import { useDifferenceSteps } from './use-difference-steps.ts';
import { onlyTone, rowWords, sideText, type Pair } from './pair.ts';
import { AnalysisParameters } from '../kernel/AnalysisParameters.tsx';

interface AnalysesPaneProps {
  readonly pair: Pair;
}

export function AnalysesPane({ pair }: AnalysesPaneProps) {
  const { analyses: tables } = useStore(useWorkbench().catalogue);
  const [chosen, setChosen] = useState<string>();
  const table = tables.find(({ id }) => id === chosen) ?? structuralFirst(tables)[0];
  return (
    <SplitPane name="compare.analyses" label="Width of the list of analyses" share={0.26} least={[200, 320]}>
      <AnalysisList pair={pair} tables={tables} chosen={table?.id} onChoose={setChosen} />
      <div className="compare-analyses">{table === undefined ? null : <Compared key={table.id} pair={pair} table={table} />}</div>
    </SplitPane>
  );
}

function Compared({ pair, table }: AnalysesPaneProps & { readonly table: AnalysisTable }) {
  const { left, right } = pair;
  const { engine } = useWorkbench();
  const [parameters, setParameters] = useState<Readonly<Record<string, string>> | undefined>(
    table.parameters.some(({ required }) => required === true) ? undefined : {},
  );
  const other = handleOf(right);
  const key = parameters === undefined || other === undefined ? undefined : `${table.id} ${other} ${right.generation} ${JSON.stringify(parameters)}`;
  const query = useQuery(left, key, (handle, signal) =>
    engine.call('compareAnalysis', { left: handle, right: other ?? '', id: table.id, parameters: parameters ?? {} }, { signal }),
  );
  return (
    <>
      {table.parameters.length === 0 ? null : <AnalysisParameters table={table} given={parameters ?? {}} onRun={setParameters} />}
      {key === undefined ? null : query.value === undefined || query.error !== undefined ? (
        <QueryMessage query={query} what={`the analysis ${table.title}`} />
      ) : (
        <Differences compared={query.value} pair={pair} />
      )}
    </>
  );
}

function rowTone(pair: Pair, kind: RowDifference['kind']): string {
  if (kind === 'moved') return 'ignored';
  if (kind === 'changed') return 'changed';
  const tone = onlyTone(pair, kind === 'onlyLeft' ? 'left' : 'right');
  return tone === 'plain' ? kind : tone;
}

function Differences({ compared, pair }: AnalysesPaneProps & { readonly compared: ComparedAnalysis }) {
  const { counts, columns, differences, differencesLeftOut } = compared;
  const { left, right, names } = pair;
  const kinds: Readonly<Record<RowDifference['kind'], string>> = {
    changed: 'changed',
    moved: 'moved',
    onlyLeft: rowWords(pair, 'left'),
    onlyRight: rowWords(pair, 'right'),
  };
  const named = namingColumns(compared);
  const [withAddresses, setWithAddresses] = useState(false);
  const doubt = comparisonDoubt(compared);
  const [current, setCurrent] = useState<number>();
  const shown = withAddresses ? differences : differences.filter(({ kind }) => kind !== 'moved');
  const step = (by: 1 | -1): void => setCurrent(nextIndex(current, by, shown.length));
  useDifferenceSteps(pair.owner.key, step);
  const changed = (row: RowJson | undefined, { kind, columns: differing = [] }: RowDifference): string =>
    row === undefined
      ? ''
      : columns
          .filter(({ name, type }) => differing.includes(name) && (kind === 'moved' || type !== 'address'))
          .map(({ name, type }) => `${name} ${row[name] === undefined ? 'not known' : analysisCellText(type, row[name])}`)
          .join(', ');
  const text = (one: RowDifference, side: 'left' | 'right'): string =>
    one.columns === undefined ? rowText(columns, one[side] ?? {}) : changed(one[side], one);
  const sideColumn = (side: 'left' | 'right'): DataColumn<RowDifference> => ({
    id: side,
    title: sideText(names[side]),
    width: 64,
    text: (one) => text(one, side),
    cell: (one) => <AddressText dump={(side === 'left' ? left : right).key} text={text(one, side)} title />,
  });
  const keyText = (one: RowDifference): string => rowKeyText(named, columns, one.left ?? one.right ?? {});
  const shownColumns: readonly DataColumn<RowDifference>[] = [
    {
      id: 'kind',
      title: 'what',
      width: 12,
      text: ({ kind }) => kinds[kind],
      cell: ({ kind }) => <span className={`compare-kind ${rowTone(pair, kind)}`}>{kinds[kind]}</span>,
    },
    { id: 'key', title: named.join(', '), width: 40, text: keyText, cell: (one) => <AddressText dump={left.key} text={keyText(one)} title /> },
    ...(shown.some((one) => growthText(columns, one) !== '')
      ? [{ id: 'growth', title: 'growth', width: 28, text: (one: RowDifference) => growthText(columns, one) }]
      : []),
    sideColumn('left'),
    sideColumn('right'),
  ];
  return (
    <>
      <div className="compare-fields-head">
        <p className="dim" role="status" data-testid="compared-analysis">
          {analysisDiffers(compared) || doubt !== undefined ? '' : 'Nothing differs. '}
          {comparedCounts(compared, [kinds.onlyLeft, kinds.onlyRight], countText)}
          {differencesLeftOut === undefined ? '' : `; ${countText(differencesLeftOut)} more differences are not listed`}
        </p>
        <StepButtons onStep={step} current={current} total={shown.length} />
      </div>
      {comparedFacts(compared).map((fact) => (
        <p key={fact} className="dim">
          {fact}
        </p>
      ))}
      {doubt === undefined ? null : <p className="tone-warn">{doubt}</p>}
      {counts.moved === 0 ? null : (
        <label className="dim">
          <input type="checkbox" checked={withAddresses} onChange={(event) => setWithAddresses(event.currentTarget.checked)} /> list rows that differ only in
          differences expected after every reboot
        </label>
      )}
      {shown.length === 0 ? null : (
        <DataTable
          name="compared"
          label="Rows that differ"
          testId="compared-rows"
          columns={shownColumns}
          rows={shown}
          noun={['row', 'rows']}
          filter={{ label: 'Filter rows that differ' }}
          current={current}
        />
      )}
    </>
  );
}
