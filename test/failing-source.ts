import type { ByteSource, FileFault } from '../src/analysis/source/byte-source.ts';

export interface BadBytes {
  readonly start: number;
  readonly end: number;
}

/** Another source whose disk does not give some bytes: what a reader sees of a bad sector. */
export function failingSource(inner: ByteSource, bad: readonly BadBytes[]): ByteSource & { faults(): readonly FileFault[] } {
  const met = new Set<BadBytes>();
  const badAt = (offset: number): BadBytes | undefined => bad.find(({ start, end }) => start <= offset && offset < end);
  return {
    name: inner.name,
    size: inner.size,
    faults: () => [...met].map(({ start, end }) => ({ file: inner.name, offset: start, bytes: end - start, why: 'the device reports a read error (EIO)' })),
    faultAt(offset): FileFault | undefined {
      const range = badAt(offset);
      if (range !== undefined) met.add(range);
      return range === undefined ? undefined : { file: inner.name, offset, bytes: range.end - offset, why: 'the device reports a read error (EIO)' };
    },
    readInto(offset, target) {
      if (badAt(offset) !== undefined) return 0;
      const next = Math.min(...bad.filter(({ start }) => start > offset).map(({ start }) => start), offset + target.length);
      return inner.readInto(offset, target.subarray(0, next - offset));
    },
  };
}
