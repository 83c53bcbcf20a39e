/**
 * The registry of actions: what palette, menu and keys start ("command" means one of the command line; docs/GLOSSARY.md). Ids are
 * stable: the native menu sends them, the palette and the keyboard map show them, and users bind keys to them.
 */
import { attachmentKinds, attachmentTitles } from '../../shared/attachment.ts';
import { defined } from '../../shared/defined.ts';
import { exportFormats } from '../state/catalogue.ts';
import { isRunning } from '../state/jobs.ts';
import { views } from '../views/index.ts';
import { isFor } from '../views/view.ts';
import type { Workbench } from '../workbench.ts';
import { focusGoTo, focusNextPane, focusRecents } from './focus.ts';
import { keysWork, matchesKeys, writesText, type KeyFocus, type KeyPress } from './keymap.ts';
import { addressActions } from './address-actions.ts';
import { compareActions } from './compare-actions.ts';
import { exportActions } from './export-actions.ts';
import { hexActions } from './hex-actions.ts';
import { noteActions } from './note-actions.ts';
import { knownIssueActions } from './known-issue-actions.ts';
import { recentActions } from './recent-actions.ts';
import { screenActions } from './screen-actions.ts';
import { paneActions } from './pane-actions.ts';
import { tabActions } from './tab-actions.ts';
import { undoActions } from './undo-actions.ts';
import type { Action } from './action.ts';

/** All current actions of a workbench: some depend on dumps and jobs. Keys are the ones that the user chose. */
export function actionsOf(workbench: Workbench): readonly Action[] {
  const chosen = workbench.keys.get();
  return allActions(workbench).map(({ keys, ...action }) => {
    const own = chosen[action.id] ?? keys;
    return own === undefined || own === '' ? action : { ...action, keys: own };
  });
}

function allActions(workbench: Workbench): readonly Action[] {
  const { places, dumps, dumpJobs, jobs, overlay } = workbench;
  const current = (): string | undefined => places.tabs.get().dump;
  const hasDump = (): boolean => {
    const key = current();
    return key !== undefined && dumps.find(key)?.phase.kind === 'open';
  };
  const hasAttached = (): boolean => hasDump() && (dumps.find(current() ?? '')?.triage?.info.kernel.attached ?? []).length > 0;
  const onDump = (run: (key: string) => void) => () => {
    const key = current();
    if (key !== undefined) run(key);
  };
  return [
    { id: 'file.open', title: 'Open dumps…', keys: 'Ctrl+O', run: workbench.chooseDumps },
    { id: 'file.openRecent', title: 'Open a recent dump…', keys: 'Ctrl+R', enabled: () => workbench.recents.get().length > 0, run: focusRecents },
    { id: 'file.openFolder', title: 'Open the dumps in a folder…', run: workbench.chooseFolders },
    { id: 'file.openWith', title: 'Open with volumes or view…', keys: 'Ctrl+Shift+O', run: () => workbench.openingDraft.set({ paths: [] }) },
    { id: 'file.samples', title: 'Open the sample dumps', run: workbench.openSamples },
    { id: 'app.palette', title: 'Command palette', keys: 'Ctrl+Shift+P', run: () => overlay.update((now) => (now === 'palette' ? undefined : 'palette')) },
    { id: 'app.goTo', title: 'Go to address', keys: 'Ctrl+G', enabled: () => current() !== undefined, run: focusGoTo },
    { id: 'app.shortcuts', title: 'Keyboard shortcuts', keys: 'F1', run: () => overlay.update((now) => (now === 'shortcuts' ? undefined : 'shortcuts')) },
    { id: 'app.about', title: 'About Dumpbench, and licences', run: () => overlay.set('about') },
    { id: 'app.nextPane', title: 'Focus next pane', keys: 'F6', run: () => focusNextPane(1) },
    { id: 'app.previousPane', title: 'Focus previous pane', keys: 'Shift+F6', run: () => focusNextPane(-1) },
    { id: 'history.back', title: 'Back', keys: 'Alt+Left', enabled: () => places.history.get().past.length > 0, run: places.back },
    { id: 'history.forward', title: 'Forward', keys: 'Alt+Right', enabled: () => places.history.get().future.length > 0, run: places.forward },
    ...views.map((view, index) => ({
      id: `view.${view.id}`,
      title: `Show ${view.title}`,
      ...defined({ keys: view.ofWindow ? view.keys : index < 9 ? `Ctrl+${index + 1}` : undefined }),
      enabled: () => (view.ofWindow || current() !== undefined) && isFor(view, dumps.find(current() ?? '')),
      run: () => places.show(view.id),
    })),
    ...tabActions(workbench),
    ...undoActions(workbench),
    ...paneActions(workbench),
    ...screenActions(workbench),
    ...knownIssueActions(workbench),
    ...noteActions(workbench),
    ...hexActions(workbench),
    ...compareActions(workbench),
    ...addressActions(workbench),
    ...attachmentKinds.map((kind) => ({
      id: `dump.attach.${kind}`,
      title: `Attach: ${attachmentTitles[kind]}…`,
      enabled: hasDump,
      run: onDump((key) => dumpJobs.attach(key, kind)),
    })),
    { id: 'dump.detach', title: 'Detach all attached files', enabled: hasAttached, run: onDump((key) => dumpJobs.detach(key)) },
    { id: 'dump.verify', title: 'Verify everything (full scan)', enabled: hasDump, run: onDump(dumpJobs.verify) },
    { id: 'dump.index', title: 'Build or resume the page index', enabled: hasDump, run: onDump(dumpJobs.index) },
    ...exportActions(workbench),
    ...exportFormats(workbench.catalogue.get()).map((format) => ({
      id: `dump.export.${format.id}`,
      title: `Export: ${format.title}…`,
      enabled: hasDump,
      run: onDump((key) => dumpJobs.hand(key, format)),
    })),
    ...jobs.all
      .get()
      .filter(isRunning)
      .map((job) => ({ id: `job.cancel.${job.id}`, title: `Cancel: ${job.title}, ${job.dumpName}`, run: () => jobs.cancel(job.id) })),
    ...recentActions(workbench),
    ...dumps.all.get().map((dump) => ({ id: `dump.show.${dump.key}`, title: `Go to dump: ${dump.name}`, run: () => places.show('overview', dump.key) })),
  ];
}

const isOn = (action: Action): boolean => action.enabled?.() ?? true;

/** The actions that the palette offers now. */
export const offeredActions = (workbench: Workbench): readonly Action[] => actionsOf(workbench).filter(isOn);

/** Runs an action by its id; does nothing if it is unknown or not possible now. */
export function runAction(workbench: Workbench, id: string): void {
  const action = actionsOf(workbench).find((one) => one.id === id);
  if (action !== undefined && isOn(action)) action.run();
}

/** Runs the action of a key press. Returns whether there is one for the current focus: the press is then consumed. */
export function runKeys(workbench: Workbench, press: KeyPress, focus: KeyFocus, mac: boolean): boolean {
  if (writesText(press, focus, mac)) return false;
  const action = actionsOf(workbench).find(({ keys, keysIn }) => keys !== undefined && keysWork(keysIn, focus) && matchesKeys(press, keys, mac));
  if (action === undefined) return false;
  if (isOn(action)) action.run();
  return true;
}
