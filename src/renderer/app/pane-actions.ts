/** Actions of the dock: everything that the pointer can do with tabs and panes. */
import { sideBySide, single, triageLayout, type Side } from '../state/dock-layout.ts';
import { handleOf } from '../state/open-dump.ts';
import type { Workbench } from '../workbench.ts';
import type { Action } from './action.ts';

const sides: readonly { readonly side: Side; readonly word: string; readonly key: string }[] = [
  { side: 'left', word: 'left', key: 'Left' },
  { side: 'right', word: 'right', key: 'Right' },
  { side: 'up', word: 'above', key: 'Up' },
  { side: 'down', word: 'below', key: 'Down' },
];
const splitKeys: Partial<Record<Side, string>> = { right: 'Ctrl+\\', down: 'Ctrl+Shift+|' };

type Beside = Pick<Workbench, 'dock' | 'comparisons' | 'dumps' | 'engine'>;

/**
 * Two dumps in columns of the same views, the older one on the left if both have a clock; the second dump is the one that the compare view of the
 * shown dump uses.
 */
export async function layOutBeside({ dock, comparisons, dumps, engine }: Beside, shown: string, other: string): Promise<void> {
  comparisons.change(shown, { right: other });
  const [left, right] = [shown, other].map((key) => {
    const dump = dumps.find(key);
    return dump === undefined ? undefined : handleOf(dump);
  });
  // A dump that is still being opened has no time yet: it stays where it is.
  const known = left === undefined || right === undefined ? undefined : await engine.call('compareTimes', { left, right }).catch(() => undefined);
  if (dumps.find(shown) === undefined || dumps.find(other) === undefined) return;
  const layout = known?.order === 'right-older' ? sideBySide(other, shown) : sideBySide(shown, other);
  dock.arrange(layout, 'Arranged two dumps side by side', `${shown}/overview`);
}

export function paneActions(workbench: Workbench): readonly Action[] {
  const { places, dock, dumps, overlay } = workbench;
  const open = (): boolean => places.tabs.get().open.length > 0;
  const split = (): boolean => (dock.widget()?.panes() ?? 0) > 1;
  const dump = (): string | undefined => places.tabs.get().dump;
  const others = (): readonly string[] => dumps.all.get().flatMap(({ key }) => (key === dump() ? [] : [key]));
  return [
    ...sides.map(({ side, word }) => ({
      id: `pane.split.${side}`,
      title: `Split: put this tab into a new pane ${side === 'left' || side === 'right' ? `on the ${word}` : word}`,
      ...(splitKeys[side] === undefined ? {} : { keys: splitKeys[side] }),
      enabled: open,
      run: () => dock.widget()?.split(side),
    })),
    ...sides.map(({ side, word, key }) => ({
      id: `pane.move.${side}`,
      title: `Move this tab to the pane ${side === 'left' || side === 'right' ? `on the ${word}` : word}`,
      keys: `Ctrl+Alt+Shift+${key}`,
      enabled: open,
      run: () => dock.widget()?.move(side),
    })),
    ...sides.map(({ side, word, key }) => ({
      id: `pane.focus.${side}`,
      title: `Focus the pane ${side === 'left' || side === 'right' ? `on the ${word}` : word}`,
      keys: `Ctrl+Alt+${key}`,
      enabled: split,
      run: () => dock.widget()?.focus(side),
    })),
    { id: 'pane.maximize', title: 'Maximize this pane, or show all again', keys: 'Ctrl+Shift+M', enabled: open, run: () => dock.widget()?.toggleMaximized() },
    {
      id: 'pane.newHex',
      title: 'Open another hex view to the side',
      keys: 'Ctrl+Shift+H',
      enabled: () => dump() !== undefined,
      run: () => {
        const key = dump();
        if (key === undefined) return;
        places.openGrid(key, places.position());
        dock.widget()?.split('right');
      },
    },
    {
      id: 'layout.triage',
      title: 'Layout: triage, facts and bytes side by side',
      enabled: () => dump() !== undefined,
      run: () => {
        const key = dump();
        if (key !== undefined) dock.arrange(triageLayout(key), 'Arranged for triage', `${key}/overview`);
      },
    },
    {
      id: 'layout.compare',
      title: 'Layout: compare, two dumps side by side',
      enabled: () => dump() !== undefined && others().length > 0,
      run: () => {
        const key = dump();
        const [other, ...more] = others();
        if (more.length > 0) overlay.set('compare');
        else if (key !== undefined && other !== undefined) void layOutBeside(workbench, key, other);
      },
    },
    {
      id: 'layout.single',
      title: 'Layout: all tabs in one pane',
      enabled: split,
      run: () => {
        const { open: tabs, active } = places.tabs.get();
        dock.arrange(single(tabs, active), 'Put all tabs into one pane', active);
      },
    },
  ];
}
