/** The bytes of a dump that a search looks at, in ascending order and in pieces without a gap. */
import { pageSize, type AddressRange } from '../../shared/units.ts';
import type { PageClass } from '../../shared/model.ts';
import type { Absence, MemoryImage } from '../formats/dump-format.ts';
import type { IndexReader } from '../page-index/index-reader-type.ts';
import { unpackBlock } from '../page-index/packed-block.ts';
import { metaClass } from '../page-index/page-meta.ts';

/** Memory that has bytes: stored ones, or zeros that the container implies. */
export interface SearchSpan extends AddressRange {
  readonly zero: boolean;
}

const page = BigInt(pageSize);

/** Extents with bytes, cut to a range. Implied zeros in a page that also has stored bytes count as stored, like the page. */
export function* spansWithBytes(memory: MemoryImage, range: AddressRange): Generator<SearchSpan> {
  for (const { start, end, state } of memory.extents.from(range.start)) {
    if (end <= range.start || (state !== 'stored' && state !== 'zero')) continue;
    if (start >= range.end) return;
    const cut = (from: bigint, to: bigint, zero: boolean): SearchSpan[] => {
      const span = { start: from > range.start ? from : range.start, end: to < range.end ? to : range.end, zero };
      return span.start < span.end ? [span] : [];
    };
    const firstWhole = start + ((page - (start % page)) % page);
    const endWhole = end - (end % page);
    if (state === 'stored' || firstWhole >= endWhole) yield* cut(start, end, false);
    else {
      yield* cut(start, firstWhole, false);
      yield* cut(firstWhole, endWhole, true);
      yield* cut(endWhole, end, false);
    }
  }
}

/** Runs of indexed pages of some classes. @throws BlockDamaged */
export function* classRuns(reader: IndexReader, classes: ReadonlySet<PageClass>, range: AddressRange): Generator<AddressRange> {
  const firstPfn = Number(range.start / page);
  const endPfn = Number((range.end + page - 1n) / page);
  let start = -1;
  let end = -1;
  for (const row of reader.blocks(firstPfn, endPfn)) {
    const block = unpackBlock(row);
    const step = row.uniform === undefined ? 1 : block.pages;
    for (let index = 0; index < block.pages; index += step) {
      const name = metaClass(block.meta(index));
      if (name === undefined || !classes.has(name)) continue;
      const pfn = block.startPfn + index;
      if (pfn !== end) {
        if (start >= 0) yield { start: BigInt(start) * page, end: BigInt(end) * page };
        start = pfn;
      }
      end = pfn + step;
    }
  }
  if (start >= 0) yield { start: BigInt(start) * page, end: BigInt(end) * page };
}

/** Parts of the spans that lie in the ranges; both ascend. */
export function* within(spans: Iterable<SearchSpan>, ranges: Iterable<AddressRange>): Generator<SearchSpan> {
  const iterator = ranges[Symbol.iterator]();
  let range = iterator.next();
  for (const span of spans) {
    while (range.done !== true && range.value.end <= span.start) range = iterator.next();
    while (range.done !== true && range.value.start < span.end) {
      const { start, end } = range.value;
      yield { start: start > span.start ? start : span.start, end: end < span.end ? end : span.end, zero: span.zero };
      if (end > span.end) break;
      range = iterator.next();
    }
  }
}

export interface Piece {
  readonly address: bigint;
  /** Valid until the next piece is asked for. */
  readonly bytes: Uint8Array;
  /** True when it starts where the piece before ended. */
  readonly joined: boolean;
}

/** What happened on the way, besides the pieces. */
export interface PieceCounts {
  /** Bytes of the spans that were gone over. */
  done: number;
  searched: number;
  unreadable: number;
}

export interface PieceOptions {
  /** Pages of stored memory that count: those with a byte that is not zero, and those without. */
  readonly present: boolean;
  readonly zero: boolean;
  /** Where no match lies in zeros alone, only so many bytes at both ends of implied zeros are given out. */
  readonly zeroEdge: number | undefined;
  /** Bytes read at once, a multiple of the page size: 1 MiB where nothing else is said. */
  readonly step?: number;
}

