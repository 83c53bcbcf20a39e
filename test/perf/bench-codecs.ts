/** Decoding rates of kdump pages against node:zlib called once a page, in one thread. */
import zlib from 'node:zlib';
import { openDump } from '../../src/analysis/formats/index.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { median } from './bench-run.ts';

const pageBytes = 4096;
const rounds = 9;

/** Processor time of this thread in seconds: what else runs on the machine does not count. */
function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

/** Pages a second of each way to handle `pages` pages, done in turn. */
function rates(pages: number, ways: readonly (() => void)[]): number[] {
  const taken = ways.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    ways.forEach((way, index) => {
      const started = processorTime();
      way();
      // The first round warms up.
      if (round > 0) taken[index]?.push(processorTime() - started);
    });
  }
  return taken.map((times) => pages / median(times));
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
  /** Pages of the dump that were decoded and handed out, a second of processor time: descriptors and file reads included. */
  readonly pagesPerSecond: number;
  /** Of node:zlib, one call a page, on the same pages. */
  readonly perCall?: number;
}

/** Measures 15 MiB of a dump of each codec, in this thread. */
export function codecRates(codecs: readonly string[]): CodecRates[] {
  // After the first MiB no random pages and no zeros: all that is measured is compressed.
  const contents = 'memory 16 MiB\nlines 0x100000 7 MiB\npointers 0x800000 8 MiB\n';
  const first = 256;
  return codecs.map((codec) => {
    const { memory } = openDump(memorySource(codec, buildCase(`${contents}format kdump-compressed codec=${codec}\n`)));
    const bytes = Buffer.alloc(256 * pageBytes);
    const states = new Uint8Array(256);
    const pages = Number(memory.end) / pageBytes;
    const sample: Buffer[] = [];
    let stored = 0;
    for (let pfn = first; pfn + 256 <= pages; pfn += 256) {
      memory.readPages(pfn, bytes, states);
      states.forEach((state, index) => {
        if (state !== 0) return;
        stored += 1;
        sample.push(Buffer.from(bytes.subarray(index * pageBytes, (index + 1) * pageBytes)));
      });
    }
    const read = (): void => {
      for (let pfn = first; pfn + 256 <= pages; pfn += 256) memory.readPages(pfn, bytes, states);
    };
    const other = perCall[codec];
    const packed = other === undefined ? [] : sample.map(other.pack);
    const alone = (): void => {
      for (const one of packed) other?.unpack(one);
    };
    const [pagesPerSecond = 0, calls] = rates(stored, other === undefined ? [read] : [read, alone]);
    return { codec, pagesPerSecond, ...(calls === undefined ? {} : { perCall: calls }) };
  });
}
