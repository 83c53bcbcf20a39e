/** Pieces of memory in columns: 27 bytes a row and no object, because a dump may have a million. */
import type { ByteSource } from '../source/byte-source.ts';
import { pageStateCodes, type ExtentState } from './dump-format.ts';
import { doubled, numberIn, roomFor } from './growing-column.ts';
import type { DecodePiece, MemoryPiece } from './memory-piece.ts';

const none = 0xffff;

export class PieceColumns implements Iterable<MemoryPiece, undefined> {
  length = 0;
  /** Addresses are below 2^53: no format takes more. */
  #starts: Float64Array<ArrayBuffer>;
  #ends: Float64Array<ArrayBuffer>;
  #offsets: Float64Array<ArrayBuffer>;
  #states: Uint8Array<ArrayBuffer>;
  #reasons: Uint16Array<ArrayBuffer>;
  #sources: Uint16Array<ArrayBuffer>;
  /** Few different ones: texts are constants of the formats, files those of a set. */
  readonly #reasonTexts: string[] = [];
  readonly #files: ByteSource[] = [];
  readonly #decoders = new Map<number, DecodePiece>();

  /** @param expected rows to make room for at once */
  constructor(expected = 0) {
    const room = roomFor(expected);
    this.#starts = new Float64Array(room);
    this.#ends = new Float64Array(room);
    this.#offsets = new Float64Array(room);
    this.#states = new Uint8Array(room);
    this.#reasons = new Uint16Array(room);
    this.#sources = new Uint16Array(room);
  }

  push({ start, end, state, fileOffset, source, decode, reason }: MemoryPiece): void {
    if (this.length === this.#starts.length) this.#grow();
    const at = this.length++;
    this.#starts[at] = Number(start);
    this.#ends[at] = Number(end);
    this.#states[at] = pageStateCodes.indexOf(state);
    this.#offsets[at] = fileOffset ?? -1;
    this.#reasons[at] = reason === undefined ? none : numberIn(this.#reasonTexts, reason);
    this.#sources[at] = source === undefined ? none : numberIn(this.#files, source);
    if (decode !== undefined) this.#decoders.set(at, decode);
  }

  /** Takes the last one back. */
  pop(): void {
    this.length = Math.max(0, this.length - 1);
    this.#decoders.delete(this.length);
  }

  start(index: number): number {
    return this.#starts[index] ?? 0;
  }
  end(index: number): number {
    return this.#ends[index] ?? 0;
  }
  state(index: number): ExtentState {
    return pageStateCodes[this.#states[index] ?? 0] ?? 'missing';
  }
  /** Undefined where the piece's bytes do not lie in a file as they are, or are compressed. */
  fileOffset(index: number): number | undefined {
    const offset = this.#offsets[index] ?? -1;
    return offset < 0 ? undefined : offset;
  }
  source(index: number): ByteSource | undefined {
    return this.#files[this.#sources[index] ?? none];
  }
  decoder(index: number): DecodePiece | undefined {
    return this.#decoders.get(index);
  }
  reason(index: number): string | undefined {
    return this.#reasonTexts[this.#reasons[index] ?? none];
  }

  at(index: number): MemoryPiece {
    const fileOffset = this.fileOffset(index);
    const [source, decode, reason] = [this.source(index), this.decoder(index), this.reason(index)];
    return {
      start: BigInt(this.start(index)),
      end: BigInt(this.end(index)),
      state: this.state(index),
      ...(fileOffset === undefined ? {} : { fileOffset }),
      ...(source === undefined ? {} : { source }),
      ...(decode === undefined ? {} : { decode }),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  *[Symbol.iterator](): Generator<MemoryPiece, undefined> {
    for (let index = 0; index < this.length; index += 1) yield this.at(index);
    return undefined;
  }

  #grow(): void {
    this.#starts = doubled(this.#starts);
    this.#ends = doubled(this.#ends);
    this.#offsets = doubled(this.#offsets);
    this.#states = doubled(this.#states);
    this.#reasons = doubled(this.#reasons);
    this.#sources = doubled(this.#sources);
  }
}

/** Pieces of several lists in a row. */
export function* chained(...lists: readonly Iterable<MemoryPiece>[]): Generator<MemoryPiece, undefined> {
  for (const list of lists) yield* list;
  return undefined;
}
