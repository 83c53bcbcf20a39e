import { views } from '../views/index.ts';
import { isFor } from '../views/view.ts';
import { useStore } from '../hooks/use-store.ts';
import { activeTab } from '../state/tabs.ts';
import { isRunning } from '../state/jobs.ts';
import { useCurrentDump, useWorkbench } from '../workbench.ts';
import { Icon } from '../widgets/Icon.tsx';
import './activity-rail.css';

/** The views, on the left edge. */
export function ActivityRail() {
  const { places, jobs } = useWorkbench();
  const tabs = useStore(places.tabs);
  const running = useStore(jobs.all).filter(isRunning).length;
  const dump = useCurrentDump();
  const shown = activeTab(tabs)?.view;
  return (
    <nav className="rail" aria-label="Views" data-pane="rail">
      {views.map((view, index) => {
        if (!isFor(view, dump)) return null;
        const usable = view.ofWindow || dump?.triage !== undefined || (dump !== undefined && view.id === 'overview');
        const count = view.id === 'jobs' && running > 0 ? `, ${running} running` : '';
        return (
          <button
            key={view.id}
            type="button"
            className={`rail-item${view.id === shown ? ' active' : ''}${view.ofWindow ? ' of-window' : ''}`}
            aria-label={`${view.title}${count}`}
            aria-current={view.id === shown ? 'page' : undefined}
            disabled={!usable}
            onClick={() => places.show(view.id)}
            data-testid={`rail-${view.id}`}
          >
            <Icon name={view.icon} />
            {count === '' ? null : <span className="rail-count">{running}</span>}
            <span className="rail-name" aria-hidden="true">
              {view.title}
              {index < 9 ? <kbd>Ctrl {index + 1}</kbd> : null}
            </span>
          </button>
        );
      })}
    </nav>
  );
}
