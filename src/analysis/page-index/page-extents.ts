/**
 * The container's extents in pages of 4096 bytes: what is known of every page before any page is read. Kept as packed
 * arrays, because compressed formats can have an extent for every other page.
 */
import { pageSize } from '../../shared/units.ts';
import { pageStateCodes, type Extent, type MemoryImage } from '../formats/dump-format.ts';

/** State code of pages that have bytes in the file. */
export const storedCode = 0;
const codeOf = new Map(pageStateCodes.map((name, code) => [name as string, code]));
const bytesPerPage = BigInt(pageSize);

export interface PageExtent {
  readonly startPfn: number;
  readonly endPfn: number;
  /** Place in `pageStateCodes`. */
  readonly state: number;
  /** Position of the first page's first byte, where pages lie in the file as they are. */
  readonly fileOffset: number | undefined;
  /** False when a boundary cuts through its only page: then only reading tells its state. */
  readonly whole: boolean;
}

/** The same in columns that threads can share. */
export interface PackedExtents {
  readonly starts: Float64Array<SharedArrayBuffer>;
  readonly states: Uint8Array<SharedArrayBuffer>;
  /** -1 where there is none. */
  readonly offsets: Float64Array<SharedArrayBuffer>;
  readonly whole: Uint8Array<SharedArrayBuffer>;
  readonly totalPages: number;
}

export interface PageExtents {
  readonly packed: PackedExtents;
  readonly totalPages: number;
  readonly count: number;
  /** Pages with bytes in the file. */
  readonly storedPages: number;
  /** True when a boundary cuts through some page. */
  readonly cut: boolean;
  at(index: number): PageExtent;
  /** Index of the extent that holds a page; every page below `totalPages` is in one. */
  indexOf(pfn: number): number;
  /** One past the last page that may have bytes (stored or zero). */
  readonly availableEnd: number;
  /** Fills in the state codes of the pages from `startPfn` on, as the container says them. */
  states(startPfn: number, states: Uint8Array): void;
  /** What it takes to know the pages of [startPfn, endPfn): nothing, a read, or a read where some page is only partly there. */
  needs(startPfn: number, endPfn: number): 'nothing' | 'read' | 'read-cut';
}

/**
 * Rounds a memory image's extents to pages. A page that a boundary cuts is stored when any of its bytes are, else it has
 * the state of its first byte. Neighbours of one state are joined where their file positions allow it.
 * @throws Error when extents leave holes or overlap, which their format promised not to do
 */
export function pageExtents(memory: Pick<MemoryImage, 'extents'>): PageExtents {
  const rows = [...joined(rounded(memory.extents))];
  const packed: PackedExtents = {
    starts: new Float64Array(new SharedArrayBuffer(8 * rows.length)),
    states: new Uint8Array(new SharedArrayBuffer(rows.length)),
    offsets: new Float64Array(new SharedArrayBuffer(8 * rows.length)),
    whole: new Uint8Array(new SharedArrayBuffer(rows.length)),
    totalPages: rows.at(-1)?.endPfn ?? 0,
  };
  rows.forEach((row, index) => {
    packed.starts[index] = row.startPfn;
    packed.states[index] = row.state;
    packed.offsets[index] = row.fileOffset ?? -1;
    packed.whole[index] = row.whole ? 1 : 0;
  });
  return unpackExtents(packed);
}

/** Extents from their columns, in whichever thread. */
export function unpackExtents(packed: PackedExtents): PageExtents {
  const { starts, states, offsets, whole, totalPages } = packed;
  const end = (index: number): number => (index + 1 < starts.length ? (starts[index + 1] ?? 0) : totalPages);

  const indexOf = (pfn: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= pfn) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  let storedPages = 0;
  let availableEnd = 0;
  for (const [index, state] of states.entries()) {
    if (state > 1 && whole[index] === 1) continue;
    availableEnd = end(index);
    if (state === storedCode) storedPages += end(index) - (starts[index] ?? 0);
  }

  const at = (index: number): PageExtent => {
    const fileOffset = offsets[index] ?? 0;
    return {
      startPfn: starts[index] ?? 0,
      endPfn: end(index),
      state: states[index] ?? 0,
      fileOffset: fileOffset < 0 ? undefined : fileOffset,
      whole: whole[index] === 1,
    };
  };

  return {
    packed,
    totalPages,
    count: starts.length,
    storedPages,
    cut: whole.includes(0),
    availableEnd,
    at,
    indexOf,
    states(startPfn, target) {
      const endPfn = startPfn + target.length;
      for (let index = indexOf(startPfn); index < starts.length; index += 1) {
        const extent = at(index);
        if (extent.startPfn >= endPfn) return;
        target.fill(extent.state, Math.max(0, extent.startPfn - startPfn), Math.min(extent.endPfn, endPfn) - startPfn);
      }
    },
    needs(startPfn, endPfn) {
      let read = false;
      for (let index = indexOf(startPfn); index < starts.length && (starts[index] ?? 0) < endPfn; index += 1) {
        if (whole[index] === 0) return 'read-cut';
        read ||= states[index] === storedCode;
      }
      return read ? 'read' : 'nothing';
    },
  };
}

function* rounded(extents: readonly Extent[]): Generator<PageExtent> {
  let position = 0n;
  /** The page that the last boundary cut, not yet given out: the next extent may add to it. */
  let shared: PageExtent | undefined;
  for (const extent of extents) {
    if (extent.start !== position || extent.end < extent.start) throw new Error(`extents are not contiguous at 0x${position.toString(16)}`);
    position = extent.end;
    if (extent.end === extent.start) continue;
    const state = codeOf.get(extent.state) ?? 0;
    const pageOf = (pfn: number): PageExtent => {
      const inFile = Number(BigInt(pfn) * bytesPerPage - extent.start);
      const fileOffset = extent.fileOffset === undefined || inFile < 0 ? undefined : extent.fileOffset + inFile;
      return { startPfn: pfn, endPfn: pfn + 1, state, fileOffset, whole: false };
    };
    const firstWhole = Number((extent.start + bytesPerPage - 1n) / bytesPerPage);
    const endWhole = Number(extent.end / bytesPerPage);
    if (shared !== undefined) {
      if (shared.state !== storedCode && state === storedCode) shared = pageOf(shared.startPfn);
      if (extent.end < BigInt(shared.endPfn) * bytesPerPage) continue;
      yield shared;
      shared = undefined;
    }
    if (firstWhole < endWhole) yield { ...pageOf(firstWhole), endPfn: endWhole, whole: true };
    if (extent.end % bytesPerPage !== 0n) shared = pageOf(endWhole);
  }
  if (shared !== undefined) yield shared;
}

function* joined(rows: Iterable<PageExtent>): Generator<PageExtent> {
  let last: PageExtent | undefined;
  for (const row of rows) {
    if (last !== undefined && last.whole && row.whole && last.state === row.state && continues(last, row)) {
      last = { ...last, endPfn: row.endPfn };
      continue;
    }
    if (last !== undefined) yield last;
    last = row;
  }
  if (last !== undefined) yield last;
}

function continues(last: PageExtent, row: PageExtent): boolean {
  if (last.fileOffset === undefined || row.fileOffset === undefined) return last.fileOffset === row.fileOffset;
  return last.fileOffset + (row.startPfn - last.startPfn) * pageSize === row.fileOffset;
}
