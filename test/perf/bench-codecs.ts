/** Decoding rates of kdump pages against node:zlib called once a page, in one thread. */
import zlib from 'node:zlib';
import { openDump } from '../../src/analysis/formats/index.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { median } from './bench-run.ts';

const pageBytes = 4096;
const rounds = 3;

/** Pages a second of `work`, which handles `pages` pages. */
function rate(pages: number, work: () => void): number {
  work();
  return median(
    Array.from({ length: rounds }, () => {
      const started = performance.now();
      work();
      return (pages * 1000) / (performance.now() - started);
    }),
  );
}

const perCall: Readonly<Record<string, { readonly pack: (page: Buffer) => Buffer; readonly unpack: (packed: Buffer) => Buffer }>> = {
  zlib: { pack: (page) => zlib.deflateSync(page), unpack: (packed) => zlib.inflateSync(packed, { maxOutputLength: pageBytes }) },
  zstd: {
    pack: (page) => zlib.zstdCompressSync(page),
    unpack: (packed) => zlib.zstdDecompressSync(packed, { maxOutputLength: pageBytes }),
  },
};

export interface CodecRates {
  readonly codec: string;
  /** Pages of the dump that were decoded and handed out, a second: descriptors and file reads included. */
  readonly pagesPerSecond: number;
  /** Of node:zlib, one call a page, on the same pages. */
  readonly perCall?: number;
}

/** Measures a dump of 16 MiB of each codec, in this thread. */
export function codecRates(codecs: readonly string[]): CodecRates[] {
  // No random pages and no zeros: all that is measured is compressed.
  const contents = 'memory 16 MiB\nlines 0x100000 4 MiB\npointers 0x500000 5 MiB\n';
  return codecs.map((codec) => {
    const { memory } = openDump(memorySource(codec, buildCase(`${contents}format kdump-compressed codec=${codec}\n`)));
    const bytes = Buffer.alloc(256 * pageBytes);
    const states = new Uint8Array(256);
    const pages = Number(memory.end) / pageBytes;
    const sample: Buffer[] = [];
    let stored = 0;
    for (let pfn = 0; pfn + 256 <= pages; pfn += 256) {
      memory.readPages(pfn, bytes, states);
      states.forEach((state, index) => {
        if (state !== 0) return;
        stored += 1;
        sample.push(Buffer.from(bytes.subarray(index * pageBytes, (index + 1) * pageBytes)));
      });
    }
    const pagesPerSecond = rate(stored, () => {
      for (let pfn = 0; pfn + 256 <= pages; pfn += 256) memory.readPages(pfn, bytes, states);
    });
    const other = perCall[codec];
    if (other === undefined) return { codec, pagesPerSecond };
    const packed = sample.map(other.pack);
    return {
      codec,
      pagesPerSecond,
      perCall: rate(packed.length, () => {
        for (const one of packed) other.unpack(one);
      }),
    };
  });
}
