import { useEffect } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { useDumpLabel } from '../hooks/use-dump-label.ts';
import { useStore } from '../hooks/use-store.ts';
import { infoOf } from '../state/open-dump.ts';
import { activeTab } from '../state/tabs.ts';
import { systemText } from '../words/dump-facts.ts';
import { labelText } from '../words/dump-label.ts';
import { useCurrentDump, useWorkbench } from '../workbench.ts';
import { tabTitle } from './dock/tab-title.ts';

const program = 'Dumpbench';

/** Names the window after what it shows: view, dump, and the system that was dumped. */
export function WindowTitle() {
  const tab = activeTab(useStore(useWorkbench().places.tabs));
  const dump = useCurrentDump();
  const label = useDumpLabel(dump?.key);
  const info = dump === undefined ? undefined : infoOf(dump);
  const parts = [
    tab === undefined ? undefined : tabTitle(tab),
    label === undefined ? undefined : labelText(label),
    info === undefined ? undefined : systemText(info),
    program,
  ];
  const title = visibleText(parts.filter((part) => part !== undefined && part !== '').join(' · '));
  useEffect(() => {
    document.title = title;
    return () => {
      document.title = program;
    };
  }, [title]);
  return null;
}
