/** The open tabs in panes that can be split, dragged and resized. */
import { useEffect, useState } from 'react';
import { DockviewReact, type DockviewApi, type DockviewTheme } from 'dockview-react';
import 'dockview-react/dist/styles/dockview.css';
import { visibleText } from '../../../shared/visible-text.ts';
import { views } from '../../views/index.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { DockPanel } from './DockPanel.tsx';
import { DockTab } from './DockTab.tsx';
import { linkDock, panelComponent } from './dock-widget.ts';
import './dock.css';

/** Only names and behaviour: the colours are tokens, in dock.css. */
const theme: DockviewTheme = { name: 'dumpbench', className: 'dock-theme', gap: 0, dndPanelOverlay: 'group', tabAnimation: 'default' };
const components = { [panelComponent]: DockPanel };

/** Titles for screen readers; the tab strips are stops of F6. */
function nameParts(api: DockviewApi, nameOf: (panel: string) => string): void {
  for (const panel of api.panels) if (panel.title !== nameOf(panel.id)) panel.api.setTitle(nameOf(panel.id));
  for (const group of api.groups) {
    const strip = group.element.querySelector<HTMLElement>('.dv-tabs-container');
    if (strip === null) continue;
    strip.dataset.pane = 'tabs';
    strip.ariaLabel = 'Open views';
  }
}

export function DockArea() {
  const { places, dock, dumps } = useWorkbench();
  const [api, setApi] = useState<DockviewApi>();
  const tabs = useStore(places.tabs);
  const version = useStore(dock.version);
  const all = useStore(dumps.all);
  useEffect(() => {
    if (api === undefined) return undefined;
    const linked = linkDock(api, places, dock.changed);
    const waiting = dock.attach(linked);
    if (waiting !== undefined) linked.apply(waiting);
    linked.sync();
    return () => {
      dock.detach(linked);
      linked.dispose();
    };
  }, [api, places, dock]);
  useEffect(() => {
    if (api === undefined) return;
    nameParts(api, (id) => {
      const tab = tabs.open.find((one) => one.id === id);
      const title = views.find((view) => view.id === tab?.view)?.title ?? id;
      const dump = all.find(({ key }) => key === tab?.dump);
      return `${title}${tab?.grid === undefined ? '' : ` ${tab.grid}`}${dump === undefined ? '' : `, ${visibleText(dump.name)}`}`;
    });
  }, [api, tabs, version, all]);
  return (
    <DockviewReact
      theme={theme}
      components={components}
      defaultTabComponent={DockTab}
      onReady={(event) => setApi(event.api)}
      // Pointer events: HTML drag and drop is for files that are dropped into the window.
      dndStrategy="pointer"
      disableFloatingGroups
      proportionalLayout
    />
  );
}
