/** One view in the dock. A tab that is not in front keeps its contents, but sends no queries and listens to no events. */
import { Activity, useCallback, useSyncExternalStore } from 'react';
import type { IDockviewPanelProps } from 'dockview-react';
import { views } from '../../views/index.ts';
import type { Tab } from '../../state/tabs.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { PaneContext } from '../../widgets/pane.ts';
import { ErrorPage } from '../ErrorPage.tsx';
import { ViewBoundary } from '../ViewBoundary.tsx';

function TabContent({ tab }: { readonly tab: Tab }) {
  const { dumps } = useWorkbench();
  const dump = useStore(dumps.all).find(({ key }) => key === tab.dump);
  const view = views.find(({ id }) => id === tab.view);
  if (view === undefined) return null;
  if (view.ofWindow) return <view.component />;
  if (dump === undefined) return null;
  if (dump.phase.kind === 'failed') return <ErrorPage dump={dump} failure={dump.phase.failure} />;
  return <view.component dump={dump} />;
}

export function DockPanel({ api }: IDockviewPanelProps) {
  const { places } = useWorkbench();
  const tab = useStore(places.tabs).open.find(({ id }) => id === api.id);
  const subscribe = useCallback(
    (listener: () => void) => {
      const listening = api.onDidVisibilityChange(listener);
      return () => listening.dispose();
    },
    [api],
  );
  const visible = useSyncExternalStore(subscribe, () => api.isVisible);
  if (tab === undefined) return null;
  return (
    <Activity mode={visible ? 'visible' : 'hidden'}>
      <section className="workspace-panel" data-testid={`view-${tab.view}`} data-dump={tab.dump} data-grid={tab.grid} data-pane="view" tabIndex={-1}>
        <ViewBoundary>
          <PaneContext value={tab}>
            <TabContent tab={tab} />
          </PaneContext>
        </ViewBoundary>
      </section>
    </Activity>
  );
}
