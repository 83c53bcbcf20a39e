/** A file that does not open: what was found, where, what was expected, what to do next, and the file's bytes. */
import { useState } from 'react';
import type { OpenDump, OpenFailure } from '../state/open-dump.ts';
import { hex } from '../../shared/units.ts';
import { failureHeadline, isHelpedByWords, nextSteps, sentence, staysAsItIs } from '../words/open-failure.ts';
import { useWorkbench } from '../workbench.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { RefusedBytes } from './RefusedBytes.tsx';
import { SeveralDumps } from './SeveralDumps.tsx';
import './error-page.css';

export function ErrorPage({ dump, failure }: { readonly dump: OpenDump; readonly failure: OpenFailure }) {
  const [isChoosing, setChoosing] = useState(failure.several !== undefined);
  const { dumps, openingDraft, closeDump, chooseDumps, shell, tell } = useWorkbench();
  const headline = failureHeadline(failure);
  const found = ['found', failure.what] as const;
  const facts: readonly (readonly [string, string])[] = [
    ['file', failure.file ?? dump.path],
    ...(failure.offset === undefined ? [] : ([['offset', `${hex(failure.offset)} (${failure.offset})`]] as const)),
    ...(headline.isWhat ? [] : [found]),
    ...(failure.expected === undefined ? [] : ([['expected', failure.expected]] as const)),
  ];
  const asText = [...facts, ...(headline.isWhat ? [found] : [])].map(([name, value]) => `${name}: ${value}`).join('\n');
  const isSame = staysAsItIs(failure);
  const retry = (
    <button type="button" className={isSame ? 'button' : 'button primary'} onClick={() => dumps.retry(dump.key)} data-testid="error-retry">
      Try again
    </button>
  );
  return (
    <div className="view error-page" data-testid="error-page" role="alert">
      <h1 className="cut" data-testid="dump-title">
        <Hostile text={dump.name} title />
      </h1>
      <div className="error-card card">
        <h2 {...(headline.isWhat ? { 'data-testid': 'error-found' } : {})}>
          <Hostile text={headline.text} />
        </h2>
        <dl className="error-facts">
          {facts.map(([name, value]) => (
            <div key={name} className="error-fact">
              <dt className="dim">{name}</dt>
              <dd className="code selectable" data-testid={`error-${name}`}>
                <Hostile text={value} />
              </dd>
            </div>
          ))}
        </dl>
      </div>
      <section className="error-next" aria-label="What to do next">
        <h2 className="caption">What to do next</h2>
        <ul>
          {failure.wayOut === undefined ? null : (
            <li data-testid="error-way-out">
              <Hostile text={`${sentence(failure.wayOut)}.`} />
            </li>
          )}
          {nextSteps[failure.kind].map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ul>
      </section>
      <div className="error-actions">
        {failure.several === undefined ? null : (
          <button type="button" className="button primary" onClick={() => setChoosing(true)} data-testid="error-choose">
            Choose…
          </button>
        )}
        {isSame ? null : retry}
        <button type="button" className={isSame && failure.several === undefined ? 'button primary' : 'button'} onClick={chooseDumps}>
          Open another…
        </button>
        {isHelpedByWords(failure) ? (
          <button
            type="button"
            className="button"
            onClick={() => openingDraft.set({ paths: [dump.path, ...(dump.volumes ?? [])], instead: dump.key })}
            data-testid="error-volumes"
          >
            Open with volumes or addresses…
          </button>
        ) : null}
        {isSame ? retry : null}
        <button type="button" className="button" onClick={() => void shell.call('copyText', { text: asText }).catch(tell)}>
          <Icon name="copy" /> Copy message
        </button>
        <button type="button" className="button" onClick={() => closeDump(dump.key)}>
          Close
        </button>
      </div>
      <RefusedBytes dump={dump} failure={failure} />
      {failure.several !== undefined && isChoosing ? <SeveralDumps dump={dump} several={failure.several} onClose={() => setChoosing(false)} /> : null}
    </div>
  );
}
