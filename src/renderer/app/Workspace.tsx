import { useStore } from '../hooks/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { DockArea } from './dock/DockArea.tsx';
import { FirstRun } from './FirstRun.tsx';
import { NoTabs } from './NoTabs.tsx';

/** The main area: the open tabs, or ways to open some. */
export function Workspace() {
  const { places, dumps } = useWorkbench();
  const hasTabs = useStore(places.tabs).open.length > 0;
  const hasDumps = useStore(dumps.all).length > 0;
  return <div className="workspace">{hasTabs ? <DockArea /> : hasDumps ? <NoTabs /> : <FirstRun />}</div>;
}
