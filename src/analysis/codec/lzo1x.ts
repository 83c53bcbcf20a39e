/** LZO1X block (kdump-compressed.md section 5.1). Every read and every copy is checked: the input is hostile. */
import type { PageDecoder } from './page-codec.ts';
import { withWasm } from './page-codecs/wasm-decoders.ts';

class Damaged extends Error {}

const afterLiterals = 4;

class Lzo1xReader {
  #in = 0;
  #out = 0;
  readonly #input: Uint8Array;
  readonly #output: Uint8Array;
  constructor(input: Uint8Array, output: Uint8Array) {
    this.#input = input;
    this.#output = output;
  }

  get produced(): number {
    return this.#out;
  }
  get atEnd(): boolean {
    return this.#in === this.#input.length;
  }

  byte(): number {
    const value = this.#input[this.#in];
    if (value === undefined) throw new Damaged('the input ends within an instruction');
    this.#in += 1;
    return value;
  }

  /** Two bytes, little endian. */
  word(): number {
    return this.byte() | (this.byte() << 8);
  }

  /** Each zero byte adds 255, the first other byte adds its value and ends the number. */
  extension(): number {
    let sum = 0;
    for (;;) {
      const value = this.byte();
      if (value !== 0) return sum + value;
      sum += 255;
      if (sum > this.#output.length) throw new Damaged('a length is larger than the page');
    }
  }

  literals(count: number): void {
    const { length } = this.#input;
    if (this.#in + count > length) throw new Damaged('the input ends within literals');
    if (this.#out + count > this.#output.length) throw new Damaged('it unpacks to more than a page');
    this.#output.set(this.#input.subarray(this.#in, this.#in + count), this.#out);
    this.#in += count;
    this.#out += count;
  }

  match(length: number, distance: number): void {
    if (distance > this.#out) throw new Damaged('a match reaches before the start');
    if (this.#out + length > this.#output.length) throw new Damaged('it unpacks to more than a page');
    const output = this.#output;
    let from = this.#out - distance;
    // Byte by byte: source and target may overlap.
    for (let at = this.#out; at < this.#out + length; at += 1) output[at] = output[from++] ?? 0;
    this.#out += length;
  }
}

function decode(reader: Lzo1xReader): void {
  let state = 0;
  let instruction = reader.byte();
  if (instruction >= 18) {
    const count = instruction - 17;
    reader.literals(count);
    state = Math.min(count, afterLiterals);
    instruction = reader.byte();
  }
  for (;;) {
    let following: number;
    if (instruction >= 64) {
      const high = reader.byte();
      const length = instruction >= 128 ? 5 + ((instruction >> 5) & 3) : 3 + ((instruction >> 5) & 1);
      reader.match(length, (high << 3) + ((instruction >> 2) & 7) + 1);
      following = instruction & 3;
    } else if (instruction >= 32) {
      const short = instruction & 31;
      const length = short === 0 ? 33 + reader.extension() : short + 2;
      const word = reader.word();
      reader.match(length, (word >> 2) + 1);
      following = word & 3;
    } else if (instruction >= 16) {
      const short = instruction & 7;
      const length = short === 0 ? 9 + reader.extension() : short + 2;
      const word = reader.word();
      const far = ((instruction & 8) << 11) + (word >> 2);
      if (far === 0) {
        if (instruction !== 0x11 || word !== 0) throw new Damaged('the end marker is malformed');
        return;
      }
      reader.match(length, far + 16384);
      following = word & 3;
    } else if (state === 0) {
      reader.literals(instruction === 0 ? 18 + reader.extension() : instruction + 3);
      state = afterLiterals;
      instruction = reader.byte();
      continue;
    } else {
      const high = reader.byte();
      const near = (high << 2) + (instruction >> 2) + 1;
      if (state === afterLiterals) reader.match(3, near + 2048);
      else reader.match(2, near);
      following = instruction & 3;
    }
    if (following > 0) reader.literals(following);
    state = following;
    instruction = reader.byte();
  }
}

/** The definition; `decodeLzo1x` asks the fast decoder first. */
export const plainLzo1x: PageDecoder = (input, output) => {
  const reader = new Lzo1xReader(input, output);
  try {
    decode(reader);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return `the LZO data are damaged: ${error.message}`;
  }
  if (reader.produced !== output.length) return `the LZO data unpack to ${reader.produced} bytes instead of ${output.length}`;
  return reader.atEnd ? undefined : 'bytes follow the end of the LZO data';
};

export const decodeLzo1x: PageDecoder = withWasm('lzo', plainLzo1x);
