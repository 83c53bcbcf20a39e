/** The page without a dump: how to open one, which formats are supported, and recent dumps. */
import { useStore } from '../hooks/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { Icon } from '../widgets/Icon.tsx';
import { RecentList } from './RecentList.tsx';
import { SampleList } from './SampleList.tsx';
import './first-run.css';

const keys = [
  ['Ctrl Shift P', 'all actions, by name'],
  ['Ctrl G', 'go to an address, a symbol, or a task'],
  ['F1', 'all keyboard shortcuts, and how to change them'],
  ['Ctrl ,', 'theme, size, and other settings'],
] as const;

function Begin() {
  const { chooseDumps, chooseFolders, openingDraft } = useWorkbench();
  return (
    <>
      <h1>Open a kernel crash dump</h1>
      <p className="dim">See what it is, whether it can be trusted, and why the system stopped: within a second, without debuginfo or network access.</p>
      <div className="first-run-actions">
        <button type="button" className="button primary" onClick={chooseDumps} data-testid="open-button" data-pane-focus>
          <Icon name="folder-opened" /> Open dumps… <kbd>Ctrl O</kbd>
        </button>
        <button type="button" className="button" onClick={chooseFolders}>
          Choose a folder…
        </button>
        <button type="button" className="button" onClick={() => openingDraft.set({ paths: [] })}>
          Choose files one by one…
        </button>
      </div>
      <p className="first-run-drop">
        <Icon name="desktop-download" />
        <span>
          Or drop files and folders anywhere in this window. <span className="dim">For a set of volumes, any one file is enough; the others are found.</span>
        </span>
      </p>
    </>
  );
}

function WhatOpens() {
  const { catalogue } = useWorkbench();
  const { formats } = useStore(catalogue);
  return (
    <section aria-labelledby="first-run-opens">
      <h2 className="caption" id="first-run-opens">
        Supported formats
      </h2>
      <dl className="first-run-formats" data-testid="what-opens">
        {formats.map(({ id, title, about }) => (
          <div key={id}>
            <dt>{title}</dt>
            <dd className="dim">{about}</dd>
          </div>
        ))}
      </dl>
      <p className="dim first-run-more">
        Packed files (.gz, .zst, .xz, .bz2), archives (.tar, .zip), disks and disk images can be opened directly. Damaged dumps open as far as possible.
      </p>
    </section>
  );
}

export function FirstRun() {
  return (
    <div className="first-run" data-testid="first-run" data-pane="view">
      <div className="first-run-page">
        <div className="first-run-begin">
          <Begin />
          <section aria-labelledby="first-run-recent">
            <h2 className="caption" id="first-run-recent">
              Recent
            </h2>
            <RecentList />
          </section>
          <section aria-labelledby="first-run-samples">
            <h2 className="caption" id="first-run-samples">
              No dump available? Try the samples
            </h2>
            <SampleList />
          </section>
          <p className="first-run-promise dim">
            <Icon name="lock-small" /> Dumps are opened read-only and never sent anywhere.
          </p>
        </div>
        <div className="first-run-about">
          <WhatOpens />
          <section aria-labelledby="first-run-keys">
            <h2 className="caption" id="first-run-keys">
              Useful shortcuts
            </h2>
            <dl className="first-run-keys">
              {keys.map(([key, words]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd className="dim">{words}</dd>
                </div>
              ))}
            </dl>
          </section>
        </div>
      </div>
    </div>
  );
}
