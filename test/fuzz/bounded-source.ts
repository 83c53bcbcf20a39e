/** A source that notices work without an end by what is read, not by a clock. */
import type { ByteSource } from '../../src/analysis/source/byte-source.ts';
import { Fault } from './door.ts';

export interface ReadBound {
  readonly reads: number;
  readonly bytes: number;
}

/** @throws Fault from a read beyond the bound */
export function boundedSource(inner: ByteSource, bound: ReadBound): ByteSource {
  let [reads, bytes] = [0, 0];
  return {
    ...inner,
    readInto(offset, target) {
      reads += 1;
      const got = inner.readInto(offset, target);
      bytes += got;
      if (reads > bound.reads || bytes > bound.bytes)
        throw new Fault(`${inner.name}: ${reads} reads of ${bytes} bytes, the bound is ${bound.reads} reads and ${bound.bytes} bytes`);
      return got;
    },
  };
}
