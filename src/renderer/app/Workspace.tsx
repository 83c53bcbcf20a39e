/** The open tabs' views. A tab that is not shown keeps its picture, asks nothing and listens to nothing. */
import { Activity } from 'react';
import { views } from '../views/index.ts';
import type { Tab } from '../state/tabs.ts';
import { useStore } from '../state/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { ErrorPage } from './ErrorPage.tsx';
import { FirstRun } from './FirstRun.tsx';
import { panelId } from './TabBar.tsx';
import { ViewBoundary } from './ViewBoundary.tsx';

function TabPanel({ tab }: { readonly tab: Tab }) {
  const { dumps } = useWorkbench();
  const dump = useStore(dumps.all).find(({ key }) => key === tab.dump);
  const view = views.find(({ id }) => id === tab.view);
  if (view === undefined) return null;
  if (view.ofWindow) return <view.component />;
  if (dump === undefined) return null;
  if (dump.phase.kind === 'failed') return <ErrorPage dump={dump} failure={dump.phase.failure} />;
  return <view.component dump={dump} />;
}

export function Workspace() {
  const { places } = useWorkbench();
  const tabs = useStore(places.tabs);
  if (tabs.open.length === 0) return <FirstRun />;
  return (
    <div className="workspace" data-pane="view" tabIndex={-1}>
      {tabs.open.map((tab) => (
        <Activity key={tab.id} mode={tab.id === tabs.active ? 'visible' : 'hidden'}>
          <section className="workspace-panel" id={panelId(tab)} role="tabpanel" data-testid={`view-${tab.view}`} data-dump={tab.dump} aria-label={tab.view}>
            <ViewBoundary>
              <TabPanel tab={tab} />
            </ViewBoundary>
          </section>
        </Activity>
      ))}
    </div>
  );
}
