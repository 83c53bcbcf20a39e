/** The catalogue of analyses, and the chosen one. The display follows entirely from its declaration. */
import { useEffect, useState } from 'react';
import type { AnalysisTable as Declaration } from '../../../shared/analysis-table.ts';
import { useKept, readText } from '../../hooks/use-kept.ts';
import { useStore } from '../../hooks/use-store.ts';
import { handleOf, type OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { AnalysisParameters } from './AnalysisParameters.tsx';
import { AnalysisTable } from './AnalysisTable.tsx';
import { createAnalysisRun, type AnalysisState } from './analysis-run.ts';
import { MemoryBar } from './MemoryBar.tsx';
import { WaitGraph } from './WaitGraph.tsx';
import { MissingList } from './MissingList.tsx';
import './analysis.css';

export function AnalysisPane({ dump }: { readonly dump: OpenDump }) {
  const { analyses: tables } = useStore(useWorkbench().catalogue);
  const [chosen, setChosen] = useKept<string | undefined>('analysis', readText, undefined);
  const table = tables.find(({ id }) => id === chosen) ?? tables[0];
  return (
    <SplitPane name="kernel.analyses" label="Width of the list of analyses" share={0.16} least={[130, 260]} stackBelow={720} stackedShare={0.25}>
      <ul className="analysis-catalogue" aria-label="Analyses">
        {tables.map(({ id, title, about }) => (
          <li key={id}>
            <button
              type="button"
              className={id === table?.id ? 'analysis-choice current' : 'analysis-choice'}
              aria-current={id === table?.id}
              title={about}
              onClick={() => setChosen(id)}
              data-testid={`analysis-${id}`}
            >
              {title}
            </button>
          </li>
        ))}
      </ul>
      {table === undefined ? null : <OneAnalysis key={table.id} dump={dump} table={table} onChoose={setChosen} />}
    </SplitPane>
  );
}

interface OneAnalysisProps {
  readonly dump: OpenDump;
  readonly table: Declaration;
  readonly onChoose: (id: string) => void;
}

function OneAnalysis({ dump, table, onChoose }: OneAnalysisProps) {
  const { engine } = useWorkbench();
  const [run] = useState(() => createAnalysisRun((...call) => engine.call(...call)));
  const state = useStore(run.state);
  // An analysis without parameters shows its rows immediately.
  const [parameters, setParameters] = useState<Readonly<Record<string, string>> | undefined>(
    table.parameters.some(({ required }) => required === true) ? undefined : {},
  );
  const handle = handleOf(dump);
  const { generation } = dump;
  useEffect(() => {
    if (handle !== undefined && parameters !== undefined) run.start({ dump: handle, id: table.id, parameters });
    return run.cancel;
  }, [run, handle, generation, table, parameters]);
  return (
    <section className="analysis" aria-label={table.title}>
      <header className="analysis-head">
        <p className="dim">{table.about}</p>
        {table.parameters.length === 0 ? null : <AnalysisParameters table={table} given={parameters ?? {}} onRun={setParameters} />}
        {state.phase === 'running' ? (
          <button type="button" className="button" onClick={run.cancel} data-testid="analysis-cancel">
            Cancel
          </button>
        ) : null}
      </header>
      {state.phase === 'failed' ? (
        <p className="tone-bad" role="alert" data-testid="analysis-error">
          <Hostile text={state.error ?? ''} />
        </p>
      ) : null}
      {state.phase === 'idle' ? <p className="message">Fill in the parameters, then choose Run.</p> : null}
      {state.phase === 'done' && state.rows.length === 0 ? <p className="message">{state.answer?.note ?? 'No rows.'}</p> : null}
      {state.rows.length > 0 && state.answer?.note !== undefined ? <p className="dim">{state.answer.note}</p> : null}
      {table.drawing === 'wait-graph' && state.phase === 'done' ? <WaitGraph rows={state.rows} /> : null}
      {table.drawing === 'memory-tree' && state.phase === 'done' ? <MemoryBar rows={state.rows} /> : null}
      {state.rows.length === 0 ? null : <AnalysisTable dump={dump} table={table} rows={state.rows} remark={remarkOf(state)} onChoose={onChoose} />}
      <MissingList missing={state.answer?.missing ?? []} />
    </section>
  );
}

function remarkOf({ phase }: AnalysisState): string {
  if (phase === 'running') return ' so far';
  return phase === 'cancelled' ? ', then cancelled' : '';
}
