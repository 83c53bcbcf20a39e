/**
 * The container's extents in pages of 4096 bytes: what is known of every page before any page is read. Kept as packed
 * arrays, because compressed formats can have an extent for every other page.
 */
import { pageSize, type Pfn } from '../../shared/units.ts';
import { pageStateCodes, type Extent, type MemoryImage, type ExtentMap } from '../formats/dump-format.ts';

/** State code of pages that have bytes in the file. */
export const storedCode = 0;
const codeOf = new Map(pageStateCodes.map((name, code) => [name as string, code]));
const bytesPerPage = BigInt(pageSize);

export interface PageExtent {
  readonly startPfn: Pfn;
  readonly endPfn: Pfn;
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
  readonly totalPages: number;
  /** Pages with bytes in the file. */
  readonly storedPages: number;
  /** True when a boundary cuts through some page. */
  readonly cut: boolean;
  /** One past the last page that may have bytes (stored or zero). */
  readonly availableEnd: number;
  /** Extents from the one that holds a page on; the first one begins at that page. Nothing from `totalPages` on. */
  from(pfn: Pfn): Generator<PageExtent, undefined>;
  /** Fills in the state codes of the pages from `startPfn` on, as the container says them. */
  states(startPfn: Pfn, states: Uint8Array): void;
  /** Pages of each state in [startPfn, endPfn), by state code. */
  counts(startPfn: Pfn, endPfn: Pfn): Float64Array;
  /** What it takes to know the pages of [startPfn, endPfn): nothing, a read, or a read where some page is only partly there. */
  needs(startPfn: Pfn, endPfn: Pfn): 'nothing' | 'read' | 'read-cut';
  /** In columns that threads can share, where the container lists few extents; undefined where they are made on demand. */
  readonly packed: PackedExtents | undefined;
  /** Bytes that another thread takes that opens the dump again, for what its headers list. */
  readonly heldBytes: number;
}

type Totals = Pick<PageExtents, 'totalPages' | 'storedPages' | 'cut' | 'availableEnd'>;

/**
 * Rounds a memory image's extents to pages. A page that a boundary cuts is stored when any of its bytes are, else it has
 * the state of its first byte. Neighbours of one state are joined where their file positions allow it.
 * @throws Error when extents leave holes or overlap, which their format promised not to do
 */
export function pageExtents(memory: Pick<MemoryImage, 'extents' | 'end'>): PageExtents {
  let made = known.get(memory.extents);
  if (made === undefined) {
    made = makePageExtents(memory);
    known.set(memory.extents, made);
  }
  return made;
}

/** Each map is rounded once: the strip asks at every zoom. */
const known = new WeakMap<ExtentMap, PageExtents>();

/** Extents that are worth columns of their own: 18 bytes each. More are asked for where they are. */
const mostPacked = 2 ** 18;

function makePageExtents({ extents, end }: Pick<MemoryImage, 'extents' | 'end'>): PageExtents {
  if (extents.count !== undefined && extents.count <= mostPacked) return unpackExtents(packedRows([...joined(rounded(extents, 0))]));
  const totals: Totals = {
    totalPages: Number((end + bytesPerPage - 1n) / bytesPerPage),
    get storedPages() {
      return extents.storedPages;
    },
    get availableEnd() {
      return Number((extents.availableEnd + bytesPerPage - 1n) / bytesPerPage);
    },
    get cut() {
      return extents.cut;
    },
  };
  return withQuestions(totals, { counts: extents.counts, heldBytes: extents.heldBytes }, function* from(pfn) {
    yield* joined(rounded(extents.from(BigInt(pfn) * bytesPerPage), pfn));
    return undefined;
  });
}

function packedRows(rows: readonly PageExtent[]): PackedExtents {
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
  return packed;
}

