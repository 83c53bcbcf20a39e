import type { AddressFact } from '../../shared/address-model.ts';
import { defined } from '../../shared/defined.ts';
import type { OpenDump } from '../state/open-dump.ts';
import { positionText, type Position } from '../state/position.ts';
import { useWorkbench } from '../workbench.ts';
import { useQuery } from './use-query.ts';

/** What is known about an address without a search, the narrowest first; undefined while it is looked up, and for a file offset. */
export function useAddressFacts(dump: OpenDump, position: Position): readonly AddressFact[] | undefined {
  const { engine } = useWorkbench();
  const { space, address, cpu } = position;
  // Waits until the first facts are loaded.
  const key = space === 'file' || dump.checked === 'triage' ? undefined : positionText(position);
  const query = useQuery(dump, key, async (handle, signal) => {
    if (space === 'file') return { of: key, facts: [] };
    const owner = space === 'real' ? defined({ cpu: cpu ?? 0 }) : {};
    const { facts } = await engine.call('address', { dump: handle, place: { space, address, ...owner }, quick: true }, { signal });
    return { of: key, facts };
  });
  const found = query.error === undefined ? query.value : undefined;
  // Ignores an answer about another address.
  return found !== undefined && found.of === key ? found.facts : undefined;
}
