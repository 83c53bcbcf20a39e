import { useStore } from '../hooks/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { DockArea } from './dock/DockArea.tsx';
import { FirstRun } from './FirstRun.tsx';

/** What the window is about: the open tabs, or how to get some. */
export function Workspace() {
  const { places } = useWorkbench();
  const none = useStore(places.tabs).open.length === 0;
  return <div className="workspace">{none ? <FirstRun /> : <DockArea />}</div>;
}
