/** Reads the pages of a block of the source, and decides what becomes of each. */
import { pageSize, type Pfn } from '../../shared/units.ts';
import { storedCode } from '../page-index/page-extents.ts';
import { stateCode } from '../page-index/page-meta.ts';
import type { ExportPlan } from './export-plan.ts';
import { filteredFrom, isKept } from './export-writer.ts';

/** Pages that are read at once: 1 MiB. */
export const pagesAtOnce = 256;

const zeroPage = Buffer.alloc(pageSize);

export interface SourcePages {
  /** 4096 bytes for each page that was read last, zero where it is not kept. */
  readonly bytes: Buffer;
  /** What becomes of each of them, as in `PageBlock`. */
  readonly fates: Uint8Array;
  /** @param pages at most 256 @throws DumpError io when the source changed */
  read(startPfn: Pfn, pages: number): void;
  /** Pages among those that were read last of which the source has only some bytes. */
  readonly cut: number;
}

export function sourcePages({ image: { memory }, extents, choice }: ExportPlan): SourcePages {
  const bytes = Buffer.alloc(pagesAtOnce * pageSize);
  const fates = new Uint8Array(pagesAtOnce);
  const marks = new Uint8Array(pagesAtOnce);
  let cut = 0;

  /** Fills `fates` with states of the source, and `bytes` where pages are stored. @returns whether bytes were read */
  const fetch = (startPfn: Pfn, pages: number): boolean => {
    const states = fates.subarray(0, pages);
    if (memory.unreachableStates?.(startPfn, states) === true) return false;
    const needs = extents.needs(startPfn, startPfn + pages);
    if (needs === 'nothing') {
      extents.states(startPfn, states);
      return false;
    }
    const target = bytes.subarray(0, pages * pageSize);
    // Of a page that is only partly there, the rest keeps what the buffer held.
    if (needs === 'read-cut') target.fill(0);
    memory.readPages(startPfn, target, states);
    if (needs === 'read-cut') cut = countCut(startPfn, pages);
    return true;
  };

  const countCut = (startPfn: Pfn, pages: number): number => {
    const page = new Uint8Array(pageSize);
    let count = 0;
    for (const extent of extents.from(startPfn)) {
      if (extent.startPfn >= startPfn + pages) break;
      if (extent.whole || fates[extent.startPfn - startPfn] !== storedCode) continue;
      if (memory.read(BigInt(extent.startPfn) * BigInt(pageSize), page).length > 0) count += 1;
    }
    return count;
  };

  return {
    bytes,
    fates,
    get cut() {
      return cut;
    },
    read(startPfn, pages) {
      cut = 0;
      const isRead = fetch(startPfn, pages);
      const left = marks.subarray(0, pages).fill(0);
      choice?.exclude(startPfn, left);
      for (let page = 0; page < pages; page += 1) {
        const state = fates[page] ?? 0;
        const level = left[page] ?? 0;
        if (isKept(state) && level > 0) fates[page] = filteredFrom + level - 1;
        else if (state === stateCode.zero || (state === storedCode && zeroPage.equals(bytes.subarray(page * pageSize, (page + 1) * pageSize))))
          fates[page] = stateCode.zero;
        if (isRead && fates[page] !== storedCode) bytes.fill(0, page * pageSize, (page + 1) * pageSize);
      }
      // What a block before left in the buffer is not a page of this one.
      if (!isRead) bytes.fill(0, 0, pages * pageSize);
    },
  };
}
