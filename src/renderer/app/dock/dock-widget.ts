/** Adapts dockview: tabs of the state become its panels, and changes to its panels become state. */
import type { DockviewApi, IDockviewPanel } from 'dockview-react';
import type { DockWidget } from '../../state/dock.ts';
import type { Side } from '../../state/dock-layout.ts';
import type { Places } from '../../state/places.ts';
import { cursorKey, type Tab } from '../../state/tabs.ts';
import { readGrid, writeGrid } from './dock-grid.ts';

export const panelComponent = 'view';

const positions = { left: 'left', right: 'right', up: 'top', down: 'bottom' } as const;

export interface LinkedDock extends DockWidget {
  /** Makes the panels match the state's tabs. */
  readonly sync: () => void;
  readonly dispose: () => void;
}

export interface DockEvents {
  /** Something moved, opened, closed or was resized. */
  readonly onChange: () => void;
  /** The user closed this tab. */
  readonly onClose: (tab: string) => void;
}

export function linkDock(api: DockviewApi, places: Places, { onChange, onClose }: DockEvents): LinkedDock {
  /** While the state is written into the widget, the widget's events carry no news. */
  let writing = false;
  const write = (change: () => void): void => {
    const before = writing;
    writing = true;
    try {
      change();
    } finally {
      writing = before;
    }
  };
  const findTab = (id: string): Tab | undefined => places.tabs.get().open.find((tab) => tab.id === id);

  /** A new tab goes to the pane that shows its dump. */
  const home = (tab: Tab): IDockviewPanel | undefined => {
    const own = (panel: IDockviewPanel | undefined): boolean => panel !== undefined && findTab(panel.id)?.dump === tab.dump;
    if (tab.dump === undefined || own(api.activePanel)) return api.activePanel;
    return api.groups.map((group) => group.activePanel).find(own) ?? api.panels.find(own) ?? api.activePanel;
  };
  const add = (tab: Tab): void => {
    const neighbour = home(tab);
    api.addPanel({
      id: tab.id,
      component: panelComponent,
      title: tab.id,
      ...(neighbour === undefined
        ? {}
        : { position: { referencePanel: neighbour, direction: 'within' as const, index: neighbour.group.panels.indexOf(neighbour) + 1 } }),
    });
  };

  const sync = (): void =>
    write(() => {
      const { open, active } = places.tabs.get();
      for (const panel of [...api.panels]) if (!open.some(({ id }) => id === panel.id)) api.removePanel(panel);
      for (const tab of open) if (api.getPanel(tab.id) === undefined) add(tab);
      const front = active === undefined ? undefined : api.getPanel(active);
      if (front !== undefined && api.activePanel !== front) front.api.setActive();
    });

  const announce = (): void => {
    places.ordered(api.groups.flatMap((group) => group.panels.map(({ id }) => id)));
    onChange();
  };
  const listening = [
    places.tabs.subscribe(sync),
    ...[
      api.onDidActivePanelChange(({ panel }) => {
        if (!writing && panel !== undefined) places.activate(panel.id);
      }),
      api.onDidRemovePanel(({ id }) => {
        if (writing) return;
        // A move is reported as a removal and an addition.
        queueMicrotask(() => {
          if (api.getPanel(id) === undefined) onClose(id);
        });
      }),
      api.onDidLayoutChange(() => {
        if (!writing) announce();
      }),
    ].map((one) => () => one.dispose()),
  ];

  const onActive = (act: (panel: IDockviewPanel) => void): void => {
    if (api.activePanel !== undefined) act(api.activePanel);
  };
  const beside = (panel: IDockviewPanel, side: Side): DockviewApi['groups'][number] | undefined => {
    const found = api.adjacentGroupInDirection(panel.group, side);
    return found === undefined ? undefined : api.groups.find(({ id }) => id === found.id);
  };
  const split = (side: Side): void =>
    onActive((panel) => {
      const tab = findTab(panel.id);
      // A pane with a single tab cannot be split by moving it; a hex grid gets a second one next to it.
      if (panel.group.panels.length > 1) panel.api.moveTo({ group: panel.group, position: positions[side] });
      else if (tab?.dump !== undefined && tab.view === 'hex') {
        const more = places.openGrid(tab.dump, places.cursors.get()[cursorKey(tab) ?? '']);
        api.getPanel(more.id)?.api.moveTo({ group: panel.group, position: positions[side] });
      }
    });

  return {
    sync,
    layout: () => readGrid(api.toJSON(), findTab),
    apply: (layout) =>
      write(() => {
        api.fromJSON(writeGrid(layout, api.width, api.height, panelComponent), { reuseExistingPanels: true });
      }),
    split,
    move: (side) =>
      onActive((panel) => {
        const group = beside(panel, side);
        if (group !== undefined) panel.api.moveTo({ group, position: 'center' });
        else split(side);
      }),
    focus: (side) =>
      onActive((panel) => {
        const group = beside(panel, side);
        if (group?.activePanel === undefined) return;
        group.activePanel.api.setActive();
        const content = group.element.querySelector<HTMLElement>('[data-pane="view"]');
        (content?.querySelector<HTMLElement>('[data-pane-focus]') ?? content)?.focus();
      }),
    toggleMaximized: () =>
      onActive((panel) => {
        if (panel.api.isMaximized()) panel.api.exitMaximized();
        else panel.api.maximize();
      }),
    panes: () => api.size,
    dispose: () => {
      for (const end of listening) end();
    },
  };
}
