import { useRef } from 'react';
import type { OpenDump } from '../state/open-dump.ts';
import { useStore } from '../hooks/use-store.ts';
import { plural } from '../words/numbers.ts';
import { useCurrentDump, useWorkbench } from '../workbench.ts';
import { Hostile } from '../widgets/Hostile.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { IconButton } from '../widgets/IconButton.tsx';
import './dump-switcher.css';

export function stateIcon(dump: OpenDump): { readonly icon: string; readonly tone: string; readonly word: string } {
  if (dump.phase.kind === 'failed') return { icon: 'error', tone: 'bad', word: 'could not be opened' };
  if (dump.health === undefined) return { icon: 'loading', tone: 'plain', word: 'being opened' };
  if (dump.health.failed > 0) return { icon: 'error', tone: 'bad', word: 'a check failed' };
  return dump.health.passed > 0 ? { icon: 'pass', tone: 'ok', word: 'no check failed' } : { icon: 'circle-large', tone: 'plain', word: 'nothing checked' };
}

/** All open dumps, at the right of the top bar. */
export function DumpSwitcher() {
  const { dumps, places, closeDump, chooseDumps } = useWorkbench();
  const all = useStore(dumps.all);
  const current = useCurrentDump();
  const menu = useRef<HTMLDivElement>(null);
  const close = (): void => menu.current?.hidePopover();
  return (
    <div className="switcher">
      <button type="button" className="switcher-button" popoverTarget="dump-menu" data-testid="dump-switcher" disabled={all.length === 0}>
        {all.length === 0 ? 'no dump open' : all.length === 1 ? '1 dump open' : `${plural(all.length, 'dump')} open`}
        <Icon name="chevron-down" />
      </button>
      <div ref={menu} id="dump-menu" className="switcher-menu" popover="auto" role="group" aria-label="Open dumps">
        <ul>
          {all.map((dump) => {
            const { icon, tone, word } = stateIcon(dump);
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
                  <span className={`tone-${tone}`} title={word}>
                    <Icon name={icon} spin={icon === 'loading'} />
                    <span className="unseen">{word}</span>
                  </span>
                  <span className="switcher-words">
                    <span className="cut">
                      <Hostile text={dump.name} />
                    </span>
                    <span className="cut dim switcher-path">
                      <Hostile text={dump.path} title />
                    </span>
                  </span>
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
      </div>
    </div>
  );
}
