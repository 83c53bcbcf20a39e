/** What a tab offers: closing, splitting, and its dump's file. */
import { paneOf } from '../../state/dock-layout.ts';
import type { ContextItem } from '../../state/context-menu.ts';
import type { Tab } from '../../state/tabs.ts';
import { plural } from '../../words/numbers.ts';
import type { Workbench } from '../../workbench.ts';
import { tabTitle } from './tab-title.ts';

type Lot = 'this' | 'others' | 'right' | 'all';

/** The tabs that a close item affects, in the pane of a tab. */
export function tabsToClose({ places, dock }: Pick<Workbench, 'places' | 'dock'>, id: string, lot: Lot): readonly Tab[] {
  const layout = dock.settled();
  const row = (layout === undefined ? undefined : paneOf(layout, id))?.tabs ?? places.tabs.get().open.filter((tab) => tab.id === id);
  const at = row.findIndex((tab) => tab.id === id);
  const chosen = { this: row.slice(at, at + 1), others: row.filter((tab) => tab.id !== id), right: row.slice(at + 1), all: row };
  return chosen[lot];
}

export function closeLot(workbench: Pick<Workbench, 'places' | 'dock' | 'closedTabs'>, id: string, lot: Lot): void {
  const tabs = tabsToClose(workbench, id, lot);
  const [first] = tabs;
  if (first === undefined) return;
  workbench.closedTabs.close(
    tabs.map((tab) => tab.id),
    tabs.length === 1 ? `Closed ${tabTitle(first)}` : `Closed ${plural(tabs.length, 'tab')}`,
  );
}

export function copyPath({ shell, notice, tell }: Pick<Workbench, 'shell' | 'notice' | 'tell'>, path: string): void {
  shell.call('copyText', { text: path }).then(() => notice.set({ tone: 'plain', text: `Copied: ${path}` }), tell);
}

export const showInFolder = ({ shell, tell }: Pick<Workbench, 'shell' | 'tell'>, path: string): void => void shell.call('showInFolder', { path }).catch(tell);

function tabItems(workbench: Workbench, tab: Tab): readonly ContextItem[] {
  const { places, dock, dumps, closeDump, closedTabs } = workbench;
  const close = (label: string, lot: Lot): ContextItem => ({
    label,
    enabled: tabsToClose(workbench, tab.id, lot).length > 0,
    run: () => closeLot(workbench, tab.id, lot),
  });
  const inPane = (label: string, run: () => void): ContextItem => ({
    label,
    run: () => {
      places.activate(tab.id);
      run();
    },
  });
  const dump = tab.dump === undefined ? undefined : dumps.find(tab.dump);
  return [
    close('Close', 'this'),
    close('Close others', 'others'),
    close('Close to the right', 'right'),
    close('Close all in this pane', 'all'),
    { label: 'Reopen closed tab', enabled: closedTabs.count.get() > 0, run: closedTabs.reopen },
    inPane('Split right', () => dock.widget()?.split('right')),
    inPane('Split down', () => dock.widget()?.split('down')),
    inPane('Maximize or restore this pane', () => dock.widget()?.toggleMaximized()),
    ...(dump === undefined
      ? []
      : [
          { label: 'Copy the path of the dump', run: () => copyPath(workbench, dump.path) },
          { label: 'Show the dump in its folder', run: () => showInFolder(workbench, dump.path) },
          { label: 'Close the dump', run: () => closeDump(dump.key) },
        ]),
  ];
}

/** @param at where it opens */
export function openTabMenu(workbench: Workbench, id: string, at: { readonly left: number; readonly top: number }): void {
  const tab = workbench.places.tabs.get().open.find((one) => one.id === id);
  if (tab !== undefined) workbench.contextMenu.set({ left: at.left, top: at.top, items: tabItems(workbench, tab) });
}
