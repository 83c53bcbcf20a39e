import { useStore } from './use-store.ts';
import { useWorkbench } from '../workbench.ts';
import { dumpLabels, type DumpLabel } from '../words/dump-label.ts';

/** The label of a dump among the open ones; undefined if it is not open. */
export function useDumpLabel(dump: string | undefined): DumpLabel | undefined {
  const all = useStore(useWorkbench().dumps.all);
  return dump === undefined ? undefined : dumpLabels(all).get(dump);
}
