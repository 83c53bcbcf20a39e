/**
 * Stored pages of a kdump-compressed dump in bulk: descriptors and data of many pages come with few reads, and no object
 * is made for a page. For blocks of one page only; what exactly is wrong with a page is determined by reading it alone.
 */
import { pageSize } from '../../shared/units.ts';
import { packedPages, type PackedPages } from '../codec/packed-pages.ts';
import type { Endian } from '../layout/field.ts';
import { readAround, type ByteSource } from '../source/byte-source.ts';
import { pageStateCodes } from './dump-format.ts';
import type { KdumpPart } from './kdump-geometry.ts';
import { kdumpCodecs, pageDescriptor } from './kdump-layout.ts';

/** Pages of one call at most. */
export const mostRunPages = 256;

const stored = pageStateCodes.indexOf('stored');
const missing = pageStateCodes.indexOf('missing');
const unreadable = pageStateCodes.indexOf('unreadable');
const twoTo32 = 2 ** 32;

/** Where a page goes: its place among the pages of the target. */
type Places = Int32Array;

export class KdumpPages {
  readonly #little: boolean;
  readonly #packed: PackedPages = packedPages();
  readonly #descriptors = new Uint8Array(mostRunPages * pageDescriptor.size);
  readonly #fields = new DataView(this.#descriptors.buffer);
  readonly #offsets = new Float64Array(mostRunPages);
  readonly #sizes = new Int32Array(mostRunPages);
  /** Descriptors that the disk does not give. */
  readonly #lost = new Uint8Array(mostRunPages);
  /** Place in `kdumpCodecs`, -1 for pages that are stored raw. */
  readonly #codecs = new Int8Array(mostRunPages);
  /** A page whose data serve more than one descriptor: dumpers keep one page of zeros. */
  #sharedSource: ByteSource | undefined;
  #sharedOffset = -1;
  #sharedSize = 0;
  #sharedCodec = -1;
  #sharedState = stored;
  readonly #sharedBytes = new Uint8Array(pageSize);

  constructor(endian: Endian) {
    this.#little = endian === 'little';
  }

  /**
   * Reads `count` pages whose descriptors follow each other from `at` on.
   * @param places ascending, where each page goes in `target` and `states`
   */
  read(part: Pick<KdumpPart, 'source' | 'ranOut'>, at: number, count: number, places: Places, target: Uint8Array, states: Uint8Array): void {
    const { source } = part;
    this.#readDescriptors(part, at, count, places, states);
    let index = 0;
    while (index < count) {
      const place = places[index] ?? 0;
      if (states[place] !== stored) {
        target.fill(0, place * pageSize, (place + 1) * pageSize);
        index += 1;
      } else if (this.#isShared(source, index)) {
        states[place] = this.#sharedState;
        target.set(this.#sharedBytes, place * pageSize);
        index += 1;
      } else
        index =
          this.#codecs[index] === -1 ? this.#readRaw(source, index, count, places, target, states) : this.#decode(source, index, count, places, target, states);
    }
  }

  /** What can be said from the descriptors goes to `states`. */
  #readDescriptors({ source, ranOut }: Pick<KdumpPart, 'source' | 'ranOut'>, at: number, count: number, places: Places, states: Uint8Array): void {
    const bytes = this.#descriptors.subarray(0, count * pageDescriptor.size);
    const lost = this.#lost.fill(0, 0, count);
    const lose = (start: number, end: number): void => {
      lost.fill(1, Math.floor(start / pageDescriptor.size), Math.ceil(end / pageDescriptor.size));
    };
    const got = at >= source.size ? 0 : readAround(source, at, bytes, lose);
    const fields = this.#fields;
    const little = this.#little;
    for (let index = 0, from = 0; index < count; index += 1, from += pageDescriptor.size) {
      const place = places[index] ?? 0;
      if (from + pageDescriptor.size > got || lost[index] === 1) {
        states[place] = unreadable;
        continue;
      }
      const first = fields.getUint32(from, little);
      const second = fields.getUint32(from + 4, little);
      const offset = little ? second * twoTo32 + first : first * twoTo32 + second;
      const size = fields.getUint32(from + 8, little);
      const flags = fields.getUint32(from + 12, little);
      let codec = -1;
      for (let one = 0; one < kdumpCodecs.length && codec < 0; one += 1) if ((flags & (kdumpCodecs[one]?.[0] ?? 0)) !== 0) codec = one;
      this.#offsets[index] = offset;
      this.#sizes[index] = size;
      this.#codecs[index] = codec;
      const sound = size > 0 && size <= pageSize && offset + size <= source.size && (codec >= 0 || size === pageSize);
      states[place] = offset === 0 ? (ranOut && size === 0 ? missing : unreadable) : sound ? stored : unreadable;
    }
  }

