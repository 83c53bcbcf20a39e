/** Describes the program, its components and their licences. All texts are on disk. */
import { useEffect, useState } from 'react';
import { useStore } from '../hooks/use-store.ts';
import { Dialog } from '../widgets/dialog/Dialog.tsx';
import { useWorkbench } from '../workbench.ts';
import { loadLicences, type Licence } from './licences.ts';
import './about.css';

export function About() {
  const { overlay, versions } = useWorkbench();
  const known = useStore(versions);
  const [licences, setLicences] = useState<readonly Licence[]>([]);
  const [wrong, setWrong] = useState<string>();
  const [chosen, setChosen] = useState(0);
  useEffect(() => {
    loadLicences().then(setLicences, (error: unknown) => setWrong(error instanceof Error ? error.message : String(error)));
  }, []);
  const shown = licences[chosen];
  return (
    <Dialog title={`Dumpbench ${known?.dumpbench ?? ''}`} testId="about" size="wide" error={wrong} onClose={() => overlay.set(undefined)}>
      <p className="dim">
        A workbench for Linux kernel crash dumps. Evidence is opened read-only; nothing is sent anywhere.
        {known === undefined ? null : (
          <>
            <br />
            Electron {known.electron} · Chromium {known.chromium} · Node {known.node}
          </>
        )}
      </p>
      <h3 className="caption">Third-party packages</h3>
      <div className="about-licences">
        <ul className="about-list" data-testid="licences">
          {licences.map(({ name, version, licence }, at) => (
            <li key={`${name} ${version}`}>
              <button
                type="button"
                className={at === chosen ? 'about-package chosen' : 'about-package'}
                aria-pressed={at === chosen}
                onClick={() => setChosen(at)}
              >
                <span className="cut">{name}</span>
                <span className="dim">{version}</span>
                <span className="dim cut">{licence}</span>
              </button>
            </li>
          ))}
        </ul>
        {/* It scrolls, so it must be focusable. */}
        <pre className="about-text code selectable" tabIndex={0} aria-label={`Licence of ${shown?.name ?? ''}`} data-testid="licence-text">
          {shown?.text}
        </pre>
      </div>
      <p className="dim">For Chromium and its parts, see LICENSES.chromium.html in the program folder.</p>
    </Dialog>
  );
}
