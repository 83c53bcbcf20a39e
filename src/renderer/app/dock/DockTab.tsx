import type { IDockviewPanelHeaderProps } from 'dockview-react';
import { views } from '../../views/index.ts';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import { Hostile } from '../../widgets/Hostile.tsx';
import { Icon } from '../../widgets/Icon.tsx';

/** What stands in a tab. The tab itself, with its role, keys and name, is dockview's. */
export function DockTab({ api }: IDockviewPanelHeaderProps) {
  const { places, dumps } = useWorkbench();
  const tab = useStore(places.tabs).open.find(({ id }) => id === api.id);
  const all = useStore(dumps.all);
  if (tab === undefined) return null;
  const view = views.find(({ id }) => id === tab.view);
  const dump = all.find(({ key }) => key === tab.dump);
  const named = dump !== undefined && (tab.view === 'overview' || all.length > 1);
  const close = (): void => places.closeTab(tab.id);
  return (
    <div className="tab" onAuxClick={(event) => event.button === 1 && close()} data-testid={`tab-${tab.view}`}>
      <span className="tab-title">
        {view?.title}
        {tab.grid === undefined ? '' : ` ${tab.grid}`}
      </span>
      {named ? (
        <span className="tab-dump cut">
          · <Hostile text={dump.name} title />
        </span>
      ) : null}
      {/* For the pointer; keys have Delete on the tab, and the action. */}
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
