import type { ByteSource } from './byte-source.ts';

/** Bytes that are in memory already: builder-made dumps, the inside of a wrapper. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    readInto(offset, target) {
      const part = bytes.subarray(Math.min(offset, bytes.length), Math.min(offset + target.length, bytes.length));
      target.set(part);
      return part.length;
    },
  };
}

/** The first `size` bytes of another source: what a cut file looks like, without copying it. */
export function truncatedSource(inner: ByteSource, size: number): ByteSource {
  const end = Math.min(size, inner.size);
  return {
    name: inner.name,
    size: end,
    faultAt: (offset) => inner.faultAt?.(offset),
    readInto(offset, target) {
      if (offset >= end) return 0;
      return inner.readInto(offset, target.subarray(0, Math.min(target.length, end - offset)));
    },
  };
}
