/** The area to the right of a pane's tabs: the dump it shows, and actions for the pane. */
import { useCallback, useRef, useSyncExternalStore } from 'react';
import type { IDockviewHeaderActionsProps } from 'dockview-react';
import { useDumpLabel } from '../../hooks/use-dump-label.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { IconButton } from '../../widgets/IconButton.tsx';
import { openTabMenu } from './tab-menu.ts';
import { TabDump } from './TabDump.tsx';

export function PaneHead({ api, activePanel, containerApi }: IDockviewHeaderActionsProps) {
  const workbench = useWorkbench();
  const { places, dock, dumps } = workbench;
  const several = useStore(dumps.all).length > 1;
  useStore(dock.version);
  const tab = useStore(places.tabs).open.find(({ id }) => id === activePanel?.id);
  const label = useDumpLabel(tab?.dump);
  const subscribe = useCallback(
    (listener: () => void) => {
      const listening = containerApi.onDidMaximizedGroupChange(listener);
      return () => listening.dispose();
    },
    [containerApi],
  );
  const isMaximized = useSyncExternalStore(subscribe, () => api.isMaximized());
  const head = useRef<HTMLDivElement>(null);
  if (tab === undefined) return null;
  const inPane = (run: () => void) => () => {
    places.activate(tab.id);
    run();
  };
  return (
    <div ref={head} className="pane-head" role="group" aria-label="Pane" data-testid="pane-head">
      {/* With several dumps open, each tab names its own. */}
      {label === undefined || several ? null : <TabDump label={label} />}
      <span className="pane-head-wide">
        <IconButton icon="split-horizontal" label="Split right: move this tab to a new pane" onPress={inPane(() => dock.widget()?.split('right'))} />
        {containerApi.size > 1 || isMaximized ? (
          <IconButton
            icon={isMaximized ? 'screen-normal' : 'screen-full'}
            label={isMaximized ? 'Show all panes again' : 'Maximize this pane'}
            onPress={inPane(() => dock.widget()?.toggleMaximized())}
          />
        ) : null}
      </span>
      <IconButton
        icon="ellipsis"
        label="More actions for this tab and its pane"
        onPress={() => {
          const { right = 0, bottom = 0 } = head.current?.getBoundingClientRect() ?? {};
          openTabMenu(workbench, tab.id, { left: right, top: bottom });
        }}
      />
    </div>
  );
}
