/** A bitmap of the kdump-compressed format, read as it is needed: least significant bit first, whatever the byte order. */
import type { ByteSource } from '../source/byte-source.ts';

/** Bytes of the bitmap per section: 32768 page frames. */
const sectionBytes = 4096;
const sectionBits = sectionBytes * 8;
const scanBytes = 1 << 20;
/** First look of a question that may end after a few bits. */
const smallScan = 1 << 11;
const clearBlock = Buffer.alloc(scanBytes);
const setBlock = Buffer.alloc(scanBytes, 0xff);

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
  /** Sections before which the set bits are counted. */
  #counted = 0;
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

  /** Set bits before a section. Counted up to there and no further: what lies high costs nothing until somebody asks. */
  #setBefore(section: number): number {
    const before = (this.#before ??= new Float64Array(Math.ceil(this.length / sectionBits) + 1));
    if (section <= this.#counted) return before[section] ?? 0;
    const block = Buffer.alloc(scanBytes);
    const sections = before.length - 1;
    let at = this.#counted;
    let sum = before[at] ?? 0;
    while (at < section) {
      this.#read(at * sectionBytes, block);
      const here = Math.min(scanBytes / sectionBytes, sections - at);
      if (block.equals(clearBlock)) before.fill(sum, at + 1, at + here + 1);
      else {
        for (let index = 0; index < here; index += 1) {
          for (let byte = index * sectionBytes; byte < (index + 1) * sectionBytes; byte += 1) sum += bitCount[block[byte] ?? 0] ?? 0;
          before[at + index + 1] = sum;
        }
      }
      at += here;
    }
    this.#counted = at;
    return before[section] ?? 0;
  }

  has(bit: number): boolean {
    if (bit >= this.length) return false;
    const bytes = this.#load(Math.floor(bit / sectionBits));
    return (((bytes[(bit % sectionBits) >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
  }

  /** Number of set bits below `bit`. */
  rank(bit: number): number {
    const section = Math.min(Math.floor(bit / sectionBits), Math.ceil(this.length / sectionBits));
    const inside = Math.min(bit, this.length) - section * sectionBits;
    const before = this.#setBefore(section);
    if (inside <= 0) return before;
    const bytes = this.#load(section);
    const asked = this.#asked;
    // Pages are mostly asked for in a row: then only the bytes since the last question are counted.
    const goesOn = asked.section === section && asked.bytes <= inside >> 3;
    let sum = goesOn ? asked.sum : before;
    for (let at = goesOn ? asked.bytes : 0; at < inside >> 3; at += 1) sum += bitCount[bytes[at] ?? 0] ?? 0;
    this.#asked = { section, bytes: inside >> 3, sum };
    if ((inside & 7) !== 0) sum += bitCount[(bytes[inside >> 3] ?? 0) & ((1 << (inside & 7)) - 1)] ?? 0;
    return sum;
  }

  /** Number of set bits. */
  count(): number {
    return this.#setBefore(Math.ceil(this.length / sectionBits));
  }

  /** One past the last set bit; 0 when none is set. */
  lastSet(): number {
    const block = Buffer.alloc(scanBytes);
    for (let at = Math.floor(Math.max(0, this.length - 1) / 8 / scanBytes) * scanBytes; at >= 0; at -= scanBytes) {
      this.#read(at, block);
      if (block.equals(clearBlock)) continue;
      for (let index = scanBytes - 1; index >= 0; index -= 1) {
        const byte = block[index] ?? 0;
        if (byte !== 0) return (at + index) * 8 + 32 - Math.clz32(byte);
      }
    }
    return 0;
  }

  /** Runs of equal bits from bit `first` to the end, set ones and clear ones in turn as they come; the first one is cut at `first`. */
  *runs(first = 0): Generator<BitRun, undefined> {
    if (first >= this.length) return undefined;
    // Most questions end within a few runs.
    let size = smallScan;
    let block = Buffer.alloc(size);
    let start = first;
    let current: boolean | undefined;
    for (let at = Math.floor(first / 8), skip = first & 7; at * 8 < this.length;) {
      this.#read(at, block);
      const bytes = Math.min(size, Math.ceil(this.length / 8) - at);
      const whole = current === undefined ? undefined : current ? setBlock : clearBlock;
      if (whole === undefined || block.compare(whole, 0, bytes, 0, bytes) !== 0) {
        for (let index = 0; index < bytes; index += 1) {
          const byte = block[index] ?? 0;
          // Whole bytes of the current kind are the usual case.
          if ((byte === 0 && current === false) || (byte === 0xff && current === true)) continue;
          const base = (at + index) * 8;
          for (let bit = skip; bit < 8 && base + bit < this.length; bit += 1) {
            const set = ((byte >> bit) & 1) === 1;
            if (set === current) continue;
            if (current !== undefined) yield { start, end: base + bit, set: current };
            if (current !== undefined) start = base + bit;
            current = set;
          }
          skip = 0;
        }
      }
      at += bytes;
      if (size < scanBytes) {
        size = Math.min(scanBytes, size * 8);
        block = Buffer.alloc(size);
      }
    }
    if (current !== undefined && start < this.length) yield { start, end: this.length, set: current };
    return undefined;
  }
}
