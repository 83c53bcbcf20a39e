/**
 * What the container knows of its memory, as rows for people: all ranges where they are few, else ranges joined at a granularity that
 * keeps the table short, each with its pages by state. The exact ranges come in pages.
 */
import { defined } from '../../../shared/defined.ts';
import type { RegionJson } from '../../../shared/structure-model.ts';
import { hex, pageSize } from '../../../shared/units.ts';
import { pageStateCodes, type Extent, type ExtentState, type MemoryImage } from '../../formats/dump-format.ts';
import { pageExtents } from '../../page-index/page-extents.ts';

/** Rows of one answer. */
export const mostRegions = 4096;
/** Smallest piece of memory that is joined: 16 MiB, a block of the page index. */
const leastPiecePages = 4096;

const kindOf = (state: ExtentState): RegionJson['kind'] => (state === 'unreadable' || state === 'encrypted' ? 'missing' : state);
const nameOf = (state: ExtentState, reason: string | undefined): string => reason ?? (state === 'stored' ? 'memory in the dump' : state);

const exactRow = (extent: Extent): RegionJson => ({
  name: nameOf(extent.state, extent.reason),
  start: hex(extent.start),
  end: hex(extent.end),
  kind: kindOf(extent.state),
  ...defined({ fileOffset: extent.fileOffset }),
});

/** The exact ranges that touch [start, end), at most 4096 of them, and where the next page begins. */
export function exactRegions(memory: MemoryImage, start: bigint, end: bigint): { readonly regions: RegionJson[]; readonly next?: string } {
  const regions: RegionJson[] = [];
  for (const extent of memory.extents.from(start)) {
    if (extent.start >= end) break;
    if (regions.length === mostRegions) return { regions, next: hex(extent.start) };
    regions.push(exactRow(extent));
  }
  return { regions };
}

/** All ranges where there are at most 4096, else joined ones. */
export function containerRegions(memory: MemoryImage): { readonly regions: readonly RegionJson[]; readonly summarized: boolean } {
  const exact = exactRegions(memory, 0n, memory.end);
  return exact.next === undefined ? { regions: exact.regions, summarized: false } : { regions: joinedRegions(memory), summarized: true };
}

interface Joined {
  readonly startPfn: number;
  endPfn: number;
  readonly pages: Map<ExtentState, number>;
}

/** Equal pieces of memory; neighbours that are wholly of one state are one row. */
function joinedRegions(memory: MemoryImage): RegionJson[] {
  const extents = pageExtents(memory);
  let piece = leastPiecePages;
  while (extents.totalPages / piece > mostRegions) piece *= 2;
  const rows: Joined[] = [];
  for (let startPfn = 0; startPfn < extents.totalPages; startPfn += piece) {
    const endPfn = Math.min(startPfn + piece, extents.totalPages);
    const pages = new Map<ExtentState, number>();
    extents.counts(startPfn, endPfn).forEach((count, code) => {
      const state = pageStateCodes[code];
      if (count > 0 && state !== undefined) pages.set(state, count);
    });
    const last = rows.at(-1);
    const [only] = pages.keys();
    if (last?.pages.size === 1 && pages.size === 1 && only !== undefined && last.pages.has(only)) {
      last.endPfn = endPfn;
      last.pages.set(only, (last.pages.get(only) ?? 0) + endPfn - startPfn);
    } else rows.push({ startPfn, endPfn, pages });
  }
  return rows.map(({ startPfn, endPfn, pages }) => {
    const address = (pfn: number): string => hex(BigInt(pfn) * BigInt(pageSize));
    const [only] = pages.keys();
    const place = { start: address(startPfn), end: address(endPfn) };
    if (pages.size === 1 && only !== undefined) return { name: nameOf(only, undefined), ...place, kind: kindOf(only) };
    const words = Object.fromEntries([...pages].map(([state, count]) => [state === 'stored' ? 'present' : state, count]));
    return { name: `${[...pages.keys()].join(', ')} in turn`, ...place, kind: 'mixed', pages: words };
  });
}
