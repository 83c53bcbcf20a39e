/** Page counts of equal slices of the address space: what the memory strip draws, exact at every zoom. */
import { pageClasses, pageStates, type PageClass, type PageState } from '../../shared/model.ts';
import { pageSize, type AddressRange, type Pfn } from '../../shared/units.ts';
import { pageStateCodes } from '../formats/dump-format.ts';
import type { ViewWindow } from '../memory/view.ts';
import type { BlockCounters, IndexReader } from './index-reader-type.ts';
import { unpackBlock } from './packed-block.ts';
import { addCounters, countMeta, countUniform, emptyCounters, metaByte, type Counters } from './page-meta.ts';
import { storedCode, type PageExtents } from './page-extents.ts';

export interface StripBucket {
  readonly states: Record<PageState, number>;
  readonly classes: Record<PageClass, number>;
  /** Pages stored in the dump that no index has looked at yet. */
  readonly unknown: number;
}

export interface Strip {
  readonly buckets: readonly StripBucket[];
  /** Pages of the whole index that are known. */
  readonly indexedPages: number;
  readonly totalPages: number;
}

/** What a strip needs of an index; `unindexed` gives the same for a dump that has none. */
export type StripSource = Pick<IndexReader, 'header' | 'totals' | 'counters' | 'blockAt'>;

/** What is known of the pages that no index has looked at. */
export type StripExtents = Pick<PageExtents, 'counts'>;

interface Sum {
  readonly counters: Counters;
  unknown: number;
}

/** Pages of the index whose counts go into a sum. */
interface Slice {
  readonly startPfn: Pfn;
  readonly endPfn: Pfn;
  readonly sum: Sum;
}

const missingCode = pageStateCodes.indexOf('missing');

/**
 * Cuts [start, end) into buckets of equally many pages, give or take one. Pages past the end of the image count
 * nowhere; pages that the index has not reached count by what the container says of them: states without bytes are
 * known, stored pages are `unknown`.
 * @param start absolute address, rounded down to a page
 * @param end absolute address, rounded up to a page
 * @param windows of one of two systems, see `viewWindows`: addresses are those of that system. Without them the dump as stored
 * @throws BlockDamaged
 */
export function memoryStrip(reader: StripSource, extents: StripExtents, start: bigint, end: bigint, buckets: number, windows?: readonly ViewWindow[]): Strip {
  const slices = slicesOf(start, end, buckets);
  if (windows === undefined) count(reader, extents, slices);
  else
    for (const { from, ...window } of windows) {
      const inside = slices.flatMap((slice) => clipped(slice, window));
      if (from !== undefined) count(reader, extents, shifted(inside, pfnOf(from) - pfnOf(window.start)));
      else for (const { startPfn, endPfn, sum } of inside) countUniform(sum.counters, metaByte(missingCode), endPfn - startPfn);
    }
  return { buckets: slices.map(finished), indexedPages: reader.totals().pages, totalPages: reader.header().totalPages };
}

const pfnOf = (address: bigint): number => Number(address / BigInt(pageSize));

function clipped(slice: Slice, window: AddressRange): readonly Slice[] {
  const [startPfn, endPfn] = [Math.max(slice.startPfn, pfnOf(window.start)), Math.min(slice.endPfn, pfnOf(window.end))];
  return startPfn < endPfn ? [{ ...slice, startPfn, endPfn }] : [];
}

const shifted = (slices: readonly Slice[], by: number): readonly Slice[] =>
  slices.map((slice) => ({ ...slice, startPfn: slice.startPfn + by, endPfn: slice.endPfn + by }));

/** Counts the pages of ascending slices into their sums. */
function count(reader: StripSource, extents: StripExtents, slices: readonly Slice[]): void {
  const first = slices[0]?.startPfn ?? 0;
  const last = Math.min(slices.at(-1)?.endPfn ?? 0, reader.header().totalPages);
  const cursor = { at: 0 };
  let known = first;
  for (const row of reader.counters(first, last)) {
    addFromExtents(extents, slices, cursor, known, Math.min(row.startPfn, last));
    addBlock(reader, slices, cursor, row, first, last);
    known = row.startPfn + row.pages;
  }
  addFromExtents(extents, slices, cursor, known, last);
}

function slicesOf(start: bigint, end: bigint, buckets: number): readonly Slice[] {
  const page = BigInt(pageSize);
  const first = start / page;
  const pages = end > start ? (end + page - 1n) / page - first : 0n;
  const edge = (index: number): number => Number(first + (pages * BigInt(index)) / BigInt(buckets));
  return Array.from({ length: buckets }, (_, index) => ({
    startPfn: edge(index),
    endPfn: edge(index + 1),
    sum: { counters: emptyCounters(), unknown: 0 },
  }));
}

/** Calls `add` with the sum of each slice that [from, to) touches; ranges come in ascending order, so the cursor only moves on. */
function spread(slices: readonly Slice[], cursor: { at: number }, from: number, to: number, add: (sum: Sum, start: number, end: number) => void): void {
  for (let index = cursor.at; index < slices.length; index += 1) {
    const slice = slices[index];
    if (slice === undefined || slice.startPfn >= to) return;
    if (slice.endPfn <= from) {
      cursor.at = index;
      continue;
    }
    add(slice.sum, Math.max(from, slice.startPfn), Math.min(to, slice.endPfn));
  }
}

function addBlock(reader: StripSource, slices: readonly Slice[], cursor: { at: number }, row: BlockCounters, first: number, last: number): void {
  const rowEnd = row.startPfn + row.pages;
  const { uniform } = row;
  let meta: Uint8Array | undefined;
  spread(slices, cursor, Math.max(row.startPfn, first), Math.min(rowEnd, last), (sum, start, end) => {
    if (start === row.startPfn && end === rowEnd) addCounters(sum.counters, row.counters);
    else if (uniform !== undefined) countUniform(sum.counters, uniform, end - start);
    else {
      meta ??= metaOf(reader, row.startPfn);
      countMeta(sum.counters, meta, start - row.startPfn, end - row.startPfn);
    }
  });
}

function metaOf(reader: StripSource, startPfn: Pfn): Uint8Array {
  const row = reader.blockAt(startPfn);
  if (row?.meta === undefined) return new Uint8Array();
  unpackBlock(row);
  return row.meta;
}

function addFromExtents(extents: StripExtents, slices: readonly Slice[], cursor: { at: number }, from: number, to: number): void {
  if (from >= to) return;
  spread(slices, cursor, from, to, (sum, start, end) => {
    extents.counts(start, end).forEach((pages, state) => {
      if (state === storedCode) sum.unknown += pages;
      else countUniform(sum.counters, metaByte(state), pages);
    });
  });
}

function finished({ sum: { counters, unknown } }: Slice): StripBucket {
  return {
    states: Object.fromEntries(pageStates.map((name, code) => [name, counters.states[code] ?? 0])) as Record<PageState, number>,
    classes: Object.fromEntries(pageClasses.map((name, code) => [name, counters.classes[code] ?? 0])) as Record<PageClass, number>,
    unknown,
  };
}
