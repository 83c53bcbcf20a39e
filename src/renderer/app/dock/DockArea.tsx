/** The open tabs in panes that can be split, dragged and resized. */
import { useEffect, useState, type MouseEvent } from 'react';
import { DockviewReact, type DockviewApi, type DockviewTheme } from 'dockview-react';
import 'dockview-react/dist/styles/dockview.css';
import { visibleText } from '../../../shared/visible-text.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { DockPanel } from './DockPanel.tsx';
import { dumpLabels, labelText } from '../../words/dump-label.ts';
import { DockTab } from './DockTab.tsx';
import { PaneHead } from './PaneHead.tsx';
import { openTabMenu } from './tab-menu.ts';
import { tabTitle } from './tab-title.ts';
import { linkDock, panelComponent } from './dock-widget.ts';
import './dock.css';

/** Only names and behaviour: colours are tokens, in dock.css. */
const theme: DockviewTheme = { name: 'dumpbench', className: 'dock-theme', gap: 0, dndPanelOverlay: 'group', tabAnimation: 'default' };
const components = { [panelComponent]: DockPanel };

/** Titles for screen readers; F6 stops at the tab strips. */
function nameParts(api: DockviewApi, nameOf: (panel: string) => string): void {
  for (const panel of api.panels) if (panel.title !== nameOf(panel.id)) panel.api.setTitle(nameOf(panel.id));
  for (const group of api.groups) {
    const strip = group.element.querySelector<HTMLElement>('.dv-tabs-container');
    if (strip === null) continue;
    strip.dataset.pane = 'tabs';
    strip.ariaLabel = group.activePanel === undefined ? 'Open views' : `Views of the pane with ${nameOf(group.activePanel.id)}`;
  }
}

export function DockArea() {
  const workbench = useWorkbench();
  const { places, dock, dumps, closedTabs } = workbench;
  const [api, setApi] = useState<DockviewApi>();
  const tabs = useStore(places.tabs);
  const version = useStore(dock.version);
  const all = useStore(dumps.all);
  useEffect(() => {
    if (api === undefined) return undefined;
    const linked = linkDock(api, places, {
      onChange: dock.changed,
      onClose(id) {
        const tab = places.tabs.get().open.find((one) => one.id === id);
        if (tab !== undefined) closedTabs.close([id], `Closed ${tabTitle(tab)}`);
      },
    });
    const waiting = dock.attach(linked);
    if (waiting !== undefined) linked.apply(waiting);
    linked.sync();
    return () => {
      dock.detach(linked);
      linked.dispose();
    };
  }, [api, places, dock, closedTabs]);
  useEffect(() => {
    if (api === undefined) return;
    const labels = dumpLabels(all);
    nameParts(api, (id) => {
      const tab = tabs.open.find((one) => one.id === id);
      const label = tab?.dump === undefined ? undefined : labels.get(tab.dump);
      return tab === undefined ? id : `${tabTitle(tab)}${label === undefined ? '' : ` ${visibleText(labelText(label))}`}`;
    });
  }, [api, tabs, version, all]);
  const onContextMenu = (event: MouseEvent): void => {
    const tab = event.target instanceof Element ? event.target.closest('.dv-tab') : null;
    const id = tab?.querySelector<HTMLElement>('[data-tab]')?.dataset.tab;
    if (tab === null || id === undefined) return;
    event.preventDefault();
    const { left, bottom } = tab.getBoundingClientRect();
    // The menu key has no pointer position.
    openTabMenu(workbench, id, event.button === 2 ? { left: event.clientX, top: event.clientY } : { left, top: bottom });
  };
  return (
    <div className="dock-area" onContextMenu={onContextMenu}>
      <DockviewReact
        theme={theme}
        components={components}
        defaultTabComponent={DockTab}
        rightHeaderActionsComponent={PaneHead}
        onReady={(event) => setApi(event.api)}
        // Pointer events: HTML drag and drop is for files that are dropped into the window.
        dndStrategy="pointer"
        disableFloatingGroups
        proportionalLayout
      />
    </div>
  );
}