  #isShared(source: ByteSource, index: number): boolean {
    return (
      this.#offsets[index] === this.#sharedOffset &&
      this.#sharedSource === source &&
      this.#sizes[index] === this.#sharedSize &&
      this.#codecs[index] === this.#sharedCodec
    );
  }

  /** Remembers a page that was just read, if the page before or after it shows that its data serve for several. */
  #share(source: ByteSource, index: number, count: number, target: Uint8Array, at: number, state: number): void {
    const offset = this.#offsets[index] ?? 0;
    const again = (index + 1 < count && this.#offsets[index + 1] === offset) || (index > 0 && offset < (this.#offsets[index - 1] ?? 0));
    if (!again) return;
    this.#sharedSource = source;
    this.#sharedOffset = offset;
    this.#sharedSize = this.#sizes[index] ?? 0;
    this.#sharedCodec = this.#codecs[index] ?? -1;
    this.#sharedState = state;
    this.#sharedBytes.set(target.subarray(at, at + pageSize));
  }

  /** Raw pages that follow each other in the file and in memory. @returns the index behind them */
  #readRaw(source: ByteSource, first: number, count: number, places: Places, target: Uint8Array, states: Uint8Array): number {
    const place = places[first] ?? 0;
    const offset = this.#offsets[first] ?? 0;
    let end = first + 1;
    while (
      end < count &&
      this.#codecs[end] === -1 &&
      this.#offsets[end] === offset + (end - first) * pageSize &&
      places[end] === place + (end - first) &&
      states[place + (end - first)] === stored
    )
      end += 1;
    const bytes = target.subarray(place * pageSize, (place + end - first) * pageSize);
    const lose = (start: number, stop: number): void => {
      states.fill(unreadable, place + Math.floor(start / pageSize), place + Math.ceil(stop / pageSize));
    };
    const got = readAround(source, offset, bytes, lose);
    if (got < bytes.length) lose(got, bytes.length);
    // Of a page that is cut something may have come.
    for (let index = first; index < end; index += 1)
      if (states[place + index - first] !== stored) bytes.fill(0, (index - first) * pageSize, (index - first + 1) * pageSize);
    if (end === first + 1) this.#share(source, first, count, target, place * pageSize, states[place] ?? unreadable);
    return end;
  }

  /** Compressed pages that follow each other in the file, apart from those that are known. @returns the index behind them */
  #decode(source: ByteSource, first: number, count: number, places: Places, target: Uint8Array, states: Uint8Array): number {
    const room = this.#packed.bytes;
    const start = this.#offsets[first] ?? 0;
    let stop = start;
    let end = first;
    let shares = false;
    for (; end < count; end += 1) {
      if (states[places[end] ?? 0] !== stored) continue;
      if (this.#isShared(source, end)) {
        shares = true;
        continue;
      }
      const next = stop + (this.#sizes[end] ?? 0);
      if (this.#codecs[end] === -1 || this.#offsets[end] !== stop || next - start > room.length) break;
      stop = next;
    }
    const lost: { readonly start: number; readonly end: number }[] = [];
    const got = readAround(source, start, room.subarray(0, stop - start), (from, to) => lost.push({ start: from, end: to }));
    for (let index = first; index < end; index += 1) {
      const place = places[index] ?? 0;
      const to = place * pageSize;
      if (states[place] !== stored) target.fill(0, to, to + pageSize);
      else if (this.#isShared(source, index)) {
        states[place] = this.#sharedState;
        target.set(this.#sharedBytes, to);
      } else {
        const from = (this.#offsets[index] ?? 0) - start;
        const size = this.#sizes[index] ?? 0;
        const codec = kdumpCodecs[this.#codecs[index] ?? 0]?.[1] ?? 'zlib';
        const came = from + size <= got && !lost.some((gap) => gap.start < from + size && gap.end > from);
        if (!came || this.#packed.decode(codec, from, size, target, to, pageSize) !== undefined) {
          states[place] = unreadable;
          target.fill(0, to, to + pageSize);
        }
        // Pages further on were left out of the read because of the one that is remembered now.
        if (!shares) this.#share(source, index, count, target, to, states[place] ?? unreadable);
      }
    }
    return end;
  }
}
