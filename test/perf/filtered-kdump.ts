/**
 * A filtered kdump-compressed dump of a large system, as makedumpfile -d 31 leaves it: short runs of stored pages all over memory. The first
 * pages are those of a small system, so that there is a kernel to triage; the others share the page data of a pool, because descriptors
 * may point to the same bytes. A TiB has 93 million stored pages in 23 million runs: 2.2 GB of descriptors.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { openDump } from '../../src/analysis/formats/index.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { seededRandom } from '../../src/samples/seeded-random.ts';

export interface FilteredOptions {
  /** Memory of the system in bytes. */
  readonly bytes: number;
  /** Different pages that the stored ones share. */
  readonly pool?: number;
  readonly codec?: 'none' | 'zlib';
  readonly seed?: number;
  /** Descriptors are written for pages below this address only; those above are a hole in the file and cannot be read. */
  readonly describedBytes?: number;
  /** One file of a split set: it has the descriptors of these addresses, multiples of 4 GiB. */
  readonly part?: { readonly start: number; readonly end: number };
}

export interface FilteredDump {
  readonly storedPages: number;
  readonly runs: number;
}

const blockSize = 4096;
/** Of the 64-bit sub header: whether the file is one of a set, and its page frames. */
const splitAt = 0x0c;
const startPfnAt = [0x10, 0x50];
const endPfnAt = [0x18, 0x58];
const descriptorBytes = 24;
const flagOf = { none: 0, zlib: 1 } as const;
/** Pages of one step of the generator; a multiple of 8. */
const stepPages = 1 << 20;

