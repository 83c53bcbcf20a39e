/** Reports that the engine stopped, is being restarted, and is running again. */
import { useEffect, useState } from 'react';
import { useStore } from '../hooks/use-store.ts';
import { plural } from '../words/numbers.ts';
import { useWorkbench } from '../workbench.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { IconButton } from '../widgets/IconButton.tsx';
import './banner.css';

/** Main restarts it automatically; if that does not happen within this time, it has given up. */
const giveUpMs = 3000;
const backForMs = 6000;

export function EngineBanner() {
  const { engine, shell, dumps, tell } = useWorkbench();
  const status = useStore(engine.status);
  const all = useStore(dumps.all);
  const [stalled, setStalled] = useState(false);
  const [dismissed, setDismissed] = useState(0);
  const [seen, setSeen] = useState(status.generation);
  const down = status.state !== 'ready' && status.generation > 0;
  const back = status.state === 'ready' && status.generation > 1 && status.generation !== dismissed;
  const opened = all.filter(({ phase }) => phase.kind === 'open').length;

  if (seen !== status.generation) {
    setSeen(status.generation);
    setStalled(false);
  }
  useEffect(() => {
    if (!down) return undefined;
    const timer = setTimeout(() => setStalled(true), giveUpMs);
    return () => clearTimeout(timer);
  }, [down]);
  useEffect(() => {
    if (!back) return undefined;
    const timer = setTimeout(() => setDismissed(status.generation), backForMs);
    return () => clearTimeout(timer);
  }, [back, status.generation]);

  if (down) {
    return (
      <div className="banner bad" role="alert" data-testid="engine-banner">
        <Icon name="debug-disconnect" />
        <span className="banner-words">
          <strong>{status.reason === undefined ? 'The engine stopped.' : 'The engine stopped:'}</strong>{' '}
          <Hostile text={status.reason === undefined ? '' : `${status.reason}.`} />{' '}
          {stalled ? 'It could not be restarted automatically.' : 'It is being restarted; your dumps will be reopened at the same place.'}
        </span>
        {stalled ? (
          <button type="button" className="button" onClick={() => void shell.call('restartEngine', {}).catch(tell)} data-testid="engine-restart">
            Start it again
          </button>
        ) : null}
      </div>
    );
  }
  if (back) {
    return (
      <div className="banner plain" role="status" data-testid="engine-banner">
        <Icon name="debug-connected" />
        <span className="banner-words">
          <strong>The engine was restarted.</strong> {opened === all.length ? `${plural(opened, 'dump')} reopened at the same place.` : 'Reopening the dumps…'}
        </span>
        <IconButton icon="close" label="Dismiss" onPress={() => setDismissed(status.generation)} />
      </div>
    );
  }
  return null;
}
