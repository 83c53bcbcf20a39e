/** Memory of which nothing is read: whatever the container stores counts as unreadable. For ranges that end whoever reads them. */
import { pageStateCodes, type MemoryImage } from '../formats/dump-format.ts';
import { storedCode, type PageExtents } from './page-extents.ts';

const unreadableCode = pageStateCodes.indexOf('unreadable');

export const unreadMemory = (memory: MemoryImage, extents: PageExtents): MemoryImage => ({
  end: memory.end,
  extents: memory.extents,
  read: (address, target) => memory.read(address, target),
  readPages(firstPfn, target, states) {
    target.fill(0);
    extents.states(firstPfn, states);
    for (const [page, state] of states.entries()) if (state === storedCode) states[page] = unreadableCode;
  },
});
