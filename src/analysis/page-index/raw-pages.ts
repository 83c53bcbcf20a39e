/**
 * Pages that lie in one file as they are: all that reading them takes is the list of extents. A page worker starts several
 * times as fast with that than when it opens the dump again.
 */
import type { MemoryImage } from '../formats/dump-format.ts';
import { pageSize } from '../../shared/units.ts';
import { readAround, type ByteSource } from '../source/byte-source.ts';
import { storedCode, type PackedExtents, type PageExtents } from './page-extents.ts';
import { stateCode } from './page-meta.ts';

/** True when every stored page lies in the dump's own file, and no boundary of extents cuts through a page. */
export function areRaw({ states, offsets, whole }: PackedExtents): boolean {
  return !whole.includes(0) && states.every((state, index) => state !== storedCode || (offsets[index] ?? -1) >= 0);
}

/**
 * @param source the file of which the extents' positions are
 * @param extents must be raw, see `areRaw`
 */
export function rawPages(source: ByteSource, extents: PageExtents): Pick<MemoryImage, 'readPages'> {
  return {
    readPages(firstPfn, target, states) {
      extents.states(firstPfn, states);
      const endPfn = firstPfn + states.length;
      for (const { startPfn: from, endPfn: end, state, fileOffset } of extents.from(firstPfn)) {
        if (from >= endPfn) return;
        if (state !== storedCode || fileOffset === undefined) continue;
        const part = target.subarray((from - firstPfn) * pageSize, (Math.min(end, endPfn) - firstPfn) * pageSize);
        // A page of which only a part came cannot be read.
        const lose = (start: number, stop: number): void => {
          states.fill(stateCode.unreadable, from - firstPfn + Math.floor(start / pageSize), from - firstPfn + Math.ceil(stop / pageSize));
        };
        const got = readAround(source, fileOffset, part, lose);
        if (got === part.length) continue;
        // What the file no longer holds.
        part.fill(0, got);
        lose(got, part.length);
      }
    },
  };
}
