/** The page without a dump: how to open one. */
import { useStore } from '../hooks/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { Icon } from '../widgets/Icon.tsx';
import { RecentList } from './RecentList.tsx';
import './first-run.css';

export function FirstRun() {
  const { catalogue, chooseDumps, chooseFolders, openingDraft, openSamples } = useWorkbench();
  const { formats } = useStore(catalogue);
  return (
    <div className="first-run" data-testid="first-run" data-pane="view">
      <div className="first-run-page">
        <h1>Open a kernel crash dump</h1>
        <p className="dim">What it is, whether it can be trusted, and why the system stopped: within a second, without debuginfo, without network.</p>
        <div className="first-run-actions">
          <button type="button" className="button primary" onClick={chooseDumps} data-testid="open-button" data-pane-focus>
            <Icon name="folder-opened" /> Open dumps… <kbd>Ctrl O</kbd>
          </button>
          <button type="button" className="button" onClick={openSamples} data-testid="samples-button">
            <Icon name="beaker" /> Open the bundled samples
          </button>
        </div>
        <p className="first-run-drop">
          <Icon name="desktop-download" />
          <span>
            or drop files and folders anywhere in this window
            <span className="dim"> · {formats.map(({ title }) => title).join(', ')}; of a volume set any one file does, or </span>
            <button type="button" className="link" onClick={() => openingDraft.set({ paths: [] })}>
              name its files one by one
            </button>
            <span className="dim"> · </span>
            <button type="button" className="link" onClick={chooseFolders}>
              choose a folder
            </button>
          </span>
        </p>
        <section aria-label="Recent dumps" className="first-run-recents">
          <h2 className="caption">Recent</h2>
          <RecentList />
        </section>
        <p className="first-run-promise dim">
          <Icon name="lock-small" /> Dumps are opened read-only and never sent anywhere.
        </p>
      </div>
    </div>
  );
}
