import type { ByteSource } from '../src/analysis/source/byte-source.ts';

const blockSize = 64 * 1024;

export interface CountingSource extends ByteSource {
  /** Bytes that readers were given so far. */
  readonly delivered: number;
  /** Bytes of the different 64 KiB blocks that were touched: what a file with a cache of such blocks reads. */
  readonly touched: number;
}

/** Counts what is read through it. */
export function countingSource(inner: ByteSource): CountingSource {
  const blocks = new Set<number>();
  let delivered = 0;
  return {
    name: inner.name,
    size: inner.size,
    get delivered() {
      return delivered;
    },
    get touched() {
      return blocks.size * blockSize;
    },
    readInto(offset, target) {
      const got = inner.readInto(offset, target);
      delivered += got;
      if (got > 0) for (let block = Math.floor(offset / blockSize); block * blockSize < offset + got; block += 1) blocks.add(block);
      return got;
    },
  };
}
