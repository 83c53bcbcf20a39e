/** A bitmap of the kdump-compressed format, read as it is needed: least significant bit first, whatever the byte order. */
import type { Steps } from '../jobs/steps.ts';
import { readAround, type ByteSource, type FileFault } from '../source/byte-source.ts';

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

/** Runs of set bits that begin in a byte: its index has the bit before the byte in bit 8. */
const runStarts = Uint8Array.from({ length: 512 }, (_, index) => bitCount[index & 255 & ~((index << 1) | (index >> 8))] ?? 0);

export interface BitRun {
  readonly start: number;
  readonly end: number;
  readonly set: boolean;
  /** Why the bits are not known; then they count as clear. */
  readonly fault?: FileFault;
}

/** Bits that the disk does not give, half open. */
interface LostBits {
  readonly start: number;
  readonly end: number;
  readonly fault: FileFault;
}

const runOf = (start: number, end: number, kind: boolean | FileFault): BitRun =>
  typeof kind === 'boolean' ? { start, end, set: kind } : { start, end, set: false, fault: kind };

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
  /** Ascending; known of what was read. */
  readonly #lost: LostBits[] = [];
  /** Set bits before so many bytes of a section, as the last `rank` counted them. */
  #asked = { section: -1, bytes: 0, sum: 0 };

  constructor(source: ByteSource, offset: number, length: number) {
    this.#source = source;
    this.#offset = offset;
    this.length = length;
  }

  /** Bytes at a position of the bitmap; what the file does not hold or its disk does not give reads as zero. */
  #read(at: number, target: Uint8Array): void {
    const lose = (start: number, end: number, fault: FileFault): void => {
      this.#lose(8 * (at + start), Math.min(8 * (at + end), this.length), fault);
    };
    const got =
      this.#offset + at >= this.#source.size && this.#source.rest?.fault === undefined ? 0 : readAround(this.#source, this.#offset + at, target, lose);
    target.fill(0, got);
    const bytes = Math.ceil(this.length / 8);
    if (at + target.length > bytes) target.fill(0, Math.max(0, bytes - at));
    if (this.length % 8 !== 0 && bytes - 1 >= at && bytes - 1 < at + target.length) {
      const last = bytes - 1 - at;
      target[last] = (target[last] ?? 0) & ((1 << (this.length % 8)) - 1);
    }
  }

  /** Two readings may meet the same bad bytes at different places: what is known already is not listed again. */
  #lose(start: number, end: number, fault: FileFault): void {
    const from = this.#lost.reduce((first, lost) => (lost.start <= first && first < lost.end ? lost.end : first), start);
    if (from >= end) return;
    this.#lost.push({ start: from, end, fault });
    this.#lost.sort((a, b) => a.start - b.start);
  }

  #lostIn(start: number, end: number): LostBits | undefined {
    return this.#lost.find((lost) => lost.start < end && lost.end > start);
  }

  /** Why `has` could not tell. */
  faultAt(bit: number): FileFault | undefined {
    return this.#lost.length === 0 ? undefined : this.#lostIn(bit, bit + 1)?.fault;
  }

  /** Why the number of set bits in [start, end) is not known. Reads the bitmap up to there. */
  faultIn(start: number, end: number): FileFault | undefined {
    this.#setBefore(Math.ceil(Math.min(end, this.length) / sectionBits));
    return this.#lostIn(start, end)?.fault;
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

  #kindAt(bit: number): boolean | FileFault {
    // Only reading it shows that it is lost.
    const set = this.has(bit);
    return this.faultAt(bit) ?? set;
  }

  /** Bits from `first` on that are equal to it, as far as `end`: what lies above is not looked at. */
  runAt(first: number, end: number): BitRun {
    const stop = Math.min(end, this.length);
    const kind = this.#kindAt(first);
    const whole = kind === true ? 0xff : 0;
    for (let bit = first + 1; bit < stop;) {
      const section = Math.floor(bit / sectionBits);
      const uniform = bit % sectionBits === 0 ? this.#uniformFrom(section) : undefined;
      if (uniform !== undefined) {
        if (uniform.set !== kind) return runOf(first, bit, kind);
        bit = uniform.end * sectionBits;
        continue;
      }
      const bytes = this.#load(section);
      const bytewise = this.#lost.length === 0;
      const sectionEnd = Math.min(stop, (section + 1) * sectionBits);
      while (bit < sectionEnd) {
        if (bytewise && bit % 8 === 0 && bit + 8 <= sectionEnd && bytes[(bit % sectionBits) >> 3] === whole) bit += 8;
        else if (this.#kindAt(bit) === kind) bit += 1;
        else return runOf(first, bit, kind);
      }
    }
    return runOf(first, stop, kind);
  }

  /** Number of set bits below `bit`, those that are not known left out. */
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

  /** First bit in [start, end] below which `count` bits are set; `end` where that is none. */
  afterRank(count: number, start: number, end: number): number {
    let [low, high] = [start, end];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.rank(middle) < count) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Number of set bits, in steps: later questions for ranks read no more than a section. */
  *counted(): Steps<number> {
    const sections = Math.ceil(this.length / sectionBits);
    for (let section = 0; section < sections; section += scanBytes / sectionBytes) {
      this.#setBefore(section);
      yield;
    }
    return this.#setBefore(sections);
  }

  /** Number of runs of set bits. */
  *countRuns(): Steps<number> {
    const block = Buffer.alloc(scanBytes);
    let runs = 0;
    let last = 0;
    for (let at = 0; at * 8 < this.length; at += scanBytes) {
      yield;
      this.#read(at, block);
      for (const byte of block) {
        runs += runStarts[(last << 8) | byte] ?? 0;
        last = byte >> 7;
      }
    }
    return runs;
  }

  /** Number of bits that are set here and not in another bitmap of the same length. */
  *countNotIn(other: PageBitmap): Steps<number> {
    const [block, others] = [Buffer.alloc(scanBytes), Buffer.alloc(scanBytes)];
    let count = 0;
    for (let at = 0; at * 8 < this.length; at += scanBytes) {
      const uniform = this.#uniformFrom(at / sectionBytes);
      if (uniform?.set === false && uniform.end * sectionBytes >= at + scanBytes) continue;
      yield;
      this.#read(at, block);
      other.#read(at, others);
      if (block.equals(others)) continue;
      for (let index = 0; index < scanBytes; index += 1) count += bitCount[(block[index] ?? 0) & ~(others[index] ?? 0)] ?? 0;
    }
    return count;
  }

  /** One past the last bit that is set or not known; 0 when none is. */
  lastSet(): number {
    const block = Buffer.alloc(scanBytes);
    for (let at = Math.floor(Math.max(0, this.length - 1) / 8 / scanBytes) * scanBytes; at >= 0; at -= scanBytes) {
      this.#read(at, block);
      const lost = this.#lost.findLast(({ start, end }) => start < 8 * (at + scanBytes) && end > 8 * at)?.end ?? 0;
      if (lost === 0 && block.equals(clearBlock)) continue;
      for (let index = scanBytes - 1; index >= 0; index -= 1) {
        const byte = block[index] ?? 0;
        if (byte !== 0) return Math.max(lost, (at + index) * 8 + 32 - Math.clz32(byte));
      }
      if (lost > 0) return lost;
    }
    return 0;
  }

  /** Sections from `section` on that are counted and have only clear bits, or only set ones: their bytes need not be read again. */
  #uniformFrom(section: number): { readonly end: number; readonly set: boolean } | undefined {
    const before = this.#before;
    if (before === undefined || this.#lost.length > 0) return undefined;
    const inSection = (at: number): number => (before[at + 1] ?? 0) - (before[at] ?? 0);
    const count = section < this.#counted ? inSection(section) : -1;
    if (count !== 0 && count !== sectionBits) return undefined;
    let end = section + 1;
    while (end < this.#counted && inSection(end) === count) end += 1;
    return { end, set: count !== 0 };
  }

  /** Runs of equal bits from bit `first` to the end as they come: set, clear, or not known; the first one is cut at `first`. */
  *runs(first = 0): Generator<BitRun, undefined> {
    if (first >= this.length) return undefined;
    // Most questions end within a few runs.
    let size = smallScan;
    let block = Buffer.alloc(size);
    let start = first;
    let current: boolean | FileFault | undefined;
    for (let at = Math.floor(first / 8), skip = first & 7; at * 8 < this.length;) {
      const intoSection = at % sectionBytes;
      const uniform = intoSection === 0 && skip === 0 ? this.#uniformFrom(at / sectionBytes) : undefined;
      if (uniform !== undefined) {
        if (current !== undefined && current !== uniform.set) {
          yield runOf(start, at * 8, current);
          start = at * 8;
        }
        current = uniform.set;
        at = uniform.end * sectionBytes;
        continue;
      }
      // Up to where a section begins: of whole ones the count may say all.
      const bytes = Math.min(intoSection === 0 ? size : Math.min(size, sectionBytes - intoSection), Math.ceil(this.length / 8) - at);
      this.#read(at, block.subarray(0, bytes));
      const whole = typeof current !== 'boolean' ? undefined : current ? setBlock : clearBlock;
      if (this.#lostIn(8 * at, 8 * (at + bytes)) !== undefined) {
        for (let bit = 8 * at + skip; bit < Math.min(8 * (at + bytes), this.length); bit += 1) {
          const kind: boolean | FileFault = this.faultAt(bit) ?? (((block[(bit >> 3) - at] ?? 0) >> (bit & 7)) & 1) === 1;
          if (kind === current) continue;
          if (current !== undefined) {
            yield runOf(start, bit, current);
            start = bit;
          }
          current = kind;
        }
        skip = 0;
      } else if (whole === undefined || block.compare(whole, 0, bytes, 0, bytes) !== 0) {
        for (let index = 0; index < bytes; index += 1) {
          const byte = block[index] ?? 0;
          // Whole bytes of the current kind are the usual case.
          if ((byte === 0 && current === false) || (byte === 0xff && current === true)) continue;
          const base = (at + index) * 8;
          for (let bit = skip; bit < 8 && base + bit < this.length; bit += 1) {
            const set = ((byte >> bit) & 1) === 1;
            if (set === current) continue;
            if (current !== undefined) yield runOf(start, base + bit, current);
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
    if (current !== undefined && start < this.length) yield runOf(start, this.length, current);
    return undefined;
  }
}
