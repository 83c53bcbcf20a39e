/** Memory images made by hand for the tests of the index: pages by number, holes by state. */
import { pageStateCodes, type Extent, type ExtentState, type MemoryImage } from '../../../src/analysis/formats/dump-format.ts';
import { extentList } from '../../../src/analysis/formats/extent-map.ts';

export const pageBytes = 4096;

export interface ImagePart {
  readonly pages: number;
  readonly state: ExtentState;
  /** Bytes of page `index` of the part, for stored ones; without it they are zero. */
  readonly fill?: (target: Uint8Array, pfn: number) => void;
  /** Where the part lies in the dump file. */
  readonly fileOffset?: number;
}

export interface PageImage {
  readonly memory: MemoryImage;
  /** Pages that `readPages` was asked for, by call. */
  readonly reads: readonly { readonly firstPfn: number; readonly pages: number }[];
}

/** An image of parts one after the other from address 0. */
export function pageImage(parts: readonly ImagePart[]): PageImage {
  const extents: Extent[] = [];
  const placed: (ImagePart & { readonly first: number; readonly end: number })[] = [];
  let pfn = 0;
  for (const part of parts) {
    const { state, fileOffset } = part;
    extents.push({
      start: BigInt(pfn) * 4096n,
      end: BigInt(pfn + part.pages) * 4096n,
      state,
      ...(fileOffset === undefined ? {} : { fileOffset }),
    });
    placed.push({ ...part, first: pfn, end: pfn + part.pages });
    pfn += part.pages;
  }
  const reads: { firstPfn: number; pages: number }[] = [];
  return {
    reads,
    memory: {
      end: BigInt(pfn) * 4096n,
      extents: extentList(extents),
      read: () => {
        throw new Error('the index reads pages, not bytes');
      },
      readPages(firstPfn, target, states) {
        reads.push({ firstPfn, pages: states.length });
        states.forEach((_, index) => {
          const part = placed.find(({ end }) => firstPfn + index < end);
          states[index] = pageStateCodes.indexOf(part?.state ?? 'missing');
          if (part?.state !== 'stored') return;
          const page = target.subarray(index * pageBytes, (index + 1) * pageBytes);
          page.fill(0);
          part.fill?.(page, firstPfn + index);
        });
      },
    },
  };
}

/** A page that no other page number gives: a little text, its number, zeros. */
export function numberedPage(target: Uint8Array, pfn: number): void {
  target.set(Buffer.from(`page ${pfn} `.repeat(40)), 64);
}
