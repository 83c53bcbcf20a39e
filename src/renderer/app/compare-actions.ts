/** Actions of the active compare view. */
import { activeTab } from '../state/tabs.ts';
import type { Workbench } from '../workbench.ts';
import type { Action } from './action.ts';

export function compareActions({ places, differenceSteps, comparisons }: Workbench): readonly Action[] {
  const owner = (): string | undefined => {
    const tab = activeTab(places.tabs.get());
    return tab?.view === 'compare' ? tab.dump : undefined;
  };
  const canStep = (): boolean => differenceSteps.has(owner() ?? '');
  const step = (by: 1 | -1) => () => differenceSteps.step(owner() ?? '', by);
  return [
    { id: 'compare.next', title: 'Compare: next difference', keys: 'F7', enabled: canStep, run: step(1) },
    { id: 'compare.previous', title: 'Compare: previous difference', keys: 'Shift+F7', enabled: canStep, run: step(-1) },
    { id: 'compare.export', title: 'Compare: export the comparison…', enabled: () => owner() !== undefined, run: () => comparisons.exporting.set(owner()) },
  ];
}
