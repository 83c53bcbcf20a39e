/** Reports problems from outside the window: an engine that hangs, a file that has changed. */
import { useStore } from '../hooks/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import './banner.css';

function HungEngine() {
  const { engineWatch, shell, tell } = useWorkbench();
  if (useStore(engineWatch.silentSince) === undefined) return null;
  return (
    <div className="banner bad" role="alert" data-testid="engine-hangs">
      <Icon name="watch" />
      <span className="banner-words">
        <strong>The engine does not respond.</strong> It may be busy with something large, or hanging. If you restart it, your dumps are reopened at the same
        place.
      </span>
      <button type="button" className="button" onClick={() => void shell.call('restartEngine', {}).catch(tell)}>
        Start it again
      </button>
    </div>
  );
}

export function TroubleBanners() {
  const { fileWatch, dumps } = useWorkbench();
  const troubles = useStore(fileWatch.troubles);
  const all = useStore(dumps.all);
  return (
    <>
      <HungEngine />
      {all.map((dump) => {
        const trouble = troubles[dump.key];
        if (trouble === undefined) return null;
        return (
          <div key={dump.key} className="banner bad" role="alert" data-testid={`file-${trouble}`}>
            <Icon name="warning" />
            <span className="banner-words">
              <strong>
                <Hostile text={dump.name} /> {trouble === 'gone' ? 'no longer exists on the disk.' : 'has changed on the disk.'}
              </strong>{' '}
              {trouble === 'gone'
                ? 'What you see was read before; further reads may fail.'
                : 'What you see may come from the old file, the new one, or both: do not rely on it until you reopen the dump.'}
            </span>
            <button
              type="button"
              className="button"
              onClick={() => {
                fileWatch.accept(dump.key);
                dumps.retry(dump.key);
              }}
            >
              Open it again
            </button>
          </div>
        );
      })}
    </>
  );
}
