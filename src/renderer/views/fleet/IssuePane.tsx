/** One issue: since when and how often it occurs, its note, where it occurred, and its dumps. */
import type { IssueDetails, IssueShare, TrendSpan } from '../../../shared/fleet-protocol.ts';
import { issueStates } from '../../../shared/issue-states.ts';
import { classText } from '../../../shared/verdict-text.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { SplitPane } from '../../widgets/splitter/SplitPane.tsx';
import { timeText } from '../../words/durations.ts';
import { countText, plural } from '../../words/numbers.ts';
import { classTone } from '../../words/verdict.ts';
import { DumpsOfIssue } from './DumpsOfIssue.tsx';
import { statusText } from './fleet-words.ts';
import { IssueLinks } from './IssueLinks.tsx';
import { IssueNote } from './IssueNote.tsx';
import { Sparkline } from './Sparkline.tsx';
import { dayText } from './trend.ts';
import { useChangeIssue, useFleetQuery } from './use-fleet.ts';

function Shares({ title, shares, count }: { readonly title: string; readonly shares: readonly IssueShare[]; readonly count: number }) {
  const named = shares.filter(({ name }) => name !== undefined).length;
  return (
    <section className="fleet-shares" aria-label={title}>
      <h3 className="caption">{title}</h3>
      <ul>
        {shares.map(({ name, dumps }) => (
          <li key={name ?? ''}>
            <span className="cut">{name === undefined ? <span className="dim">not known</span> : <Hostile text={name} title />}</span>
            <span className="number">{countText(dumps)}</span>
          </li>
        ))}
      </ul>
      {count > named ? <p className="dim">and {countText(count - named)} more</p> : null}
    </section>
  );
}

function Facts({ details, span }: { readonly details: IssueDetails; readonly span: TrendSpan | undefined }) {
  const { issue, signature, frames, releases, hosts } = details;
  const change = useChangeIssue(issue.id);
  const { tell } = useWorkbench();
  return (
    <div className="fleet-facts" tabIndex={0} role="region" aria-label="Details of the issue">
      <header>
        <h2 className="selectable" data-testid="fleet-issue-title">
          <Hostile text={issue.title} />
        </h2>
        <p>
          <span className={`verdict-chip tone-${classTone(issue.class)}`}>{classText(issue.class)}</span>{' '}
          <span className="dim">
            issue {issue.id}, {plural(issue.dumps, 'dump')}
          </span>
        </p>
      </header>
      {span === undefined ? null : (
        <figure className="fleet-trend">
          <Sparkline trend={issue.trend} span={span} isWide />
          <figcaption className="dim">
            <span>{dayText(span.start)}</span>
            <span>{dayText(span.end)}</span>
          </figcaption>
        </figure>
      )}
      <dl className="fleet-dates">
        <dt>First seen</dt>
        <dd>{issue.first === undefined ? 'not known' : timeText(issue.first)}</dd>
        <dt>Last seen</dt>
        <dd>{issue.last === undefined ? 'not known' : timeText(issue.last)}</dd>
        <dt>
          <label htmlFor="fleet-issue-status">Status</label>
        </dt>
        <dd>
          <select
            id="fleet-issue-status"
            className="select"
            value={issue.status}
            onChange={(event) => {
              const status = issueStates.find((one) => one === event.currentTarget.value);
              if (status !== undefined) change({ status }).catch(tell);
            }}
            data-testid="fleet-issue-status"
          >
            {issueStates.map((one) => (
              <option key={one} value={one}>
                {statusText[one]}
              </option>
            ))}
          </select>
        </dd>
      </dl>
      <IssueNote note={issue.note ?? ''} onChange={change} />
      <IssueLinks links={issue.links} onChange={change} />
      <div className="fleet-sources">
        <Shares title="Releases" shares={releases} count={issue.releaseCount} />
        <Shares title="Machines" shares={hosts} count={issue.hostCount} />
      </div>
      <details>
        <summary>Signature</summary>
        <p className="dim">{signature.kind === 'stack' ? 'All its dumps have this call stack:' : 'All its dumps failed at this location in the kernel:'}</p>
        <ol className="code selectable">
          {(frames.length === 0 ? [signature.value] : frames).map((frame, at) => (
            <li key={at}>
              <Hostile text={frame} />
            </li>
          ))}
        </ol>
      </details>
    </div>
  );
}

export function IssuePane({ id, span }: { readonly id: number; readonly span: TrendSpan | undefined }) {
  const { fleet } = useWorkbench();
  const query = useFleetQuery(String(id), (signal) => fleet.call('issue', { id }, signal));
  const details = query.value?.details;
  if (details === undefined)
    return (
      <p className="message" role="status">
        {query.error !== undefined ? (
          <Hostile text={`Couldn't read the issue: ${query.error.message}`} />
        ) : query.asking ? (
          'Reading the issue…'
        ) : (
          'This issue no longer exists.'
        )}
      </p>
    );
  return (
    <SplitPane name="fleet-issue" label="Width of the issue details" share={0.36} stackBelow={620} stackedShare={0.5} className="fleet-issue">
      <Facts details={details} span={span} />
      <DumpsOfIssue issue={id} />
    </SplitPane>
  );
}
