/** A file that does not open: what was found, where, what should be there, and what to do next. */
import { useState } from 'react';
import type { OpenDump, OpenFailure } from '../state/open-dump.ts';
import { hex } from '../../shared/units.ts';
import { failureHeadlines, nextSteps } from '../words/open-failure.ts';
import { useWorkbench } from '../workbench.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { SeveralDumps } from './SeveralDumps.tsx';
import './error-page.css';

export function ErrorPage({ dump, failure }: { readonly dump: OpenDump; readonly failure: OpenFailure }) {
  const [isChoosing, setChoosing] = useState(failure.several !== undefined);
  const { dumps, openingDraft, closeDump, chooseDumps, shell, tell } = useWorkbench();
  const facts: readonly (readonly [string, string])[] = [
    ['file', failure.file ?? dump.path],
    ...(failure.offset === undefined ? [] : ([['offset', `${hex(failure.offset)} (${failure.offset})`]] as const)),
    ['found', failure.what],
    ...(failure.expected === undefined ? [] : ([['expected', failure.expected]] as const)),
  ];
  const asText = facts.map(([name, value]) => `${name}: ${value}`).join('\n');
  return (
    <div className="view error-page" data-testid="error-page" role="alert">
      <h1 className="cut" data-testid="dump-title">
        <Hostile text={dump.name} title />
      </h1>
      <div className="error-card card">
        <h2>{failureHeadlines[failure.kind]}</h2>
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
              <Hostile text={failure.wayOut} />
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
        <button type="button" className="button primary" onClick={() => dumps.retry(dump.key)} data-testid="error-retry">
          Try again
        </button>
        <button type="button" className="button" onClick={chooseDumps}>
          Open another…
        </button>
        <button
          type="button"
          className="button"
          onClick={() => openingDraft.set({ paths: [dump.path, ...(dump.volumes ?? [])], instead: dump.key })}
          data-testid="error-volumes"
        >
          Open with its volumes…
        </button>
        <button type="button" className="button" onClick={() => void shell.call('copyText', { text: asText }).catch(tell)}>
          <Icon name="copy" /> Copy message
        </button>
        <button type="button" className="button" onClick={() => closeDump(dump.key)}>
          Close
        </button>
      </div>
      <p className="dim">The file was opened read-only; nothing was written.</p>
      {failure.several !== undefined && isChoosing ? <SeveralDumps dump={dump} several={failure.several} onClose={() => setChoosing(false)} /> : null}
    </div>
  );
}
