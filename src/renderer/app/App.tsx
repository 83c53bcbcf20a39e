/** The shell: top bar, rail, the dock with its tabs, status bar, and overlays. */
import { useEffect } from 'react';
import { useStore } from '../hooks/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { About } from './About.tsx';
import { AddressCard } from './AddressCard.tsx';
import { AddressMenu } from './AddressMenu.tsx';
import { ActivityRail } from './ActivityRail.tsx';
import { CompareChooser } from './CompareChooser.tsx';
import { CommandPalette } from './CommandPalette.tsx';
import { runKeys } from './actions.ts';
import { keyFocus } from './focus.ts';
import { ContextMenu } from './ContextMenu.tsx';
import { DropOverlay } from './DropOverlay.tsx';
import { EngineBanner } from './EngineBanner.tsx';
import { ExportDialog } from './ExportDialog.tsx';
import { ExportRunDialog } from './ExportRunDialog.tsx';
import { GatherDialog } from './GatherDialog.tsx';
import { MarkDialog } from './MarkDialog.tsx';
import { NoticeBar } from './NoticeBar.tsx';
import { OpeningDialog } from './OpeningDialog.tsx';
import { Shortcuts } from './Shortcuts.tsx';
import { StatusBar } from './StatusBar.tsx';
import { TopBar } from './TopBar.tsx';
import { TroubleBanners } from './TroubleBanners.tsx';
import { WindowTitle } from './WindowTitle.tsx';
import { Workspace } from './Workspace.tsx';
import './shell.css';

export function App({ mac }: { readonly mac: boolean }) {
  const workbench = useWorkbench();
  const overlay = useStore(workbench.overlay);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // A dialog that records keys gets them first.
      if (document.querySelector('[data-takes-keys]') !== null) return;
      if (runKeys(workbench, event, keyFocus(), mac)) event.preventDefault();
    };
    // Before widgets: an editor or a grid must not consume Ctrl+G. Actions on the cursor declare where their keys work.
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [workbench, mac]);
  return (
    <div className="shell">
      <TopBar />
      <div className="shell-middle">
        <ActivityRail />
        <main className="shell-main">
          <EngineBanner />
          <TroubleBanners />
          <NoticeBar />
          <Workspace />
        </main>
      </div>
      <StatusBar />
      <WindowTitle />
      <AddressCard />
      <AddressMenu />
      <ContextMenu />
      <DropOverlay />
      <MarkDialog />
      <OpeningDialog />
      <GatherDialog />
      <ExportDialog />
      <ExportRunDialog />
      {overlay === 'palette' ? <CommandPalette mac={mac} /> : null}
      {overlay === 'compare' ? <CompareChooser /> : null}
      {overlay === 'about' ? <About /> : null}
      {overlay === 'shortcuts' ? <Shortcuts mac={mac} /> : null}
    </div>
  );
}
