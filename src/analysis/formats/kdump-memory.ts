/**
 * Memory of a kdump-compressed dump or split set: bitmaps say which pages exist and which are stored, descriptors say
 * where (kdump-compressed.md sections 4, 5 and 8). Bitmaps and descriptors are read as they are needed.
 */
import { pageSize } from '../../shared/units.ts';
import { decodeZlib, decodeZstd } from '../codec/inflate.ts';
import { decodeLzo1x } from '../codec/lzo1x.ts';
import type { PageDecoder } from '../codec/page-codec.ts';
import { decodeSnappy } from '../codec/snappy.ts';
import { faultText, type FileFault } from '../source/byte-source.ts';
import { pageStateCodes, type Absence, type ExtentState, type MemoryImage, type ExtentMap, type UnreachableRange } from './dump-format.ts';
import { filtered, kdumpExtents, knownBlocks, lostBit, noBitmap, noRam, notGiven } from './kdump-extents.ts';
import type { KdumpGeometry, KdumpPart } from './kdump-geometry.ts';
import { kdumpFlags, pageDescriptor } from './kdump-layout.ts';
import { KdumpPages, mostRunPages } from './kdump-pages.ts';
import { PageBitmap } from './page-bitmap.ts';

const decoders: readonly (readonly [number, PageDecoder])[] = [
  [kdumpFlags.zlib, decodeZlib],
  [kdumpFlags.lzo, decodeLzo1x],
  [kdumpFlags.snappy, decodeSnappy],
  [kdumpFlags.zstd, decodeZstd],
];

const incompleteReason = 'lost: its writer ran out of space, or did not have it';

type BlockState =
  { readonly state: 'stored' } | { readonly state: Exclude<ExtentState, 'stored' | 'zero'>; readonly reason: string; readonly fault?: FileFault };
const stored: BlockState = { state: 'stored' };
const unreadableCode = pageStateCodes.indexOf('unreadable');
const lostPlace = (fault: FileFault): string => `the place of its descriptor is not known: ${faultText(fault)}`;
const faulty = (fault: FileFault, reason = faultText(fault)): BlockState => ({ state: 'unreadable', reason, fault });
const outside: BlockState = { state: 'missing', reason: 'past the last page of the dump' };

/** Both bitmaps, read and counted once for all that asks: those of a machine with memory at 64 TiB have 2 GiB each. */
export interface KdumpBits {
  /** Bitmap 1; undefined in files that have one bitmap. */
  readonly exists: PageBitmap | undefined;
  /** Bitmap 2. */
  readonly stored: PageBitmap;
}

export const kdumpBits = ({ source, bitmap1Offset, bitmap2Offset, maxMapnr }: KdumpGeometry): KdumpBits => ({
  exists: bitmap1Offset === undefined ? undefined : new PageBitmap(source, bitmap1Offset, maxMapnr),
  stored: new PageBitmap(source, bitmap2Offset, maxMapnr),
});

class KdumpMemory implements MemoryImage {
  readonly end: bigint;
  readonly extents: ExtentMap;
  readonly #geometry: KdumpGeometry;
  readonly #exists: PageBitmap | undefined;
  readonly #stored: PageBitmap;
  readonly #descriptor = new Uint8Array(pageDescriptor.size);
  /** The block read last; pages of 4096 bytes share blocks of up to 256 KiB. */
  #block = -1;
  #blockState: BlockState = stored;
  readonly #bytes: Uint8Array;
  readonly #ranks = new Map<KdumpPart, number>();
  /** Blocks whose bits are in the file; after a cut nothing can be said of any block. */
  readonly #known: number;
  /** Page frames that are out of reach. */
  #lost: readonly { readonly start: number; readonly end: number }[] | undefined;
  /** Made when pages are read in bulk for the first time. */
  #bulk: { readonly pages: KdumpPages; readonly places: Int32Array } | undefined;

  constructor(geometry: KdumpGeometry, { exists, stored }: KdumpBits) {
    this.#geometry = geometry;
    this.end = BigInt(geometry.maxMapnr) * BigInt(geometry.blockSize);
    this.#exists = exists;
    this.#stored = stored;
    this.#bytes = new Uint8Array(geometry.blockSize);
    this.#known = knownBlocks(geometry);
    this.extents = kdumpExtents(geometry, this.#exists, this.#stored);
  }

  /** Stored blocks before the part. */
  #rankOf(part: KdumpPart): number {
    let rank = this.#ranks.get(part);
    if (rank === undefined) {
      rank = this.#stored.rank(part.start);
      this.#ranks.set(part, rank);
    }
    return rank;
  }

