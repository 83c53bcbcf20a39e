/** Read-only queries on the dump as tables, with completion, saved and past queries, and results as a table, a chart, CSV or JSON. */
import { remedyOf, remedyWords } from '../../words/remedies.ts';
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { createQuerySlot } from '../../engine/query-slot.ts';
import { useQuery } from '../../hooks/use-query.ts';
import { handleOf, type OpenDump } from '../../state/open-dump.ts';
import { emptyQueryPage } from '../../state/query-book.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { countText, percentText } from '../../words/numbers.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { QueryPicker } from './QueryPicker.tsx';
import { createSavedQueries, starterQueries } from './saved-queries.ts';
import { SqlPanel } from './SqlPanel.tsx';
import { sqlSuggestions } from './sql-completion.ts';
import type { SqlEditor } from './sql-editor.ts';
import { SqlResult } from './SqlResult.tsx';
import './sql.css';
import type { TimedResult } from './timed-result.ts';

const saved = createSavedQueries(localStorage);
const rowCaps = [1000, 10_000, 100_000];
const timeCaps = [10, 30, 120];

export function SqlView({ dump }: { readonly dump: OpenDump }) {
  const { engine, themes, tell, dumpJobs, queries } = useWorkbench();
  const { shown } = useStore(themes.state);
  const [slot] = useState(() => createQuerySlot<TimedResult>());
  const answer = useStore(slot.state);
  const page = useStore(queries.pages)[dump.key] ?? emptyQueryPage;
  const text = page.text ?? starterQueries[0]?.query ?? '';
  const [rows, setRows] = useState(rowCaps[0] ?? 1000);
  const [seconds, setSeconds] = useState(timeCaps[1] ?? 30);
  const [ready, setReady] = useState(false);
  const host = useRef<HTMLDivElement>(null);
  const made = useRef<SqlEditor>(undefined);
  const handle = handleOf(dump);
  const schema = useQuery(dump, 'tables', async (_handle, signal) => (await engine.call('sqlTables', {}, { signal })).tables);
  const tables = useMemo(() => schema.value ?? [], [schema.value]);

  const run = (): void => {
    if (handle === undefined) return;
    const query = made.current?.text() ?? text;
    slot.ask(async (signal) => {
      const started = performance.now();
      try {
        const result = await engine.call('sql', { dump: handle, query, rows, seconds }, { signal });
        queries.ran(dump.key, { query, rows: result.rows.length });
        return { result, seconds: (performance.now() - started) / 1000 };
      } catch (error) {
        // A query that was cancelled, or replaced by a newer one, may be wanted again too.
        queries.ran(dump.key, { query });
        throw error;
      }
    });
  };
  const onRun = useEffectEvent(run);
  const suggest = useEffectEvent((before: string, query: string) => sqlSuggestions(before, query, tables));
  const firstText = useEffectEvent(() => text);
  const onType = useEffectEvent((typed: string) => queries.change(dump.key, { text: typed }));

  useEffect(() => {
    let over = false;
    Promise.all([import('./sql-editor.ts'), import('../../widgets/monaco/monaco-setup.ts')]).then(([{ createSqlEditor }, { applyTheme }]) => {
      if (over || host.current === null) return;
      applyTheme(shown);
      made.current = createSqlEditor(host.current, {
        text: firstText(),
        label: 'SQL query. Ctrl+Enter runs it, Escape closes the suggestions.',
        suggest: (before, query) => suggest(before, query),
        onChange: (typed) => onType(typed),
        onRun: () => onRun(),
      });
      setReady(true);
    }, tell);
    return () => {
      over = true;
      made.current?.dispose();
      made.current = undefined;
      setReady(false);
    };
  }, [shown, tell]);
  useEffect(() => slot.drop, [slot]);

  // Shows a result at first sight rather than a blank page: the query in the editor is a built-in one, and quick.
  const indexed = dump.coverage !== undefined && dump.coverage.indexed >= dump.coverage.total;
  const ask = useEffectEvent(run);
  useEffect(() => {
    if (indexed && handle !== undefined && slot.state.get().value === undefined) ask();
  }, [indexed, handle, slot]);

  const choose = (query: string): void => {
    queries.change(dump.key, { text: query });
    made.current?.setText(query);
    made.current?.focus();
  };
  const coverage = dump.coverage;
  const remedy = remedyOf(answer.error);
  const partial = coverage !== undefined && coverage.indexed < coverage.total;
  return (
    <div className="view sql-view">
      <div className="sql-head">
        <QueryPicker saved={saved} text={text} onChoose={choose} />
        <span className="sql-caps">
          <label className="dim">
            Row limit{' '}
            <select className="select" value={rows} onChange={(event) => setRows(Number(event.currentTarget.value))} data-testid="sql-rows">
              {rowCaps.map((cap) => (
                <option key={cap} value={cap}>
                  {countText(cap)}
                </option>
              ))}
            </select>
          </label>
          <label className="dim">
            Time limit{' '}
            <select className="select" value={seconds} onChange={(event) => setSeconds(Number(event.currentTarget.value))} data-testid="sql-seconds">
              {timeCaps.map((cap) => (
                <option key={cap} value={cap}>
                  {cap} s
                </option>
              ))}
            </select>
          </label>
          {answer.asking ? (
            <button type="button" className="button" onClick={slot.drop} data-testid="sql-cancel">
              Cancel
            </button>
          ) : (
            <button type="button" className="button primary" onClick={run} disabled={handle === undefined} title="Ctrl+Enter" data-testid="sql-run">
              Run
            </button>
          )}
        </span>
      </div>
      <SplitPane name="sql" label="Height of the query" stacked share={0.32} least={[90, 120]}>
        <SplitPane name="sql.tables" label="Width of the query" share={0.74} least={[200, 140]}>
          <div className="sql-editor" data-testid="sql-editor" data-ready={ready}>
            <div ref={host} className="sql-editor-host" />
          </div>
          <SqlPanel
            tables={tables}
            history={page.history}
            onInsert={(word) => made.current?.insert(word)}
            onChoose={choose}
            onForget={() => queries.change(dump.key, { history: [] })}
          />
        </SplitPane>
        <div className="sql-below">
          {partial ? (
            <p className="tone-warn">
              The index contains {percentText(coverage.indexed, coverage.total)} of the pages so far; answers about pages cover only that part.
            </p>
          ) : null}
          {answer.error === undefined ? null : (
            <p className="tone-bad" role="alert" data-testid="sql-error">
              <Hostile text={answer.error.message.split('\n')[0] ?? ''} />{' '}
              {remedy === 'build-index' ? (
                <button type="button" className="link" onClick={() => dumpJobs.index(dump.key)}>
                  Build the page index
                </button>
              ) : (
                <>{remedy === undefined ? null : remedyWords[remedy]}</>
              )}
            </p>
          )}
          {answer.value === undefined ? (
            <p className="message" role="status">
              {answer.asking
                ? 'Running…'
                : 'Queries read this dump as tables and cannot change it: tasks, dmesg, symbols, modules, checks, pages, analyses. Run a query, or choose a saved one.'}
            </p>
          ) : (
            <SqlResult dump={dump} answer={answer.value} stale={answer.asking || answer.error !== undefined} rowCap={rows} />
          )}
        </div>
      </SplitPane>
    </div>
  );
}
