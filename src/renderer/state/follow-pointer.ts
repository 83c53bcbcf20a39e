/** Goes to the address in the eight bytes at a cursor. */
import type { Workbench } from '../workbench.ts';
import { handleOf } from './open-dump.ts';
import type { Position } from './position.ts';

export async function followPointer(
  { engine, dumps, places, notice }: Pick<Workbench, 'engine' | 'dumps' | 'places' | 'notice'>,
  dump: string,
  position: Position,
): Promise<void> {
  const open = dumps.find(dump);
  const handle = open === undefined ? undefined : handleOf(open);
  if (handle === undefined) return;
  const { space, cpu, address } = position;
  const owner = (space === 'real' || space === 'virtual') && cpu !== undefined ? { cpu } : {};
  const { readings } = await engine.call('inspect', { dump: handle, space, address, ...owner });
  const leads = readings.flatMap(({ place }) => (place === undefined ? [] : [place]));
  // A pointer in a virtual space is a virtual address.
  const place = leads.find((one) => one.space === space) ?? leads[0];
  if (place === undefined) notice.set({ tone: 'plain', text: 'The eight bytes at the cursor are not an address in this dump.' });
  else places.goTo(dump, { space: place.space, address: BigInt(place.address), length: 1, ...(place.space === 'virtual' ? owner : {}) });
}