  #partOf(block: number): KdumpPart | undefined {
    return this.#geometry.parts.find((part) => block >= part.start && block < part.end);
  }

  /** What the bitmaps say, before any descriptor is read. */
  #bitmapState(block: number): BlockState {
    if (block >= this.#known) return { state: 'missing', reason: noBitmap };
    if (this.#stored.has(block)) {
      const part = this.#partOf(block);
      if (part === undefined) return { state: 'missing', reason: notGiven };
      // Descriptors are counted: a bit that is lost before this one leaves its place open.
      const fault = this.#stored.faultIn(part.start, block);
      return fault === undefined ? stored : faulty(fault, lostPlace(fault));
    }
    const exists = this.#exists?.has(block);
    const fault = this.#stored.faultAt(block) ?? (exists === true ? undefined : this.#exists?.faultAt(block));
    if (fault !== undefined) return faulty(fault, lostBit(fault));
    if (exists === false) return { state: 'missing', reason: noRam };
    return { state: 'excluded', reason: filtered };
  }

  /** Reads and decodes one block into #bytes. */
  #load(block: number): BlockState {
    if (block === this.#block) return this.#blockState;
    this.#block = block;
    this.#blockState = this.#decode(block);
    if (this.#blockState.state !== 'stored') this.#bytes.fill(0);
    return this.#blockState;
  }

  #decode(block: number): BlockState {
    const known = this.#bitmapState(block);
    const part = this.#partOf(block);
    if (known.state !== 'stored' || part === undefined) return known;
    const unreadable = (reason: string): BlockState => ({ state: 'unreadable', reason });
    const cut = (at: number, atEnd: string): BlockState => {
      const fault = part.source.faultAt?.(at);
      return fault === undefined ? unreadable(atEnd) : faulty(fault);
    };
    const index = this.#stored.rank(block) - this.#rankOf(part);
    const at = part.descriptors + index * pageDescriptor.size;
    const got = at >= part.source.size ? 0 : part.source.readInto(at, this.#descriptor);
    if (got < this.#descriptor.length) return cut(at + got, 'the file ends before its descriptor');
    const little = this.#geometry.endian === 'little';
    const data = new DataView(this.#descriptor.buffer);
    const offset = data.getBigUint64(0, little);
    const size = data.getUint32(8, little);
    const flags = data.getUint32(12, little);
    // Only a writer that ran out of space leaves descriptors of zeros, and it says so (kdump-compressed.md section 5).
    if (offset === 0n && size === 0 && part.ranOut) return { state: 'missing', reason: incompleteReason };
    if (offset === 0n && size === 0) return unreadable(`its descriptor at 0x${at.toString(16)} is zero, and no status bit says that the dump ran out of space`);
    if (offset === 0n) return unreadable(`its descriptor at 0x${at.toString(16)} names no place of its ${size} bytes`);
    const { blockSize } = this.#geometry;
    if (size > blockSize || size === 0) return unreadable(`its descriptor at 0x${at.toString(16)} claims ${size} bytes`);
    if (offset + BigInt(size) > BigInt(part.source.size) && part.source.rest?.fault !== undefined) return faulty(part.source.rest.fault);
    if (offset + BigInt(size) > BigInt(part.source.size))
      return unreadable(`its descriptor at 0x${at.toString(16)} points to 0x${offset.toString(16)}, past the end of the file`);
    const decoder = decoders.find(([flag]) => (flags & flag) !== 0)?.[1];
    if (decoder === undefined) {
      if (size !== blockSize) return unreadable(`it is stored raw, but with ${size} bytes`);
      const came = part.source.readInto(Number(offset), this.#bytes);
      return came < size ? cut(Number(offset) + came, 'the file ends within it') : stored;
    }
    const input = new Uint8Array(size);
    const came = part.source.readInto(Number(offset), input);
    if (came < size) return cut(Number(offset) + came, 'the file ends within it');
    const damage = decoder(input, this.#bytes);
    return damage === undefined ? stored : unreadable(damage);
  }

  read(address: bigint, target: Uint8Array): readonly Absence[] {
    const size = BigInt(this.#geometry.blockSize);
    const stop = address + BigInt(target.length);
    const absent: Absence[] = [];
    for (let at = address; at < stop && at < this.end;) {
      const block = Number(at / size);
      const blockStart = BigInt(block) * size;
      const to = blockStart + size < stop ? blockStart + size : stop;
      const part = target.subarray(Number(at - address), Number(to - address));
      const state = this.#load(block);
      part.set(this.#bytes.subarray(Number(at - blockStart), Number(to - blockStart)));
      if (state.state !== 'stored') {
        const last = absent.at(-1);
        if (last?.end === at && last.state === state.state && last.reason === state.reason) absent[absent.length - 1] = { ...last, end: to };
        else absent.push({ start: at, end: to, ...state });
      }
      at = to;
    }
    if (stop > this.end && stop > address) {
      const from = address > this.end ? address : this.end;
      target.fill(0, Number(from - address));
      absent.push({ start: from, end: stop, state: 'missing', reason: 'past the last page of the dump' });
    }
    return absent;
  }

  /** What follows the last descriptor that is in its file. Where bits are lost, so is the count of descriptors. */
  unreachable(): readonly UnreachableRange[] {
    const size = BigInt(this.#geometry.blockSize);
    return [...this.#geometry.parts]
      .sort((left, right) => left.start - right.start)
      .flatMap((part) => {
        if (this.#stored.faultIn(part.start, part.end) !== undefined) return [];
        const described = Math.max(0, Math.floor((part.source.size - part.descriptors) / pageDescriptor.size));
        const lost = this.#stored.rank(part.end) - this.#rankOf(part) - described;
        if (lost <= 0) return [];
        const start = this.#stored.afterRank(this.#rankOf(part) + described, part.start, part.end);
        return [{ start: BigInt(start) * size, end: BigInt(part.end) * size, storedPages: lost * (this.#geometry.blockSize / pageSize) }];
      });
  }

  unreachableStates(firstPfn: number, states: Uint8Array): boolean {
    if (this.#geometry.blockSize !== pageSize) return false;
    this.#lost ??= this.unreachable().map(({ start, end }) => ({ start: Number(start) / pageSize, end: Number(end) / pageSize }));
    if (!this.#lost.some(({ start, end }) => start <= firstPfn && firstPfn + states.length <= end)) return false;
    for (let index = 0; index < states.length; index += 1) {
      const page = firstPfn + index;
      states[index] = page < this.#known && this.#stored.has(page) ? unreadableCode : pageStateCodes.indexOf(this.#bitmapState(page).state);
    }
    return true;
  }

  readPages(firstPfn: number, target: Uint8Array, states: Uint8Array): void {
    if (this.#geometry.blockSize !== pageSize) {
      this.#readPagesOfBlocks(firstPfn, target, states);
      return;
    }
    for (let done = 0; done < states.length; done += mostRunPages) {
      const end = Math.min(done + mostRunPages, states.length);
      this.#readRun(firstPfn + done, target.subarray(done * pageSize, end * pageSize), states.subarray(done, end));
    }
  }

  /** Blocks of one page. Bitmaps tell what there is, not the extents: their list may be long, and a page worker needs none. */
  #readRun(first: number, target: Uint8Array, states: Uint8Array): void {
    const bulk = (this.#bulk ??= { pages: new KdumpPages(this.#geometry.endian), places: new Int32Array(mostRunPages) });
    let part: KdumpPart | undefined;
    let count = 0;
    let before = 0;
    /** First page without bytes of those that are not yet cleared. */
    let clear = 0;
    const finish = (): void => {
      if (part === undefined || count === 0) return;
      if (this.#stored.faultIn(part.start, before) !== undefined) {
        for (const place of bulk.places.subarray(0, count)) {
          states[place] = unreadableCode;
          target.fill(0, place * pageSize, (place + 1) * pageSize);
        }
        count = 0;
        return;
      }
      const rank = this.#stored.rank(before) - this.#rankOf(part);
      bulk.pages.read(part, part.descriptors + rank * pageDescriptor.size, count, bulk.places, target, states);
      count = 0;
    };
    for (let index = 0; index < states.length; index += 1) {
      const page = first + index;
      if (page < this.#known && this.#stored.has(page)) {
        if (part === undefined || page < part.start || page >= part.end) {
          finish();
          part = this.#partOf(page);
        }
        if (part !== undefined) {
          if (clear < index) target.fill(0, clear * pageSize, index * pageSize);
          clear = index + 1;
          if (count === 0) before = page;
          bulk.places[count++] = index;
          continue;
        }
      }
      const { state } = this.#bitmapState(page);
      states[index] = pageStateCodes.indexOf(state);
      if (state !== 'unreadable') continue;
      // Whether a descriptor lies between is not known: the next one is counted again.
      finish();
      part = undefined;
    }
    target.fill(0, clear * pageSize);
    finish();
  }

  #readPagesOfBlocks(firstPfn: number, target: Uint8Array, states: Uint8Array): void {
    const pagesPerBlock = this.#geometry.blockSize / pageSize;
    const pages = this.#geometry.maxMapnr * pagesPerBlock;
    for (let index = 0; index < states.length; index += 1) {
      const page = firstPfn + index;
      const block = Math.floor(page / pagesPerBlock);
      const bytes = target.subarray(index * pageSize, (index + 1) * pageSize);
      const known = page >= pages ? outside : this.#bitmapState(block);
      if (known.state !== 'stored') {
        states[index] = pageStateCodes.indexOf(known.state);
        bytes.fill(0);
        continue;
      }
      const state = this.#load(block);
      states[index] = pageStateCodes.indexOf(state.state);
      const from = (page % pagesPerBlock) * pageSize;
      bytes.set(this.#bytes.subarray(from, from + pageSize));
    }
  }
}

export const kdumpMemory = (geometry: KdumpGeometry, bits: KdumpBits): MemoryImage => new KdumpMemory(geometry, bits);
