import { useStore } from '../hooks/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { DumpSwitcher } from './DumpSwitcher.tsx';
import { GoToBox } from './GoToBox.tsx';

export function TopBar() {
  const { dumps } = useWorkbench();
  const none = useStore(dumps.all).length === 0;
  return (
    <header className="top-bar" data-pane="top">
      <span className="top-bar-name">Dumpbench</span>
      {none ? <span /> : <GoToBox />}
      <DumpSwitcher />
    </header>
  );
}
