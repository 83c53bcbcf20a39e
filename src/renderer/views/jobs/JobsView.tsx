/** The list of all long jobs. */
import { byteText } from '../../../shared/units.ts';
import { bytesPerSecond, fractionOf, secondsLeft } from '../../state/job-meter.ts';
import { isRunning, type Job } from '../../state/jobs.ts';
import { useStore } from '../../hooks/use-store.ts';
import { durationText } from '../../words/durations.ts';
import { countText } from '../../words/numbers.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';
import { jobWords } from './job-words.ts';
import './jobs.css';

const icons = {
  running: ['loading', 'plain'],
  cancelling: ['loading', 'plain'],
  done: ['check', 'ok'],
  failed: ['error', 'bad'],
  cancelled: ['circle-slash', 'plain'],
  stopped: ['debug-disconnect', 'bad'],
} as const;

function progressText({ meter }: Job): string {
  if (meter === undefined) return 'starting';
  const { phase, done, total, unit } = meter.progress;
  const rate = bytesPerSecond(meter);
  const left = secondsLeft(meter);
  const amount = unit === 'bytes' ? `${byteText(done)} of ${byteText(total)}` : `${countText(done)} of ${countText(total)} ${unit}`;
  const parts = [
    phase,
    amount,
    rate === undefined ? undefined : `${byteText(Math.round(rate))}/s`,
    left === undefined ? undefined : `${durationText(left)} left`,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

function Row({ job }: { readonly job: Job }) {
  const { jobs, exports } = useWorkbench();
  const hasDetails = useStore(exports.runs).some(({ id }) => id === job.id);
  const [icon, tone] = icons[job.state];
  const fraction = job.meter === undefined ? undefined : fractionOf(job.meter);
  const took = job.endedAt === undefined ? undefined : durationText((job.endedAt - job.startedAt) / 1000);
  return (
    <li className="job card" data-testid={`job-${job.id}`} data-kind={job.kind} data-state={job.state}>
      <span className={`job-icon tone-${tone}`}>
        <Icon name={icon} spin={icon === 'loading'} />
      </span>
      <div className="job-words">
        <div className="job-title">
          <strong>{job.title}</strong>
          <span className="dim cut">
            <Hostile text={job.dumpName} title />
          </span>
        </div>
        {isRunning(job) ? <ProgressBar fraction={fraction} label={`${job.title}, ${job.dumpName}`} /> : null}
        <div className="dim job-progress" data-testid="job-text">
          {isRunning(job) ? (
            <Hostile text={progressText(job)} />
          ) : (
            <>
              <span className={`tone-${tone}`}>{jobWords[job.state]}</span> <Hostile text={job.outcome ?? ''} />
              {took === undefined ? '' : ` · took ${took}`}
            </>
          )}
        </div>
      </div>
      {isRunning(job) ? (
        <button
          type="button"
          className="button"
          disabled={job.state === 'cancelling'}
          onClick={() => jobs.cancel(job.id)}
          data-testid="job-cancel"
          aria-label={`Cancel ${job.title}`}
        >
          {job.state === 'cancelling' ? 'Cancelling…' : 'Cancel'}
        </button>
      ) : null}
      {hasDetails ? (
        <button
          type="button"
          className="button"
          onClick={() => exports.shown.set(job.id)}
          data-testid="job-details"
          aria-label={isRunning(job) || job.state === 'done' ? `Details of ${job.title}` : `Continue ${job.title}`}
        >
          {isRunning(job) || job.state === 'done' ? 'Details' : 'Resume'}
        </button>
      ) : null}
    </li>
  );
}

export function JobsView() {
  const { jobs } = useWorkbench();
  const all = useStore(jobs.all);
  return (
    <div className="view jobs-view">
      <div className="jobs-head">
        <h2>Jobs</h2>
        <button type="button" className="button" onClick={jobs.clear} disabled={all.every(isRunning)}>
          Clear ended jobs
        </button>
      </div>
      {all.length === 0 ? <p className="message">No jobs have run yet. Opening a dump starts its quick checks and its page index.</p> : null}
      <ul className="jobs" data-testid="jobs">
        {all.map((job) => (
          <Row key={job.id} job={job} />
        ))}
      </ul>
    </div>
  );
}
