import { useRef } from 'react';
import { useStore } from '../hooks/use-store.ts';
import { plural } from '../words/numbers.ts';
import { useCurrentDump, useWorkbench } from '../workbench.ts';
import { Icon } from '../widgets/Icon.tsx';
import { IconButton } from '../widgets/IconButton.tsx';
import { DumpName } from './DumpName.tsx';
import { dumpMenuId } from './focus.ts';
import { RecentList } from './RecentList.tsx';
import './dump-switcher.css';

/** All open dumps, on the right of the top bar. */
export function DumpSwitcher() {
  const { dumps, places, closeDump, chooseDumps } = useWorkbench();
  const all = useStore(dumps.all);
  const current = useCurrentDump();
  const menu = useRef<HTMLDivElement>(null);
  const close = (): void => menu.current?.hidePopover();
  return (
    <div className="switcher">
      <button type="button" className="switcher-button" popoverTarget={dumpMenuId} data-testid="dump-switcher" disabled={all.length === 0}>
        {all.length === 0 ? 'no dump open' : all.length === 1 ? '1 dump open' : `${plural(all.length, 'dump')} open`}
        <Icon name="chevron-down" />
      </button>
      <div ref={menu} id={dumpMenuId} className="switcher-menu" popover="auto" role="group" aria-label="Open and recent dumps">
        <ul>
          {all.map((dump) => {
            return (
              <li key={dump.key} className={dump === current ? 'switcher-item current' : 'switcher-item'}>
                <button
                  type="button"
                  className="switcher-choice"
                  aria-current={dump === current}
                  onClick={() => {
                    close();
                    places.show('overview', dump.key);
                  }}
                >
                  <DumpName dump={dump} />
                </button>
                <IconButton icon="close" label={`Close ${dump.name}`} onPress={() => closeDump(dump.key)} />
              </li>
            );
          })}
        </ul>
        <button
          type="button"
          className="switcher-choice switcher-open link"
          onClick={() => {
            close();
            chooseDumps();
          }}
        >
          <Icon name="folder-opened" /> Open another…
        </button>
        <section aria-label="Recent dumps" className="switcher-recents">
          <h2 className="caption">Recent</h2>
          <RecentList onOpen={close} />
        </section>
      </div>
    </div>
  );
}
