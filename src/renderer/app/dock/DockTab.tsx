import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';
import type { IDockviewPanelHeaderProps } from 'dockview-react';
import { useDumpLabel } from '../../hooks/use-dump-label.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { TabDump } from './TabDump.tsx';
import { tabTitle } from './tab-title.ts';

/** The contents of a tab. The tab itself, with its role, keys and name, belongs to dockview. */
export function DockTab({ api }: IDockviewPanelHeaderProps) {
  const { places, dumps, closedTabs } = useWorkbench();
  const tab = useStore(places.tabs).open.find(({ id }) => id === api.id);
  const several = useStore(dumps.all).length > 1;
  const label = useDumpLabel(tab?.dump);
  const element = useRef<HTMLDivElement>(null);
  const subscribe = useCallback(
    (listener: () => void) => {
      const listening = [api.onDidVisibilityChange(listener), api.onDidActiveChange(listener)];
      return () => listening.forEach((one) => one.dispose());
    },
    [api],
  );
  const inFront = useSyncExternalStore(subscribe, () => api.isVisible);
  const strip = useRef<Element>(null);
  // Keeps the tab in front visible when the strip becomes narrower or names longer.
  useEffect(() => {
    const own = element.current?.closest('.dv-tab');
    strip.current = own?.parentElement ?? null;
    if (!inFront || own === undefined || own === null || strip.current === null) return undefined;
    const show = (): void => own.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const watching = new ResizeObserver(show);
    watching.observe(strip.current);
    watching.observe(own);
    return () => watching.disconnect();
  }, [inFront]);
  if (tab === undefined) return null;
  const close = (): void => closedTabs.close([tab.id], `Closed ${tabTitle(tab)}`);
  return (
    <div ref={element} className="tab" data-tab={tab.id} onAuxClick={(event) => event.button === 1 && close()} data-testid={`tab-${tab.view}`}>
      <span className="tab-title">{tabTitle(tab)}</span>
      {/* Part of the tab's accessible name, which is its text. */ ' '}
      {label !== undefined && (tab.view === 'overview' || several) ? <TabDump label={label} /> : null}
      {/* For the pointer; on the keyboard there is Delete on the tab, and the action. */}
      <span
        className="tab-close"
        aria-hidden="true"
        title="Close tab"
        onPointerDown={(event) => event.stopPropagation()}
        onClick={(event) => {
          event.stopPropagation();
          close();
        }}
        data-testid={`close-${tab.view}`}
      >
        <Icon name="close" />
      </span>
    </div>
  );
}
