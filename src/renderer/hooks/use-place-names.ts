import { noNames, placeNames, type PlaceNames } from '../../shared/place-names.ts';
import { useQuery } from './use-query.ts';
import { useWorkbench } from '../workbench.ts';
import type { OpenDump } from '../state/open-dump.ts';

/** The kernel's names for these virtual addresses, as far as known without a search; empty until the engine has answered. */
export function usePlaceNames(dump: OpenDump, addresses: readonly bigint[]): PlaceNames {
  const { engine } = useWorkbench();
  // Waits until the first facts are loaded.
  const key = addresses.length === 0 || dump.checked === 'triage' ? undefined : addresses.join();
  const query = useQuery(dump, key, async (handle, signal) =>
    placeNames((await engine.call('symbolize', { dump: handle, addresses: [...addresses], quick: true }, { signal })).places),
  );
  return query.value ?? noNames;
}