/** Extents from their columns, in whichever thread. */
export function unpackExtents(packed: PackedExtents): PageExtents {
  const { starts, states, offsets, whole, totalPages } = packed;
  const end = (index: number): number => (index + 1 < starts.length ? (starts[index + 1] ?? 0) : totalPages);

  const indexOf = (pfn: Pfn): number => {
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

  return withQuestions({ totalPages, storedPages, cut: whole.includes(0), availableEnd }, { packed }, function* from(pfn) {
    if (pfn >= totalPages) return undefined;
    for (let index = indexOf(pfn); index < starts.length; index += 1) {
      const begin = starts[index] ?? 0;
      const startPfn = Math.max(begin, pfn);
      const offset = offsets[index] ?? -1;
      yield {
        startPfn,
        endPfn: end(index),
        state: states[index] ?? 0,
        fileOffset: offset < 0 ? undefined : offset + (startPfn - begin) * pageSize,
        whole: whole[index] === 1,
      };
    }
    return undefined;
  });
}

/** What can be asked of extents that are given out in a row. */
function withQuestions(
  totals: Totals,
  {
    packed,
    counts,
    heldBytes = 0,
  }: { readonly packed?: PackedExtents; readonly counts?: ExtentMap['counts'] | undefined; readonly heldBytes?: number | undefined },
  from: PageExtents['from'],
): PageExtents {
  return {
    counts(startPfn, endPfn) {
      const sums = new Float64Array(pageStateCodes.length);
      if (counts !== undefined) {
        for (const [state, pages] of Object.entries(counts(startPfn, endPfn))) sums[codeOf.get(state) ?? 0] = pages;
        return sums;
      }
      for (const extent of from(startPfn)) {
        if (extent.startPfn >= endPfn) break;
        sums[extent.state] = (sums[extent.state] ?? 0) + Math.min(extent.endPfn, endPfn) - extent.startPfn;
      }
      return sums;
    },
    get totalPages() {
      return totals.totalPages;
    },
    get storedPages() {
      return totals.storedPages;
    },
    get cut() {
      return totals.cut;
    },
    get availableEnd() {
      return totals.availableEnd;
    },
    packed,
    heldBytes,
    from,
    states(startPfn, target) {
      const endPfn = startPfn + target.length;
      for (const extent of from(startPfn)) {
        if (extent.startPfn >= endPfn) return;
        target.fill(extent.state, extent.startPfn - startPfn, Math.min(extent.endPfn, endPfn) - startPfn);
      }
    },
    needs(startPfn, endPfn) {
      let read = false;
      for (const extent of from(startPfn)) {
        if (extent.startPfn >= endPfn) break;
        if (!extent.whole) return 'read-cut';
        read ||= extent.state === storedCode;
        // Where no page is cut nothing else can be found.
        if (read && !totals.cut) break;
      }
      return read ? 'read' : 'nothing';
    },
  };
}

/** @param fromPfn pages below it are left out; the first extent holds it */
function* rounded(extents: Iterable<Extent>, fromPfn: number): Generator<PageExtent> {
  let position: bigint | undefined = fromPfn === 0 ? 0n : undefined;
  /** The page that the last boundary cut, not yet given out: the next extent may add to it. */
  let shared: PageExtent | undefined;
  for (const extent of extents) {
    const expected = position ?? extent.start;
    if (extent.start !== expected || extent.end < extent.start) throw new Error(`extents are not contiguous at 0x${expected.toString(16)}`);
    position = extent.end;
    if (extent.end === extent.start) continue;
    const state = codeOf.get(extent.state) ?? 0;
    const pageOf = (pfn: Pfn): PageExtent => {
      const inFile = Number(BigInt(pfn) * bytesPerPage - extent.start);
      const fileOffset = extent.fileOffset === undefined || inFile < 0 ? undefined : extent.fileOffset + inFile;
      return { startPfn: pfn, endPfn: pfn + 1, state, fileOffset, whole: false };
    };
    const firstWhole = Math.max(fromPfn, Number((extent.start + bytesPerPage - 1n) / bytesPerPage));
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
