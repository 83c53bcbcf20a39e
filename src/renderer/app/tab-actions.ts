/** Actions on tabs, and on the dump of the one in front. */
import { closeLot, copyPath, showInFolder, tabsToClose } from './dock/tab-menu.ts';
import type { Workbench } from '../workbench.ts';
import type { Action } from './action.ts';

export function tabActions(workbench: Workbench): readonly Action[] {
  const { places, dumps, closedTabs, closeDump } = workbench;
  const active = (): string => places.tabs.get().active ?? '';
  const many = (): boolean => places.tabs.get().open.length > 1;
  const close = (lot: Parameters<typeof closeLot>[2]) => ({
    enabled: () => places.tabs.get().active !== undefined && tabsToClose(workbench, active(), lot).length > 0,
    run: () => closeLot(workbench, active(), lot),
  });
  const hasDump = (): boolean => places.tabs.get().dump !== undefined;
  const onPath = (run: (from: Workbench, path: string) => void) => () => {
    const dump = dumps.find(places.tabs.get().dump ?? '');
    if (dump !== undefined) run(workbench, dump.path);
  };
  return [
    { id: 'tab.next', title: 'Next tab', keys: 'Ctrl+PageDown', enabled: many, run: () => places.step(1) },
    { id: 'tab.previous', title: 'Previous tab', keys: 'Ctrl+PageUp', enabled: many, run: () => places.step(-1) },
    { id: 'tab.close', title: 'Close tab', keys: 'Ctrl+W', ...close('this') },
    { id: 'tab.closeOthers', title: 'Close other tabs of this pane', ...close('others') },
    { id: 'tab.closeRight', title: 'Close tabs to the right', ...close('right') },
    { id: 'tab.closeAll', title: 'Close all tabs of this pane', ...close('all') },
    { id: 'tab.reopen', title: 'Reopen closed tab', keys: 'Ctrl+Shift+T', enabled: () => closedTabs.count.get() > 0, run: closedTabs.reopen },
    { id: 'file.close', title: 'Close dump', keys: 'Ctrl+Shift+W', enabled: hasDump, run: () => closeDump(places.tabs.get().dump ?? '') },
    { id: 'file.copyPath', title: 'Copy the path of the dump', enabled: hasDump, run: onPath(copyPath) },
    { id: 'file.showInFolder', title: 'Show the dump in its folder', enabled: hasDump, run: onPath(showInFolder) },
  ];
}
