/**
 * Framed Snappy at random: where the chunks of one or more streams lie, made by one look at their headers, and a source of what they hold.
 * A chunk holds at most 64 KiB and is decoded when somebody reads in it; its checksum is always compared (avml.md section 3).
 */
import { crc32c } from '../codec/crc32c.ts';
import { decodeSnappy } from '../codec/snappy.ts';
import { whyShort, type ByteSource, type FileFault } from '../source/byte-source.ts';
import { NumberColumn } from '../source/number-column.ts';
import { chunkTypes, mostChunkContents } from './lime-layout.ts';

/** A chunk header, the masked checksum, and the length at the start of a Snappy block. */
const headBytes = 4 + 4 + 5;
const checksumBytes = 4;
/** What a block that does not compress takes more than its contents (snappy's MaxCompressedLength). */
const mostData = checksumBytes + 32 + mostChunkContents + Math.floor(mostChunkContents / 6);
const keptChunks = 8;

/** Where a chunk is, and how many bytes of contents it states. */
export interface ChunkHead {
  readonly type: number;
  /** Bytes after its header of four. */
  readonly dataBytes: number;
  /** 0 for a chunk without contents. */
  readonly contents: number;
}

const hexByte = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;

/** Length at the start of a Snappy block: at most five bytes of seven bits. */
function statedLength(bytes: Uint8Array): number | undefined {
  let value = 0;
  for (let index = 0; index < Math.min(5, bytes.length); index += 1) {
    const byte = bytes[index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return value;
  }
  return undefined;
}

const room = new Uint8Array(headBytes);

/** @returns the header of the chunk at a place, or what is wrong with it in words; undefined where the file ends before it is whole */
export function chunkAt(source: ByteSource, at: number): ChunkHead | string | undefined {
  const got = at >= source.size ? 0 : source.readInto(at, room);
  if (got < 4) return source.faultAt?.(at + got) === undefined ? undefined : whyShort(source, at + got, '');
  const type = room[0] ?? 0;
  const dataBytes = (room[1] ?? 0) | ((room[2] ?? 0) << 8) | ((room[3] ?? 0) << 16);
  if (type >= chunkTypes.firstSkippable) return { type, dataBytes, contents: 0 };
  if (type !== chunkTypes.compressed && type !== chunkTypes.uncompressed) return `its type is ${hexByte(type)}, which no reader may skip`;
  if (dataBytes <= checksumBytes || dataBytes > mostData) return `its length is ${dataBytes}`;
  const contents = type === chunkTypes.uncompressed ? dataBytes - checksumBytes : statedLength(room.subarray(8, Math.min(got, 4 + dataBytes)));
  if (contents === undefined) return at + 4 + dataBytes > source.size ? undefined : 'its Snappy data state no length';
  return contents > mostChunkContents ? `it states ${contents} bytes of contents, more than ${mostChunkContents}` : { type, dataBytes, contents };
}

/** The chunks of all streams one after the other: 16 bytes for each. */
export class FrameIndex {
  /** Position of the first byte in the contents of all streams. */
  readonly #starts = new NumberColumn();
  /** Position of the header in the file. */
  readonly #places = new NumberColumn();
  /** Bytes of contents. */
  size = 0;

  get length(): number {
    return this.#starts.length;
  }

  get heldBytes(): number {
    return 16 * this.length;
  }

  push(place: number, contents: number): void {
    this.#starts.push(this.size);
    this.#places.push(place);
    this.size += contents;
  }

  /** The chunk that holds a position below `size`. */
  at(position: number): { readonly index: number; readonly start: number; readonly end: number; readonly place: number } {
    const next = this.#starts.firstFrom(position);
    const index = next < this.length && this.#starts.at(next) === position ? next : next - 1;
    const end = index + 1 < this.length ? this.#starts.at(index + 1) : this.size;
    return { index, start: this.#starts.at(index), end, place: this.#places.at(index) };
  }
}

const unmasked = (value: number): number => {
  const rotated = (value - 0xa282_ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
};
const hex32 = (value: number): string => `0x${value.toString(16)}`;

/** Decodes a chunk into `target`, which has room for exactly its contents. @returns why it cannot, or the fault of the disk */
function decodeChunk(source: ByteSource, place: number, target: Uint8Array): string | FileFault | undefined {
  const head = chunkAt(source, place);
  if (head === undefined || typeof head === 'string') return source.faultAt?.(place) ?? head ?? 'the file ends before it';
  const data = new Uint8Array(head.dataBytes);
  const got = source.readInto(place + 4, data);
  if (got < data.length) return source.faultAt?.(place + 4 + got) ?? 'the file ends within it';
  const stored = new DataView(data.buffer).getUint32(0, true);
  const contents = data.subarray(checksumBytes);
  if (head.type === chunkTypes.uncompressed) target.set(contents);
  else {
    const wrong = decodeSnappy(contents, target);
    if (wrong !== undefined) return wrong;
  }
  const [recorded, computed] = [unmasked(stored), crc32c(target)];
  return recorded === computed ? undefined : `its checksum is not that of its contents: recorded CRC-32C ${hex32(recorded)}, computed ${hex32(computed)}`;
}

/** What the chunks hold, by positions in all contents. A chunk that cannot be decoded is a fault of its length. */
export function unframedSource(source: ByteSource, index: FrameIndex): ByteSource {
  /** Insertion order is age. */
  const kept = new Map<number, Uint8Array | FileFault>();
  const faultOf = (start: number, end: number, place: number, why: string | FileFault): FileFault =>
    typeof why === 'string'
      ? { file: source.name, offset: place, bytes: end - start, why: `a frame cannot be decoded (${why})`, ofContents: true }
      : { ...why, bytes: end - start };
  const keep = (number: number, value: Uint8Array | FileFault): void => {
    kept.set(number, value);
    const oldest = kept.size > keptChunks ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
  };
  const chunk = (position: number): { readonly start: number; readonly end: number; readonly bytes: Uint8Array | FileFault } => {
    const { index: number, start, end, place } = index.at(position);
    const known = kept.get(number);
    if (known !== undefined) return { start, end, bytes: known };
    const bytes = new Uint8Array(end - start);
    const wrong = decodeChunk(source, place, bytes);
    const result = wrong === undefined ? bytes : faultOf(start, end, place, wrong);
    keep(number, result);
    return { start, end, bytes: result };
  };
  return {
    name: source.name,
    // The walk that fills the index continues.
    get size() {
      return index.size;
    },
    get heldBytes() {
      return index.heldBytes;
    },
    readInto(offset, target) {
      let done = 0;
      while (done < target.length && offset + done < index.size) {
        const position = offset + done;
        const { start, end, bytes } = chunk(position);
        if (!(bytes instanceof Uint8Array)) break;
        const count = Math.min(end - position, target.length - done);
        target.set(bytes.subarray(position - start, position - start + count), done);
        done += count;
      }
      return done;
    },
    faultAt(offset) {
      if (offset >= index.size) return undefined;
      const { end, bytes } = chunk(offset);
      return bytes instanceof Uint8Array ? undefined : { ...bytes, bytes: end - offset };
    },
  };
}
