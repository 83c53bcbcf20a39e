/**
 * One block of bzip2: Huffman codes, runs of zeros, move-to-front, the Burrows-Wheeler transform and runs of four (bzip2 and libbzip2 manual; the format
 * has no other standard). Packages that unpack it read a bit at a time, or compare no checksums.
 */
import type { BitRow } from './bit-row.ts';

export class Bzip2Damage extends Error {}

const mostCodeBits = 20;
const groupSymbols = 50;

interface Codes {
  /** By the next 20 bits: length of the code in the low 5 bits, symbol above; 0 where there is none. */
  readonly limits: Int32Array;
  readonly bases: Int32Array;
  readonly symbols: Uint16Array;
  readonly least: number;
}

function codesOf(lengths: Uint8Array, count: number): Codes {
  const perLength = new Int32Array(mostCodeBits + 2);
  let least: number = mostCodeBits;
  for (let symbol = 0; symbol < count; symbol += 1) {
    const length = lengths[symbol] ?? 0;
    perLength[length] = (perLength[length] ?? 0) + 1;
    if (length < least) least = length;
  }
  // Codes of one length follow each other, in the order of their symbols; `limits` is the first code that is longer, filled up to 20 bits.
  const limits = new Int32Array(mostCodeBits + 2).fill(0);
  const bases = new Int32Array(mostCodeBits + 2);
  const symbols = new Uint16Array(count);
  let [code, at] = [0, 0];
  for (let length = least; length <= mostCodeBits; length += 1) {
    bases[length] = at - code;
    for (let symbol = 0; symbol < count; symbol += 1) if (lengths[symbol] === length) symbols[at++] = symbol;
    code += perLength[length] ?? 0;
    limits[length] = code << (mostCodeBits - length);
    code <<= 1;
  }
  return { limits, bases, symbols, least };
}

/** Table of the CRC-32 of bzip2: that of Ethernet with its bits the other way round. */
const crcTable = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value < 0 ? (value << 1) ^ 0x04c1_1db7 : value << 1;
  return value;
});

/** Memory of a decoder, for blocks of up to 900,000 bytes before their last step. */
export class Bzip2Block {
  readonly #rows = new Uint32Array(900_000);
  #out: Uint8Array<ArrayBuffer> = new Uint8Array(1 << 20);

  /**
   * Unpacks a block whose magic number was read already.
   * @param size the most bytes of a block by the header of its stream
   * @returns the contents, valid until the next block is read, with the checksum that is recorded and the one that they have
   * @throws Bzip2Damage
   */
  read(bits: BitRow, size: number): { readonly bytes: Uint8Array; readonly recorded: number; readonly computed: number } {
    const recorded = ((bits.take(16) << 16) | bits.take(16)) >>> 0;
    if (bits.take(1) === 1) throw new Bzip2Damage('it is of a version before 0.9.5');
    const origin = bits.take(24);
    const used = bits.take(16);
    const values = new Uint8Array(256);
    let count = 0;
    for (let row = 0; row < 16; row += 1) {
      if ((used & (0x8000 >>> row)) === 0) continue;
      const mask = bits.take(16);
      for (let at = 0; at < 16; at += 1) if ((mask & (0x8000 >>> at)) !== 0) values[count++] = row * 16 + at;
    }
    if (count === 0) throw new Bzip2Damage('it uses no bytes');
    const selectors = this.#selectors(bits);
    const tables = Array.from({ length: selectors.groups }, () => this.#table(bits, count + 2));
    const length = this.#symbols(bits, { selectors: selectors.list, tables, values, count, size });
    if (origin >= length) throw new Bzip2Damage('its first row does not exist');
    return { ...this.#contents(origin, length), recorded };
  }

  #selectors(bits: BitRow): { readonly groups: number; readonly list: Uint8Array } {
    const groups = bits.take(3);
    const number = bits.take(15);
    if (groups < 2 || groups > 6 || number === 0) throw new Bzip2Damage('its number of codes is impossible');
    const order = Uint8Array.from({ length: groups }, (_, at) => at);
    const list = new Uint8Array(number);
    for (let at = 0; at < number; at += 1) {
      let place = 0;
      while (bits.take(1) === 1) if (++place >= groups) throw new Bzip2Damage('it selects a code that does not exist');
      const selected = order[place] ?? 0;
      order.copyWithin(1, 0, place);
      order[0] = selected;
      list[at] = selected;
    }
    return { groups, list };
  }

  #table(bits: BitRow, count: number): Codes {
    const lengths = new Uint8Array(count);
    let length = bits.take(5);
    for (let symbol = 0; symbol < count; symbol += 1) {
      for (;;) {
        if (length < 1 || length > mostCodeBits) throw new Bzip2Damage('a code has an impossible length');
        if (bits.take(1) === 0) break;
        length += bits.take(1) === 0 ? 1 : -1;
      }
      lengths[symbol] = length;
    }
    return codesOf(lengths, count);
  }

