/** The window's settings. Every change applies immediately, and at the next start. */
import { densities, fontChoices, rowLengths, themes, zoomFactors } from '../../../shared/shell-protocol.ts';
import { useStore } from '../../hooks/use-store.ts';
import { chooseKnownIssues, forgetKnownIssues } from '../../state/known-issues.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { plural } from '../../words/numbers.ts';
import { densityTitles, fontTitles, themeTitles } from '../../words/preferences.ts';
import { useWorkbench } from '../../workbench.ts';
import { CacheSettings } from './CacheSettings.tsx';
import { Choice } from './Choice.tsx';
import './settings.css';

type Ebcdic = 'machine' | 'always' | 'never';
const ebcdicTitles: Readonly<Record<Ebcdic, string>> = { machine: 'If the machine uses it', always: 'Always', never: 'Never' };
const ebcdicChoices = ['machine', 'always', 'never'] as const;
const ebcdicOf = (shown: boolean | undefined): Ebcdic => (shown === undefined ? 'machine' : shown ? 'always' : 'never');

function Looks() {
  const { preferences, themes: shown } = useWorkbench();
  const { chosen } = useStore(shown.state);
  const factor = useStore(preferences.zoomFactor);
  const factors = zoomFactors.includes(factor) ? zoomFactors : [...zoomFactors, factor].sort((left, right) => left - right);
  return (
    <section aria-labelledby="settings-looks">
      <h2 id="settings-looks">Appearance</h2>
      <Choice name="theme" title="Theme" value={chosen} choices={themes} words={(one) => themeTitles[one]} onChoose={preferences.chooseTheme} />
      <Choice
        name="density"
        title="Density"
        about="Amount of space around text."
        value={useStore(preferences.density)}
        choices={densities}
        words={(one) => densityTitles[one]}
        onChoose={preferences.chooseDensity}
      />
      <div className="setting">
        <label htmlFor="settings-zoom">Scale</label>
        <select
          id="settings-zoom"
          className="select"
          value={factor}
          onChange={(event) => preferences.zoom(Number(event.currentTarget.value))}
          data-testid="settings-zoom"
        >
          {factors.map((one) => (
            <option key={one} value={one}>
              {Math.round(one * 100)} %
            </option>
          ))}
        </select>
      </div>
      <Choice
        name="fonts"
        title="Fonts"
        value={useStore(preferences.fonts)}
        choices={fontChoices}
        words={(one) => fontTitles[one]}
        onChoose={preferences.chooseFonts}
      />
      <p className="dim setting-note">The system settings for increased contrast and reduced motion also apply.</p>
    </section>
  );
}

function Bytes() {
  const { preferences } = useWorkbench();
  const rows = useStore(preferences.hexRows);
  return (
    <section aria-labelledby="settings-bytes">
      <h2 id="settings-bytes">Hex</h2>
      <Choice
        name="row-bytes"
        title="Bytes per row"
        value={rows.bytes}
        choices={rowLengths}
        words={String}
        onChoose={(bytes) => preferences.chooseHexRows({ ...rows, bytes })}
      />
      <Choice
        name="ebcdic"
        title="Text in EBCDIC (code page 1047)"
        value={ebcdicOf(rows.ebcdic)}
        choices={ebcdicChoices}
        words={(one) => ebcdicTitles[one]}
        onChoose={(one) => preferences.chooseHexRows({ bytes: rows.bytes, ...(one === 'machine' ? {} : { ebcdic: one === 'always' }) })}
      />
    </section>
  );
}

function KnownIssues() {
  const workbench = useWorkbench();
  const kept = useStore(workbench.knownIssues);
  return (
    <section aria-labelledby="settings-issues">
      <h2 id="settings-issues">Known issues</h2>
      <p className="dim">A file of known issues (JSON Lines). Reports list those that match a dump. The file is read at each start and never changed.</p>
      <p data-testid="settings-issues">
        {kept === undefined ? (
          'No file is used.'
        ) : (
          <>
            {plural(kept.issues?.length ?? 0, 'issue')} of{' '}
            <span className="code selectable">
              <Hostile text={kept.path} />
            </span>
          </>
        )}
      </p>
      <div className="settings-buttons">
        <button type="button" className="button" onClick={() => chooseKnownIssues(workbench)}>
          Choose a file…
        </button>
        <button type="button" className="button" disabled={kept === undefined} onClick={() => forgetKnownIssues(workbench)}>
          Stop using the file
        </button>
      </div>
    </section>
  );
}

export function SettingsView() {
  const { overlay } = useWorkbench();
  return (
    <div className="view settings">
      <h1>Settings</h1>
      <Looks />
      <Bytes />
      <CacheSettings />
      <KnownIssues />
      <section aria-labelledby="settings-keys">
        <h2 id="settings-keys">Keys</h2>
        <div className="settings-buttons">
          <button type="button" className="button" onClick={() => overlay.set('shortcuts')}>
            Show and change keyboard shortcuts…
          </button>
        </div>
      </section>
    </div>
  );
}
