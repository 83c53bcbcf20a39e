import { useEffect, useRef, type KeyboardEvent } from 'react';
import { views } from '../views/index.ts';
import type { Tab } from '../state/tabs.ts';
import { useStore } from '../state/use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import './tab-bar.css';

export const panelId = (tab: Tab): string => `panel-${tab.id}`;

export function TabBar() {
  const { places, dumps } = useWorkbench();
  const tabs = useStore(places.tabs);
  const all = useStore(dumps.all);
  const active = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // Its result is no clean-up: newer browsers answer with a promise.
    active.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [tabs.active]);

  const keys = (event: KeyboardEvent, tab: Tab): void => {
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      event.preventDefault();
      places.step(event.key === 'ArrowRight' ? 1 : -1);
      requestAnimationFrame(() => active.current?.focus());
    }
    if (event.key === 'Delete') places.closeTab(tab.id);
  };
  return (
    <div className="tabs" role="tablist" aria-label="Open views" data-pane="tabs">
      {tabs.open.map((tab) => {
        const view = views.find(({ id }) => id === tab.view);
        const dump = all.find(({ key }) => key === tab.dump);
        const named = dump !== undefined && (tab.view === 'overview' || all.length > 1);
        const isActive = tab.id === tabs.active;
        return (
          <div
            key={tab.id}
            className={isActive ? 'tab active' : 'tab'}
            role="presentation"
            onAuxClick={(event) => event.button === 1 && places.closeTab(tab.id)}
          >
            <button
              ref={isActive ? active : undefined}
              type="button"
              role="tab"
              className="tab-choice"
              aria-selected={isActive}
              aria-controls={isActive ? panelId(tab) : undefined}
              tabIndex={isActive ? 0 : -1}
              onClick={() => places.activate(tab.id)}
              onKeyDown={(event) => keys(event, tab)}
              data-testid={`tab-${tab.view}`}
              data-pane-focus={isActive ? '' : undefined}
            >
              {view?.title}
              {named ? (
                <span className="tab-dump cut">
                  · <Hostile text={dump.name} title />
                </span>
              ) : null}
            </button>
            {/* For the pointer; keys have Delete on the tab, and the command. */}
            <span className="tab-close" aria-hidden="true" title="Close tab" onClick={() => places.closeTab(tab.id)} data-testid={`close-${tab.view}`}>
              <Icon name="close" />
            </span>
          </div>
        );
      })}
    </div>
  );
}