  /** Reads symbols to the end of the block, and counts bytes. @returns how many bytes there are before the last steps */
  #symbols(
    bits: BitRow,
    block: { readonly selectors: Uint8Array; readonly tables: readonly Codes[]; readonly values: Uint8Array; readonly count: number; readonly size: number },
  ): number {
    const { selectors, tables, values, count, size } = block;
    const rows = this.#rows;
    const last = count + 1;
    let [length, run, weight, left, group] = [0, 0, 1, 0, 0];
    let codes = tables[0];
    for (;;) {
      if (left === 0) {
        if (group >= selectors.length) throw new Bzip2Damage('it has no end');
        codes = tables[selectors[group++] ?? 0];
        left = groupSymbols;
      }
      left -= 1;
      if (codes === undefined) throw new Bzip2Damage('it selects a code that does not exist');
      const ahead = bits.peek20();
      let width = codes.least;
      while (width <= mostCodeBits && ahead >= (codes.limits[width] ?? 0)) width += 1;
      if (width > mostCodeBits) throw new Bzip2Damage('there is no such code');
      bits.drop(width);
      const symbol = codes.symbols[(ahead >>> (mostCodeBits - width)) + (codes.bases[width] ?? 0)];
      if (symbol === undefined) throw new Bzip2Damage('there is no such code');
      if (symbol <= 1) {
        run += weight << symbol;
        weight <<= 1;
        if (run > size) throw new Bzip2Damage('it is larger than a block may be');
        continue;
      }
      if (run > 0) {
        if (length + run > size) throw new Bzip2Damage('it is larger than a block may be');
        rows.fill(values[0] ?? 0, length, length + run);
        length += run;
        run = 0;
        weight = 1;
      }
      if (symbol === last) return length;
      if (length >= size) throw new Bzip2Damage('it is larger than a block may be');
      const place = symbol - 1;
      const value = values[place] ?? 0;
      if (place < 16) for (let at = place; at > 0; at -= 1) values[at] = values[at - 1] ?? 0;
      else values.copyWithin(1, 0, place);
      values[0] = value;
      rows[length++] = value;
    }
  }

  /** Undoes the transform and the runs of four. */
  #contents(origin: number, length: number): { readonly bytes: Uint8Array; readonly computed: number } {
    const rows = this.#rows;
    const starts = new Uint32Array(257);
    for (let at = 0; at < length; at += 1) {
      const next = ((rows[at] ?? 0) & 0xff) + 1;
      starts[next] = (starts[next] ?? 0) + 1;
    }
    for (let value = 1; value < 257; value += 1) starts[value] = (starts[value] ?? 0) + (starts[value - 1] ?? 0);
    for (let at = 0; at < length; at += 1) {
      const value = (rows[at] ?? 0) & 0xff;
      const place = starts[value] ?? 0;
      starts[value] = place + 1;
      rows[place] = ((rows[place] ?? 0) | (at << 8)) >>> 0;
    }
    let row = (rows[origin] ?? 0) >>> 8;
    let [out, crc, run, previous] = [0, -1, 0, -1];
    let bytes = this.#out;
    for (let at = 0; at < length; at += 1) {
      const word = rows[row] ?? 0;
      const value = word & 0xff;
      row = word >>> 8;
      if (out + 256 > bytes.length) bytes = this.#grown(out);
      if (run === 4) {
        for (let copy = 0; copy < value; copy += 1) {
          bytes[out++] = previous;
          crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ previous] ?? 0);
        }
        run = 0;
        previous = -1;
        continue;
      }
      run = value === previous ? run + 1 : 1;
      previous = value;
      bytes[out++] = value;
      crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ value] ?? 0);
    }
    return { bytes: bytes.subarray(0, out), computed: ~crc >>> 0 };
  }

  #grown(used: number): Uint8Array<ArrayBuffer> {
    const larger = new Uint8Array(this.#out.length * 2);
    larger.set(this.#out.subarray(0, used));
    this.#out = larger;
    return larger;
  }
}
