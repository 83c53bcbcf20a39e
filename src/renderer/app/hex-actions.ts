/** Actions about the bytes under the cursor. */
import { handleOf } from '../state/open-dump.ts';
import type { Workbench } from '../workbench.ts';
import type { Action } from './action.ts';

export function hexActions({ engine, places, dumps, notice, tell }: Workbench): readonly Action[] {
  const follow = async (): Promise<void> => {
    const tabs = places.tabs.get();
    const dump = tabs.dump === undefined ? undefined : dumps.find(tabs.dump);
    const handle = dump === undefined ? undefined : handleOf(dump);
    const position = places.position();
    if (dump === undefined || handle === undefined || position === undefined) return;
    const { space, cpu, address } = position;
    const owner = (space === 'real' || space === 'virtual') && cpu !== undefined ? { cpu } : {};
    const { readings } = await engine.call('inspect', { dump: handle, space, address, ...owner });
    const leads = readings.flatMap(({ place }) => (place === undefined ? [] : [place]));
    // A pointer in a virtual space is a virtual address.
    const place = leads.find((one) => one.space === space) ?? leads[0];
    if (place === undefined) notice.set({ tone: 'plain', text: 'The eight bytes at the cursor lead nowhere in this dump.' });
    else places.goTo(dump.key, { space: place.space, address: BigInt(place.address), length: 1, ...(place.space === 'virtual' ? owner : {}) });
  };
  return [
    {
      id: 'hex.follow',
      title: 'Follow the pointer at the cursor',
      keys: 'Ctrl+Enter',
      enabled: () => places.tabs.get().dump !== undefined,
      run: () => void follow().catch(tell),
    },
  ];
}
