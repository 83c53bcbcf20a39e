import type { ReactNode } from 'react';
import { spaceText } from '../state/position.ts';
import { isRunning } from '../state/jobs.ts';
import { fractionOf } from '../state/job-meter.ts';
import { useActiveCursor } from '../hooks/use-cursor.ts';
import { useStore } from '../hooks/use-store.ts';
import { countText, percentText, plural } from '../words/numbers.ts';
import { wayWords } from '../words/dump-way.ts';
import { useCurrentDump, useWorkbench } from '../workbench.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { HexNumber } from '../widgets/HexNumber.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { StatusPlace } from './StatusPlace.tsx';
import './status-bar.css';

function Cursor() {
  const dump = useCurrentDump();
  const cursor = useActiveCursor();
  if (dump === undefined || cursor === undefined) return null;
  return (
    <>
      <span className="code" data-testid="status-cursor">
        {spaceText(cursor)} <HexNumber value={cursor.address} /> · {plural(Math.max(1, cursor.length), 'byte')}
      </span>
      <StatusPlace dump={dump} cursor={cursor} />
    </>
  );
}

function Running() {
  const { jobs, places } = useWorkbench();
  const [job, ...more] = useStore(jobs.all).filter(isRunning);
  if (job === undefined) return null;
  const fraction = job.meter === undefined ? undefined : fractionOf(job.meter);
  return (
    <button type="button" className="status-job" onClick={() => places.show('jobs')}>
      <Icon name="loading" spin />
      {job.title}
      {fraction === undefined ? '' : ` ${percentText(fraction, 1)}`}
      {more.length === 0 ? '' : ` and ${countText(more.length)} more`}
    </button>
  );
}

/** The current state: the only network connection is to a server that the user named. */
function Network() {
  const state = useStore(useWorkbench().fleet.state);
  const server = state.phase === 'open' && state.kind === 'server' ? state.place : undefined;
  return (
    <span className="status-promise" data-testid="status-network">
      evidence opened read-only · {server === undefined ? 'no network' : <Hostile text={`connected to ${server}`} />}
    </span>
  );
}

export function StatusBar() {
  const { engine, catalogue } = useWorkbench();
  const known = useStore(catalogue);
  const { state, host } = useStore(engine.status);
  const dump = useCurrentDump();
  const coverage = dump?.coverage;
  const engineWords: Readonly<Record<typeof state, ReactNode>> = {
    ready: 'engine ready',
    starting: 'engine starting…',
    gone: <span className="tone-bad">engine stopped</span>,
  };
  return (
    <footer className="status-bar" data-testid="status-bar">
      <Cursor />
      {dump?.triage === undefined ? null : wayWords(dump.triage.info, known).map((words) => <span key={words}>{words}</span>)}
      {dump?.triage === undefined ? null : (
        <span data-testid="status-index">{coverage === undefined ? 'not indexed' : `index ${percentText(coverage.indexed, coverage.total)}`}</span>
      )}
      <span data-testid="status-engine" title={host === undefined ? undefined : `The engine runs in a ${host}`}>
        {engineWords[state]}
      </span>
      <Running />
      <Network />
    </footer>
  );
}
