/** A bitmap of the kdump-compressed format, read as it is needed: least significant bit first, whatever the byte order. */
import type { ByteSource } from '../source/byte-source.ts';

/** Bytes of the bitmap per section: 32768 page frames. */
const sectionBytes = 4096;
const sectionBits = sectionBytes * 8;
const scanBytes = 1 << 20;

const bitCount = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
});

export interface BitRun {
  readonly start: number;
  readonly end: number;
  readonly set: boolean;
}

export class PageBitmap {
  readonly #source: ByteSource;
  readonly #offset: number;
  /** Bits that count; what follows is padding. */
  readonly length: number;
  #before: Float64Array | undefined;
  #section = -1;
  readonly #bytes = new Uint8Array(sectionBytes);
  /** Set bits before so many bytes of a section, as the last `rank` counted them. */
  #asked = { section: -1, bytes: 0, sum: 0 };

  constructor(source: ByteSource, offset: number, length: number) {
    this.#source = source;
    this.#offset = offset;
    this.length = length;
  }

  /** Bytes at a position of the bitmap; what the file does not hold reads as zero. */
  #read(at: number, target: Uint8Array): void {
    const got = this.#offset + at >= this.#source.size ? 0 : this.#source.readInto(this.#offset + at, target);
    target.fill(0, got);
    const bytes = Math.ceil(this.length / 8);
    if (at + target.length > bytes) target.fill(0, Math.max(0, bytes - at));
    if (this.length % 8 !== 0 && bytes - 1 >= at && bytes - 1 < at + target.length) {
      const last = bytes - 1 - at;
      target[last] = (target[last] ?? 0) & ((1 << (this.length % 8)) - 1);
    }
  }

  #load(section: number): Uint8Array {
    if (section !== this.#section) {
      this.#read(section * sectionBytes, this.#bytes);
      this.#section = section;
    }
    return this.#bytes;
  }

  /** Set bits before each section. */
  #counts(): Float64Array {
    if (this.#before !== undefined) return this.#before;
    const sections = Math.ceil(this.length / sectionBits);
    const before = new Float64Array(sections + 1);
    const block = new Uint8Array(scanBytes);
    let sum = 0;
    for (let section = 0; section < sections;) {
      this.#read(section * sectionBytes, block);
      const here = Math.min(scanBytes / sectionBytes, sections - section);
      for (let index = 0; index < here; index += 1, section += 1) {
        before[section] = sum;
        for (let at = index * sectionBytes; at < (index + 1) * sectionBytes; at += 1) sum += bitCount[block[at] ?? 0] ?? 0;
      }
    }
    before[sections] = sum;
    this.#before = before;
    return before;
  }

  has(bit: number): boolean {
    if (bit >= this.length) return false;
    const bytes = this.#load(Math.floor(bit / sectionBits));
    return (((bytes[(bit % sectionBits) >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
  }

  /** Number of set bits below `bit`. */
  rank(bit: number): number {
    const counts = this.#counts();
    const section = Math.min(Math.floor(bit / sectionBits), counts.length - 1);
    const inside = Math.min(bit, this.length) - section * sectionBits;
    if (inside <= 0) return counts[section] ?? 0;
    const bytes = this.#load(section);
    const asked = this.#asked;
    // Pages are mostly asked for in a row: then only the bytes since the last question are counted.
    const goesOn = asked.section === section && asked.bytes <= inside >> 3;
    let sum = goesOn ? asked.sum : (counts[section] ?? 0);
    for (let at = goesOn ? asked.bytes : 0; at < inside >> 3; at += 1) sum += bitCount[bytes[at] ?? 0] ?? 0;
    this.#asked = { section, bytes: inside >> 3, sum };
    if ((inside & 7) !== 0) sum += bitCount[(bytes[inside >> 3] ?? 0) & ((1 << (inside & 7)) - 1)] ?? 0;
    return sum;
  }

  /** Runs of equal bits from 0 to the end, set ones and clear ones in turn as they come. */
  *runs(): Generator<BitRun, undefined> {
    const block = new Uint8Array(scanBytes);
    let start = 0;
    let current: boolean | undefined;
    for (let at = 0; at * 8 < this.length; at += scanBytes) {
      this.#read(at, block);
      const bytes = Math.min(scanBytes, Math.ceil(this.length / 8) - at);
      for (let index = 0; index < bytes; index += 1) {
        const byte = block[index] ?? 0;
        const first = (at + index) * 8;
        // Whole bytes of the current kind are the usual case.
        if ((byte === 0 && current === false) || (byte === 0xff && current === true)) continue;
        for (let bit = 0; bit < 8 && first + bit < this.length; bit += 1) {
          const set = ((byte >> bit) & 1) === 1;
          if (set === current) continue;
          if (current !== undefined) yield { start, end: first + bit, set: current };
          start = first + bit;
          current = set;
        }
      }
    }
    if (current !== undefined && start < this.length) yield { start, end: this.length, set: current };
    return undefined;
  }
}
