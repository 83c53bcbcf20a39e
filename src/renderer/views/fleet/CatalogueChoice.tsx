/** Choice of the catalogue to open, and the reason if one could not be opened. */
import { useId, useState, type SyntheticEvent } from 'react';
import { visibleText } from '../../../shared/visible-text.ts';
import type { FleetFailure, FleetState } from '../../state/fleet.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { IconButton } from '../../widgets/IconButton.tsx';
import { advice, isServer } from './fleet-words.ts';

function Opening({ where }: { readonly where: string | undefined }) {
  const { fleet } = useWorkbench();
  return (
    <section className="card fleet-choice" role="status" data-testid="fleet-opening">
      <p>
        <Icon name="loading" spin /> Opening {where === undefined ? 'the default catalogue' : 'the catalogue'}…
      </p>
      <p className="dim">Opening a catalogue in a folder takes a few seconds unless another process already has it open.</p>
      <button type="button" className="button" onClick={fleet.close}>
        Cancel
      </button>
    </section>
  );
}

function Failure({ problem, message }: FleetFailure) {
  return (
    <div className="fleet-failure" role="alert" data-testid="fleet-failure" data-problem={problem ?? 'other'}>
      <p className="tone-bad selectable">
        <Hostile text={message} />
      </p>
      <p className="dim">{problem === undefined ? 'The catalogue was closed. Saved changes are kept.' : advice[problem]}</p>
    </div>
  );
}

function Recent() {
  const { fleet } = useWorkbench();
  const places = useStore(fleet.places);
  if (places.length === 0) return null;
  return (
    <section aria-label="Recent catalogues">
      <h2 className="caption">Recent catalogues</h2>
      <ul className="fleet-recent">
        {places.map((place) => (
          <li key={place}>
            <Icon name={isServer(place) ? 'server' : 'folder'} />
            <button type="button" className="link cut" onClick={() => void fleet.open(place)}>
              <Hostile text={place} title />
            </button>
            <IconButton icon="close" label={`Forget ${visibleText(place)}`} onPress={() => fleet.forgetPlace(place)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

export function CatalogueChoice({ state }: { readonly state: Exclude<FleetState, { readonly phase: 'open' }> }) {
  const { fleet, shell, tell } = useWorkbench();
  const failure = state.phase === 'closed' ? state.failure : undefined;
  const [where, setWhere] = useState(failure?.where ?? '');
  const [password, setPassword] = useState('');
  const [id] = [useId()];
  if (state.phase === 'opening') return <Opening where={state.where} />;
  const connect = (event: SyntheticEvent): void => {
    event.preventDefault();
    void fleet.open(where.trim(), isServer(where.trim()) && password !== '' ? password : undefined);
    setPassword('');
  };
  const chooseFolder = async (): Promise<void> => {
    const { path } = await shell.call('chooseCatalogue', {});
    if (path !== undefined) await fleet.open(path);
  };
  return (
    <section className="card fleet-choice" aria-labelledby={`${id}-title`} data-testid="fleet-choice">
      <h1 id={`${id}-title`}>Open the catalogue of a fleet</h1>
      <p className="dim">
        A catalogue holds what is known about many dumps: how often each crash occurred, and on which machines and releases. It is filled on the command line,
        by <span className="code">dumpbench fleet</span>.
      </p>
      {failure === undefined ? null : <Failure {...failure} />}
      <div className="fleet-ways">
        <button
          type="button"
          className="button primary"
          title="The command line's default: DUMPBENCH_FLEET_URL, or else the one in your data folder"
          onClick={() => void fleet.open(undefined)}
          data-testid="fleet-usual"
        >
          Open the default catalogue
        </button>
        <button type="button" className="button" onClick={() => void chooseFolder().catch(tell)} data-testid="fleet-folder">
          Choose a folder…
        </button>
      </div>
      <form className="fleet-address" onSubmit={connect}>
        <label htmlFor={`${id}-where`}>Server address or folder</label>
        <input
          id={`${id}-where`}
          className="input code"
          placeholder="postgres://USER@HOST/DATABASE"
          spellCheck={false}
          autoComplete="off"
          value={where}
          onChange={(event) => setWhere(event.currentTarget.value)}
          data-testid="fleet-where"
        />
        {isServer(where) ? (
          <>
            <label htmlFor={`${id}-password`}>Password</label>
            <input
              id={`${id}-password`}
              className="input"
              type="password"
              autoComplete="off"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              data-testid="fleet-password"
            />
            <p className="dim">Sent only to the server and never stored. If left empty, PGPASSFILE (~/.pgpass) and PGPASSWORD are used.</p>
          </>
        ) : null}
        <button type="submit" className="button" disabled={where.trim() === ''} data-testid="fleet-connect">
          {isServer(where) ? 'Connect' : 'Open'}
        </button>
      </form>
      <Recent />
    </section>
  );
}