/** Sets runs of bits: stored runs of 1 to 7 pages (4 on average), gaps of 1 to 15 (8 on average). */
class RunBits {
  runs = 0;
  stored = 0;
  #left: number;
  #set = true;
  readonly #next: () => number;
  constructor(seed: number, firstStored: number) {
    const random = seededRandom(seed);
    this.#next = () => random.below(1 << 30);
    this.#left = firstStored;
    this.runs = 1;
  }
  fill(bitmap: Uint8Array, pages: number): void {
    for (let page = 0; page < pages;) {
      if (this.#left === 0) {
        this.#set = !this.#set;
        this.#left = this.#set ? 1 + (this.#next() % 7) : 1 + (this.#next() % 15);
        if (this.#set) this.runs += 1;
      }
      const count = Math.min(this.#left, pages - page);
      if (this.#set) {
        for (let bit = page; bit < page + count; bit += 1) bitmap[bit >> 3] = (bitmap[bit >> 3] ?? 0) | (1 << (bit & 7));
        this.stored += count;
      }
      this.#left -= count;
      page += count;
    }
  }
}

export function filteredKdump(path: string, options: FilteredOptions): FilteredDump {
  const { bytes, pool = 2048, codec = 'none', seed = 1, describedBytes = bytes, part } = options;
  const pages = bytes / blockSize;
  const small = Buffer.from(buildCase('system healthy state=disabled-wait\nformat kdump-compressed codec=none\n'));
  const image = openDump(memorySource('small', small));
  const smallPages = Number(image.memory.end) / blockSize;
  const subBlocks = small.readUInt32BE(432);
  const bitmapBlocks = Math.ceil(Math.ceil(pages / 8) / blockSize);
  const head = Buffer.from(small.subarray(0, blockSize * (1 + subBlocks)));
  head.writeUInt32BE(2 * bitmapBlocks, 436);
  head.writeUInt32BE(Math.min(pages, 0xffffffff), 440);
  head.writeBigUInt64BE(BigInt(pages), blockSize + 0x60);

  if (part !== undefined) {
    head.writeUInt32BE(1, blockSize + splitAt);
    for (const at of startPfnAt) head.writeBigUInt64BE(BigInt(part.start / blockSize), blockSize + at);
    for (const at of endPfnAt) head.writeBigUInt64BE(BigInt(part.end / blockSize), blockSize + at);
  }

  const file = openSync(path, 'w');
  try {
    writeSync(file, head, 0, head.length, 0);
    const bitmap1 = head.length;
    const bitmap2 = bitmap1 + bitmapBlocks * blockSize;
    const bits = new RunBits(seed, smallPages);
    let described = 0;
    /** Stored pages before the part. */
    let before = 0;
    for (let first = 0; first < pages; first += stepPages) {
      const count = Math.min(stepPages, pages - first);
      const there = Buffer.alloc(Math.ceil(count / 8), 0xff);
      const kept = Buffer.alloc(Math.ceil(count / 8));
      bits.fill(kept, count);
      writeSync(file, there, 0, there.length, bitmap1 + first / 8);
      writeSync(file, kept, 0, kept.length, bitmap2 + first / 8);
      if ((first + count) * blockSize <= (part?.end ?? describedBytes)) described = bits.stored;
      if (part !== undefined && (first + count) * blockSize <= part.start) before = bits.stored;
    }
    const descriptors = bitmap2 + bitmapBlocks * blockSize;
    let at = descriptors + (part === undefined ? bits.stored : described - before) * descriptorBytes;
    const places: { readonly offset: number; readonly size: number }[] = [];
    const put = (page: Buffer): void => {
      const data = codec === 'zlib' ? deflateSync(page, { level: 1 }) : page;
      const stored = data.length < blockSize ? data : page;
      writeSync(file, stored, 0, stored.length, at);
      places.push({ offset: at, size: stored.length });
      at += stored.length;
    };
    const page = Buffer.alloc(blockSize);
    for (let pfn = 0; pfn < smallPages; pfn += 1) {
      image.memory.readPages(pfn, page, new Uint8Array(1));
      put(page);
    }
    const random = seededRandom(seed + 1);
    for (let index = 0; index < pool; index += 1) {
      // Half text, half numbers: it can be compressed, and no two pages are equal.
      page.fill(`page ${index} of the pool, `);
      page.set(random.bytes(blockSize / 4), blockSize / 2);
      put(page);
    }
    const rows = Buffer.alloc(descriptorBytes << 16);
    for (let first = before; first < described; first += 1 << 16) {
      const count = Math.min(1 << 16, described - first);
      for (let row = 0; row < count; row += 1) {
        const index = first + row;
        const place = places[index < smallPages ? index : smallPages + (index % pool)] ?? { offset: 0, size: 0 };
        rows.writeBigUInt64BE(BigInt(place.offset), row * descriptorBytes);
        rows.writeUInt32BE(place.size, row * descriptorBytes + 8);
        rows.writeUInt32BE(place.size < blockSize ? flagOf[codec] : 0, row * descriptorBytes + 12);
      }
      writeSync(file, rows, 0, count * descriptorBytes, descriptors + (first - before) * descriptorBytes);
    }
    return { storedPages: bits.stored, runs: bits.runs };
  } finally {
    closeSync(file);
  }
}

/** The same dump as a set of files, each with the descriptors of an equal part. */
export function splitKdump(paths: readonly string[], options: Omit<FilteredOptions, 'part'>): FilteredDump {
  const each = options.bytes / paths.length;
  let made: FilteredDump = { storedPages: 0, runs: 0 };
  paths.forEach((path, index) => {
    made = filteredKdump(path, { ...options, part: { start: index * each, end: (index + 1) * each } });
  });
  return made;
}

/** A file as makedumpfile's flattened stream (makedumpfile -F), in records of 64 KiB. */
export function flattenFile(from: string, to: string): void {
  const [source, target] = [openSync(from, 'r'), openSync(to, 'w')];
  try {
    const record = Buffer.alloc(16 + 65536);
    const head = Buffer.alloc(blockSize);
    head.write('makedumpfile', 0, 'latin1');
    head.writeBigUInt64BE(1n, 16);
    head.writeBigUInt64BE(1n, 24);
    writeSync(target, head);
    for (let at = 0, got = 1; got > 0; at += got) {
      got = readSync(source, record, 16, record.length - 16, at);
      record.writeBigInt64BE(got > 0 ? BigInt(at) : -1n, 0);
      record.writeBigInt64BE(got > 0 ? BigInt(got) : -1n, 8);
      writeSync(target, record, 0, 16 + got);
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
}
