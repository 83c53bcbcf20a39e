import { phaseText } from '../../../shared/scan-progress.ts';
import { fractionOf } from '../../state/job-meter.ts';
import type { Job } from '../../state/jobs.ts';
import { handleOf, type OpenDump } from '../../state/open-dump.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { ProgressBar } from '../../widgets/ProgressBar.tsx';

/** Full verification with its progress, and exports. */
interface IntegrityActionsProps {
  readonly dump: OpenDump;
  readonly running: Job | undefined;
  readonly onAgainst: () => void;
  readonly onExport: () => void;
}

export function IntegrityActions({ dump, running, onAgainst, onExport }: IntegrityActionsProps) {
  const { dumpJobs, jobs } = useWorkbench();
  const usable = handleOf(dump) !== undefined;
  return (
    <div className="integrity-actions">
      {running === undefined ? (
        <button type="button" className="button primary" disabled={!usable} onClick={() => dumpJobs.verify(dump.key)} data-testid="verify-full">
          <Icon name="shield" /> {dump.checked === 'full' ? 'Verify everything again' : 'Verify everything'}
        </button>
      ) : (
        <div className="integrity-progress">
          <span className="dim cut">
            <Hostile text={running.meter === undefined ? running.title : phaseText(running.meter.progress)} />
          </span>
          <ProgressBar fraction={running.meter === undefined ? undefined : fractionOf(running.meter)} label={running.title} />
          <button
            type="button"
            className="button"
            disabled={running.state === 'cancelling'}
            onClick={() => jobs.cancel(running.id)}
            data-testid="verify-cancel"
          >
            {running.state === 'cancelling' ? 'Cancelling…' : 'Cancel'}
          </button>
        </div>
      )}
      <button type="button" className="button" disabled={!usable || running !== undefined} onClick={onAgainst} data-testid="check-against">
        <Icon name="git-compare" /> Check against…
      </button>
      <button type="button" className="button" disabled={!usable} onClick={onExport} data-testid="export">
        <Icon name="export" /> Export…
      </button>
    </div>
  );
}
