/** The page without a dump: how to open one. */
import { useStore } from '../hooks/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { fileName } from '../state/open-dump.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { IconButton } from '../widgets/IconButton.tsx';
import './first-run.css';

const badges = {
  passed: { icon: 'pass', tone: 'ok', word: 'checks passed' },
  failed: { icon: 'error', tone: 'bad', word: 'a check failed' },
  unknown: { icon: 'circle-large', tone: 'plain', word: 'nothing checked' },
};

export function FirstRun() {
  const { catalogue, chooseDumps, openingDraft, openSamples, openPaths, forgetRecent, recents } = useWorkbench();
  const list = useStore(recents);
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
            or drop files anywhere in this window
            <span className="dim"> · {formats.map(({ title }) => title).join(', ')}; of a volume set any one file does, or </span>
            <button type="button" className="link" onClick={() => openingDraft.set({ paths: [] })}>
              name its files one by one
            </button>
          </span>
        </p>
        <section aria-label="Recent dumps" className="first-run-recents">
          <h2 className="caption">Recent</h2>
          {list.length === 0 ? <p className="dim">Dumps that you open appear here with the result of their checks.</p> : null}
          <ul data-testid="recents">
            {list.map((recent) => {
              const badge = badges[recent.health];
              return (
                <li key={recent.path} className="recent">
                  <button type="button" className="recent-choice" onClick={() => openPaths([recent.path])}>
                    <span className={`tone-${badge.tone}`} title={badge.word}>
                      <Icon name={badge.icon} />
                      <span className="unseen">{badge.word}: </span>
                    </span>
                    <span className="recent-name cut">
                      <Hostile text={fileName(recent.path)} />
                    </span>
                    <span className="recent-title cut">
                      <Hostile text={recent.title} />
                    </span>
                    <span className="recent-path cut dim">
                      <Hostile text={recent.path} title />
                    </span>
                  </button>
                  <IconButton icon="close" label={`Forget ${fileName(recent.path)}`} onPress={() => forgetRecent(recent.path)} />
                </li>
              );
            })}
          </ul>
        </section>
        <p className="first-run-promise dim">
          <Icon name="lock-small" /> Dumps are opened read-only and never sent anywhere.
        </p>
      </div>
    </div>
  );
}