const largestStep = 1 << 20;
const zeros = new Uint8Array(largestStep);

export const isZero = (bytes: Uint8Array): boolean => Buffer.compare(bytes, zeros.subarray(0, bytes.length)) === 0;

/** Pieces of at most one step. Cuts at page borders happen only where a page does not count or has no bytes. */
export function* pieces(memory: MemoryImage, spans: Iterable<SearchSpan>, options: PieceOptions, counts: PieceCounts): Generator<Piece> {
  const { step = largestStep } = options;
  const buffer = new Uint8Array(step);
  let last: bigint | undefined;
  const piece = (address: bigint, bytes: Uint8Array): Piece => {
    const joined = last === address;
    last = address + BigInt(bytes.length);
    counts.searched += bytes.length;
    return { address, bytes, joined };
  };
  for (const span of spans) {
    let address = span.start;
    if (span.zero) {
      const size = span.end - span.start;
      const skipped = !options.zero ? size : options.zeroEdge === undefined ? 0n : size - 2n * BigInt(options.zeroEdge);
      if (skipped > 0n) {
        const edge = (size - skipped) / 2n;
        yield* zeroPieces(address, span.end - edge - skipped, piece, counts);
        counts.done += Number(skipped);
        if (options.zero) counts.searched += Number(skipped);
        address = span.end - edge;
      }
      yield* zeroPieces(address, span.end, piece, counts);
      continue;
    }
    while (address < span.end) {
      // Steps end at multiples of their size, so that no page is cut by them.
      const boundary = address - (address % BigInt(step)) + BigInt(step);
      const end = boundary < span.end ? boundary : span.end;
      const bytes = buffer.subarray(0, Number(end - address));
      const absences = memory.read(address, bytes);
      for (const absence of absences) counts.unreadable += Number(absence.end - absence.start);
      for (const [from, to] of presentParts(address, bytes.length, absences))
        for (const [first, behind] of wantedParts(memory, address, bytes, from, to, options))
          yield piece(address + BigInt(first), bytes.subarray(first, behind));
      counts.done += bytes.length;
      address = end;
    }
  }
}

function* zeroPieces(start: bigint, end: bigint, piece: (address: bigint, bytes: Uint8Array) => Piece, counts: PieceCounts): Generator<Piece> {
  for (let address = start; address < end; address += BigInt(largestStep)) {
    const length = end - address < BigInt(largestStep) ? Number(end - address) : largestStep;
    yield piece(address, zeros.subarray(0, length));
    counts.done += length;
  }
}

type Part = readonly [from: number, to: number];

/** What lies between the absences of a read, which ascend. */
function* presentParts(address: bigint, length: number, absences: readonly Absence[]): Generator<Part> {
  let from = 0;
  for (const absence of absences) {
    const gap = Number(absence.start - address);
    if (gap > from) yield [from, gap];
    from = Number(absence.end - address);
  }
  if (from < length) yield [from, length];
}

/** Runs of pages whose state counts; everything when both states do. */
function* wantedParts(memory: MemoryImage, address: bigint, bytes: Uint8Array, from: number, to: number, { present, zero }: PieceOptions): Generator<Part> {
  if (present && zero) {
    yield [from, to];
    return;
  }
  let start = from;
  let at = from;
  while (at < to) {
    const inPage = Number((address + BigInt(at)) % page);
    const end = Math.min(to, at + pageSize - inPage);
    // Of a page that is only partly searched, the rest decides as well.
    const whole = end - at === pageSize ? bytes.subarray(at, end) : wholePage(memory, address + BigInt(at - inPage));
    const counted = isZero(whole) ? zero : present;
    if (!counted) {
      if (at > start) yield [start, at];
      start = end;
    }
    at = end;
  }
  if (to > start) yield [start, to];
}

function wholePage(memory: MemoryImage, address: bigint): Uint8Array {
  const bytes = new Uint8Array(pageSize);
  memory.read(address, bytes);
  return bytes;
}
