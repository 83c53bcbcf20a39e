/** Search in the memory of a dump: hits appear while it runs, each links to its bytes. */
import { useEffect, useId, useRef, useState } from 'react';
import { byteText } from '../../../shared/units.ts';
import { handleOf, type OpenDump } from '../../state/open-dump.ts';
import { useKept } from '../../hooks/use-kept.ts';
import { useStore } from '../../hooks/use-store.ts';
import { plural } from '../../words/numbers.ts';
import { remedyWords } from '../../words/remedies.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { Unconfirmed } from '../../widgets/Unconfirmed.tsx';
import { SearchExamples } from './SearchExamples.tsx';
import { SearchFields } from './SearchFields.tsx';
import { SearchHits } from './SearchHits.tsx';
import { emptyForm, hitLimit, patternHints, readForm, searchQuestion, type SearchForm } from './search-form.ts';
import { createSearchRun, type SearchState } from './search-run.ts';
import './search.css';

function outcome({ phase, hits, done, total, summary, error, remedy }: SearchState): string {
  const found = plural(hits.length, 'hit');
  switch (phase) {
    case 'idle':
      return '';
    case 'running':
      return `${found} so far · ${byteText(done)} of ${byteText(total)}`;
    case 'cancelled':
      return `${found} in the first ${byteText(done)} of ${byteText(total)}: cancelled`;
    case 'failed':
      return [error ?? '', ...(remedy === undefined || remedy === 'build-index' ? [] : [remedyWords[remedy] ?? []])].flat().join(': ');
    case 'done': {
      const unreadable = summary === undefined || summary.unreadableBytes === 0 ? '' : ` · ${byteText(summary.unreadableBytes)} could not be read`;
      const encrypted = summary?.encryptedBytes === undefined ? '' : ` · ${byteText(summary.encryptedBytes)} are encrypted and were not searched`;
      return `${found} in ${byteText(summary?.searchedBytes ?? 0)}${summary?.truncated === true ? `: the first ${hitLimit}, there are more` : ''}${unreadable}${encrypted}`;
    }
  }
}

export function SearchView({ dump }: { readonly dump: OpenDump }) {
  const { engine, dumpJobs } = useWorkbench();
  const [form, setForm] = useKept('form', readForm, emptyForm);
  /** The last search, even from an earlier session. */
  const [searched, setSearched] = useKept<SearchForm | undefined>('searched', readForm, undefined);
  const [problem, setProblem] = useState<string>();
  const [run] = useState(() => createSearchRun(engine.call));
  const state = useStore(run.state);
  const field = useRef<HTMLInputElement>(null);
  const hint = useId();
  const handle = handleOf(dump);
  const running = state.phase === 'running';
  useEffect(() => () => run.cancel(), [run]);

  const start = (wanted = form): void => {
    if (handle === undefined) return;
    const question = searchQuestion(wanted, handle, dump.triage?.cpus ?? []);
    if ('problem' in question) {
      setProblem(question.problem);
      field.current?.focus();
      return;
    }
    setProblem(undefined);
    setSearched(wanted);
    run.start(question);
  };
  const needsIndex = state.phase === 'failed' && state.remedy === 'build-index';
  return (
    <div className="view search-view">
      <form
        className="search-form"
        role="search"
        aria-label="Search in memory"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') run.cancel();
        }}
      >
        <div className="search-line">
          <input
            ref={field}
            className="input search-pattern code"
            value={form.pattern}
            onChange={(event) => setForm({ ...form, pattern: event.currentTarget.value })}
            placeholder={patternHints[form.type]}
            aria-label="Pattern"
            aria-describedby={hint}
            spellCheck={false}
            autoComplete="off"
            data-testid="search-pattern"
          />
          {running ? (
            <button type="button" className="button" onClick={run.cancel} data-testid="search-cancel">
              Cancel
            </button>
          ) : (
            <button type="submit" className="button primary" disabled={handle === undefined} data-testid="search-start">
              Search
            </button>
          )}
        </div>
        <SearchFields form={form} onChange={setForm} />
      </form>
      <div className="search-status" id={hint}>
        {running ? <ProgressBar fraction={state.total === 0 ? undefined : state.done / state.total} label="Search" /> : null}
        <p className={problem !== undefined || state.phase === 'failed' ? 'tone-bad' : 'dim'} role="status" data-testid="search-status">
          <Hostile text={problem ?? outcome(state)} />{' '}
          {needsIndex ? (
            <button type="button" className="link" onClick={() => dumpJobs.index(dump.key)}>
              Build the page index
            </button>
          ) : null}
        </p>
        <Unconfirmed text={state.summary?.unconfirmed} />
      </div>
      {state.hits.length > 0 ? (
        <SearchHits dump={dump} hits={state.hits} question={state.question} />
      ) : state.phase === 'done' ? (
        <p className="message">No match in the searched memory. Missing or excluded pages have no bytes to search.</p>
      ) : state.phase === 'idle' && searched !== undefined ? (
        <p className="message">
          The hits of the last search were not kept.{' '}
          <button
            type="button"
            className="link"
            disabled={handle === undefined}
            onClick={() => {
              setForm(searched);
              start(searched);
            }}
            data-testid="search-again"
          >
            Search again for “<Hostile text={searched.pattern} />”
          </button>
        </p>
      ) : state.phase === 'idle' ? (
        <SearchExamples
          dump={dump}
          onChoose={({ form: example }) => {
            const next = { ...emptyForm, ...example };
            setForm(next);
            start(next);
          }}
        />
      ) : null}
    </div>
  );
}
