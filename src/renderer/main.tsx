/** Entry of the page: assembles the workbench before the page has finished loading, because that is when the engine's port arrives. */
// The base first: the components' styles build on it.
import './app/fonts.css';
import './app/tokens.css';
import './app/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { runAction } from './app/actions.ts';
import { linkEngine } from './engine/client.ts';
import { linkFleet } from './engine/fleet-client.ts';
import { openShell } from './shell/shell.ts';
import type { KeptText } from './state/comparisons.ts';
import { createFleet } from './state/fleet.ts';
import type { ScreenWishes } from './state/theme.ts';
import { createWorkbench, WorkbenchContext } from './workbench.ts';

const light = matchMedia('(prefers-color-scheme: light)');
const contrast = matchMedia('(prefers-contrast: more)');
const wishes = (): ScreenWishes => ({ light: light.matches, moreContrast: contrast.matches });

const engine = linkEngine(window);
const shell = openShell(window);
/** A text that is restored at the next start. */
const keptText = (name: string): KeptText => ({
  read: () => localStorage.getItem(name) ?? undefined,
  write: (text) => localStorage.setItem(name, text),
});
const fleet = createFleet(linkFleet(window, shell), keptText('fleetPlaces'));
const workbench = createWorkbench(engine, shell, wishes(), keptText('ignoreRules'), fleet);

const showTheme = (): void => {
  document.documentElement.dataset.theme = workbench.themes.state.get().shown;
  document.documentElement.dataset.fonts = workbench.preferences.fonts.get();
  document.documentElement.dataset.density = workbench.preferences.density.get();
};
showTheme();
workbench.themes.state.subscribe(showTheme);
for (const store of [workbench.preferences.density, workbench.preferences.fonts]) store.subscribe(showTheme);
for (const query of [light, contrast]) query.addEventListener('change', () => workbench.themes.wishesChanged(wishes()));

window.addEventListener('pagehide', workbench.sessions.flush);

shell.onEvent((event) => {
  engine.onShellEvent(event);
  if (event.event === 'open') void workbench.openPaths(event.paths);
  if (event.event === 'action') runAction(workbench, event.action);
});

let mac = navigator.userAgent.includes('Mac OS X');
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const page = createRoot(root);
const render = (): void => {
  page.render(
    <StrictMode>
      <WorkbenchContext value={workbench}>
        <App mac={mac} />
      </WorkbenchContext>
    </StrictMode>,
  );
};
shell
  .call('start', {})
  .then((start) => {
    mac = start.platform === 'darwin';
    workbench.preferences.take(start);
    workbench.keys.set(start.keys);
    workbench.recents.set(start.recents);
    workbench.versions.set(start.versions);
    const { knownIssues, remarks } = start;
    if (knownIssues?.failure === undefined) workbench.knownIssues.set(knownIssues);
    const sentences = [...remarks, ...(knownIssues?.failure === undefined ? [] : [`known issues: ${knownIssues.failure}`])];
    if (sentences.length > 0) workbench.notice.set({ tone: 'plain', text: sentences.join('; ') });
    // Opens the requested files; without any, restores the last session.
    return start.paths.length > 0 ? workbench.openPaths(start.paths) : workbench.sessions.restoreLast();
  })
  .catch(workbench.tell)
  // The first frame is already correct: no flash of another theme, or of the page without dumps.
  .finally(render);
