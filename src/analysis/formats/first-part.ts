/** Memory of a dump whose headers are read in part: first facts do not wait for a chain of a million segments. */
import { pageSize, type AbsoluteAddress } from '../../shared/units.ts';
import type { Extent, MemoryImage } from './dump-format.ts';
import { generatedExtents } from './extent-map.ts';

/** What was asked rests on headers that were not read yet: whoever has the time opens the dump whole, and asks again. Never an answer to a person. */
export class NotReadYet extends Error {
  override name = 'NotReadYet';
  constructor() {
    super('the headers of this dump were read in part');
  }
}

/**
 * The same memory, where what lies at or above `known` is an exception and no answer: it would be a wrong one.
 * @param known one past the last address that the headers read so far speak of, where later segments ascend as writers write them; a boundary of extents
 * @throws NotReadYet, from every method
 */
export function firstPartOf(memory: MemoryImage, known: AbsoluteAddress): MemoryImage {
  const { end, extents } = memory;
  const assertKnown = (address: AbsoluteAddress): void => {
    // What lies above the memory of the machine is in no segment.
    if (address > known && known < end) throw new NotReadYet();
  };
  function* from(address: AbsoluteAddress): Generator<Extent, undefined> {
    for (const extent of extents.from(address)) {
      assertKnown(extent.end);
      yield extent;
    }
    return undefined;
  }
  return {
    end,
    extents: generatedExtents({
      from,
      at(address) {
        if (address >= end) return undefined;
        assertKnown(address + 1n);
        return extents.at(address);
      },
    }),
    read(address, target) {
      if (address < end) assertKnown(address + BigInt(target.length));
      return memory.read(address, target);
    },
    readPages(firstPfn, target, states) {
      assertKnown(BigInt(firstPfn + states.length) * BigInt(pageSize));
      memory.readPages(firstPfn, target, states);
    },
  };
}
