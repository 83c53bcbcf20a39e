import { useStore } from './use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { dumpLabels, type DumpLabel } from '../words/dump-label.ts';

/** How a dump is called among those that are open; undefined for one that is not. */
export function useDumpLabel(dump: string | undefined): DumpLabel | undefined {
  const all = useStore(useWorkbench().dumps.all);
  return dump === undefined ? undefined : dumpLabels(all).get(dump);
}
