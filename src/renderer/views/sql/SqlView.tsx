/** Read-only queries on the page index and on analyses, with completion, saved queries, and results as a table, a chart, CSV or JSON. */
import { remedyOf, remedyWords } from '../../words/remedies.ts';
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { createQuerySlot } from '../../engine/query-slot.ts';
import { useQuery } from '../../hooks/use-query.ts';
import { handleOf, type OpenDump } from '../../state/open-dump.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { percentText } from '../../words/numbers.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { QueryPicker } from './QueryPicker.tsx';
import { createSavedQueries, starterQueries } from './saved-queries.ts';
import { SchemaList } from './SchemaList.tsx';
import { sqlSuggestions } from './sql-completion.ts';
import type { SqlEditor } from './sql-editor.ts';
import { SqlResult } from './SqlResult.tsx';
import './sql.css';
import type { TimedResult } from './timed-result.ts';

const saved = createSavedQueries(localStorage);
const rowCaps = [1000, 10_000, 100_000];
const timeCaps = [10, 30, 120];

export function SqlView({ dump }: { readonly dump: OpenDump }) {
  const { engine, themes, tell, dumpJobs } = useWorkbench();
  const { shown } = useStore(themes.state);
  const [slot] = useState(() => createQuerySlot<TimedResult>());
  const answer = useStore(slot.state);
  const [text, setText] = useState(starterQueries[0]?.query ?? '');
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
      const result = await engine.call('sql', { dump: handle, query, rows, seconds }, { signal });
      return { result, seconds: (performance.now() - started) / 1000 };
    });
  };
  const onRun = useEffectEvent(run);
  const suggest = useEffectEvent((before: string, query: string) => sqlSuggestions(before, query, tables));
  const firstText = useEffectEvent(() => text);

  useEffect(() => {
    let over = false;
    Promise.all([import('./sql-editor.ts'), import('../../widgets/monaco/monaco-setup.ts')]).then(([{ createSqlEditor }, { applyTheme }]) => {
      if (over || host.current === null) return;
      applyTheme(shown);
      made.current = createSqlEditor(host.current, {
        text: firstText(),
        label: 'SQL query. Ctrl+Enter runs it, Escape leaves the suggestions.',
        suggest: (before, query) => suggest(before, query),
        onChange: setText,
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

  // The first look shows an answer, not a blank page: the query in the editor is one of ours, and quick.
  const indexed = dump.coverage !== undefined && dump.coverage.indexed >= dump.coverage.total;
  const ask = useEffectEvent(run);
  useEffect(() => {
    if (indexed && handle !== undefined && slot.state.get().value === undefined) ask();
  }, [indexed, handle, slot]);

  const choose = (query: string): void => {
    setText(query);
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
            rows, at most{' '}
            <select className="select" value={rows} onChange={(event) => setRows(Number(event.currentTarget.value))} data-testid="sql-rows">
              {rowCaps.map((cap) => (
                <option key={cap} value={cap}>
                  {cap.toLocaleString('en')}
                </option>
              ))}
            </select>
          </label>
          <label className="dim">
            time, at most{' '}
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
      <div className="sql-middle">
        <div className="sql-editor" data-testid="sql-editor" data-ready={ready}>
          <div ref={host} className="sql-editor-host" />
        </div>
        <SchemaList tables={tables} onInsert={(word) => made.current?.insert(word)} />
      </div>
      {partial ? (
        <p className="tone-warn">The index holds {percentText(coverage.indexed, coverage.total)} of the pages so far: answers about pages are of that part.</p>
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
            : 'A query sees the page index and the analyses of this dump and cannot change them. Run one, or choose one of the saved ones.'}
        </p>
      ) : (
        <SqlResult dump={dump} answer={answer.value} stale={answer.asking || answer.error !== undefined} rowCap={rows} />
      )}
    </div>
  );
}
