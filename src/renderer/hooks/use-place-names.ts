import { noNames, placeNames, type PlaceNames } from '../../shared/place-names.ts';
import { useQuery } from './use-query.ts';
import { useWorkbench } from '../workbench.ts';
import type { OpenDump } from '../state/open-dump.ts';

/** What the kernel calls these virtual addresses, as far as that is known without a search; none until the engine has answered. */
export function usePlaceNames(dump: OpenDump, addresses: readonly bigint[]): PlaceNames {
  const { engine } = useWorkbench();
  // The first facts come first.
  const key = addresses.length === 0 || dump.checked === 'triage' ? undefined : addresses.join();
  const query = useQuery(dump, key, async (handle, signal) =>
    placeNames((await engine.call('symbolize', { dump: handle, addresses: [...addresses], quick: true }, { signal })).places),
  );
  return query.value ?? noNames;
}
