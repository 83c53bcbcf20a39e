/** Stored pieces of memory as a chain of headers lists them, in columns: 42 bytes a row and no object, because a dump may have a million. */
import type { ByteSource } from '../source/byte-source.ts';
import type { Segment, SegmentList } from './dump-format.ts';
import { doubled, numberIn, roomFor } from './growing-column.ts';

const noSource = 0xffff;

export class SegmentColumns implements SegmentList {
  length = 0;
  #starts: BigUint64Array<ArrayBuffer>;
  #memoryBytes: BigUint64Array<ArrayBuffer>;
  #fileOffsets: Float64Array<ArrayBuffer>;
  #fileBytes: Float64Array<ArrayBuffer>;
  #indexes: Float64Array<ArrayBuffer>;
  #sources: Uint16Array<ArrayBuffer>;
  readonly #files: ByteSource[] = [];

  /** @param expected rows to make room for at once: columns that grow leave their smaller ones behind */
  constructor(expected = 0) {
    const room = roomFor(expected);
    this.#starts = new BigUint64Array(room);
    this.#memoryBytes = new BigUint64Array(room);
    this.#fileOffsets = new Float64Array(room);
    this.#fileBytes = new Float64Array(room);
    this.#indexes = new Float64Array(room);
    this.#sources = new Uint16Array(room);
  }

  push({ index, fileOffset, fileBytes, start, memoryBytes, source }: Segment): void {
    if (this.length === this.#starts.length) this.#grow();
    const at = this.length++;
    this.#starts[at] = start;
    this.#memoryBytes[at] = memoryBytes;
    this.#fileOffsets[at] = fileOffset;
    this.#fileBytes[at] = fileBytes;
    this.#indexes[at] = index;
    this.#sources[at] = source === undefined ? noSource : numberIn(this.#files, source);
  }

  /** Takes the last one back. */
  pop(): void {
    this.length = Math.max(0, this.length - 1);
  }

  at(index: number): Segment | undefined {
    if (index < 0 || index >= this.length) return undefined;
    const source = this.#files[this.#sources[index] ?? noSource];
    return {
      index: this.#indexes[index] ?? 0,
      fileOffset: this.#fileOffsets[index] ?? 0,
      fileBytes: this.#fileBytes[index] ?? 0,
      start: this.#starts[index] ?? 0n,
      memoryBytes: this.#memoryBytes[index] ?? 0n,
      ...(source === undefined ? {} : { source }),
    };
  }

  /** Bytes that all of them take in memory. */
  get totalMemoryBytes(): number {
    let sum = 0;
    for (let index = 0; index < this.length; index += 1) sum += Number(this.#memoryBytes[index] ?? 0n);
    return sum;
  }

  *[Symbol.iterator](): Generator<Segment, undefined> {
    for (let index = 0; index < this.length; index += 1) {
      const segment = this.at(index);
      if (segment !== undefined) yield segment;
    }
    return undefined;
  }

  #grow(): void {
    this.#starts = doubled(this.#starts);
    this.#memoryBytes = doubled(this.#memoryBytes);
    this.#fileOffsets = doubled(this.#fileOffsets);
    this.#fileBytes = doubled(this.#fileBytes);
    this.#indexes = doubled(this.#indexes);
    this.#sources = doubled(this.#sources);
  }
}

/** Bytes that segments take in memory. */
export function memoryBytesOf(segments: SegmentList): number {
  if (segments instanceof SegmentColumns) return segments.totalMemoryBytes;
  let sum = 0;
  for (const { memoryBytes } of segments) sum += Number(memoryBytes);
  return sum;
}
