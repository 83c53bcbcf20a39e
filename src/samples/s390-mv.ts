import { concatBytes } from './byte-writer.ts';
import { defaultEndTod, encodeS390Header, s390EndMarker, s390Header, s390Magic, type S390Header } from './s390-standalone.ts';
import { encodeSegment, segmentHeaderSize, usedMebibytes } from './s390-segments.ts';
import type { MemoryRange, System } from './system.ts';

export interface S390MvOptions {
  /** Bytes of each volume's partition; their number is the number of volumes. */
  readonly partitions: readonly number[];
  readonly header?: Partial<S390Header>;
  readonly endTod?: bigint | 'none';
}

const mib = 0x100000;

/**
 * An extended multi-volume dump, s390mv_ext: one image per partition (s390-dump.md section 4). Segments do not cross volumes; the
 * earlier volumes have no stop marker; an unused volume has only the signature.
 */
export function s390MvExt(system: System, options: S390MvOptions): readonly Uint8Array[] {
  const base: Partial<S390Header> = { magic: s390Magic.extended, version: 2, mvdump: 1, mvdumpSign: s390Magic.extended };
  const headerOf = (volnr: number): S390Header => s390Header(system, 'zipl', { ...base, volnr, ...options.header });
  const queue: MemoryRange[] = [...usedMebibytes(system.memory, system.memory.size)];
  const plan = options.partitions.map((size) => takeSegments(queue, size));
  if (queue.length > 0) throw new RangeError('the memory does not fit onto the volumes');
  const lastUsed = plan.findLastIndex((segments) => segments.length > 0);
  return plan.map((segments, volnr) => {
    const size = options.partitions[volnr] ?? 0;
    if (segments.length === 0) return partition(size, [unusedHeader(s390Magic.extended)]);
    const header = headerOf(volnr);
    const parts = [encodeS390Header(header)];
    segments.forEach((range, index) => {
      parts.push(encodeSegment(system.memory, range, volnr === lastUsed && index === segments.length - 1));
    });
    if (volnr === lastUsed && options.endTod !== 'none') parts.push(s390EndMarker(options.endTod ?? defaultEndTod(header)));
    return partition(size, parts);
  });
}

/** Takes what fits after the header from the front of the queue, in whole MiBs; 1 MiB and a page must be left for each segment. */
function takeSegments(queue: MemoryRange[], size: number): readonly MemoryRange[] {
  const taken: MemoryRange[] = [];
  let position = 4096;
  while (queue.length > 0 && position < size - mib - segmentHeaderSize) {
    const range = queue.shift();
    if (range === undefined) break;
    const room = Math.floor((size - position - segmentHeaderSize) / mib) * mib;
    const length = Math.min(range.size, room);
    taken.push({ start: range.start, size: length });
    if (length < range.size) queue.unshift({ start: range.start + length, size: range.size - length });
    position += segmentHeaderSize + length;
  }
  return taken;
}

/** The old multi-volume dump, s390mv: memory in order, each volume full but the last; the end marker after the last byte. */
export function s390Mv(system: System, options: S390MvOptions): readonly Uint8Array[] {
  let next = 0;
  const total = system.memory.size;
  const volumes = options.partitions.map((size, volnr) => {
    if (next >= total) return partition(size, [unusedHeader(s390Magic.plain)]);
    const header = s390Header(system, 'zipl', { mvdump: 1, mvdumpSign: s390Magic.plain, volnr, mvdumpZiplTime: 0x6b03f9541e240n, ...options.header });
    const room = Math.floor((size - 4096) / 4096) * 4096;
    const length = Math.min(room, total - next);
    const parts = [encodeS390Header(header), system.memory.read(next, length)];
    next += length;
    if (next >= total && options.endTod !== 'none') parts.push(s390EndMarker(options.endTod ?? defaultEndTod(header)));
    return partition(size, parts);
  });
  if (next < total) throw new RangeError('the memory does not fit onto the volumes');
  return volumes;
}

const unusedHeader = (signature: bigint): Uint8Array => {
  const header = new Uint8Array(4096);
  new DataView(header.buffer).setBigUint64(0x200, signature);
  return header;
};

/** The parts at the start of a partition of a given size; the rest is zero. */
function partition(size: number, parts: readonly Uint8Array[]): Uint8Array {
  const used = concatBytes(parts);
  if (used.length > size) throw new RangeError(`0x${used.length.toString(16)} bytes do not fit into a partition of 0x${size.toString(16)}`);
  const volume = new Uint8Array(size);
  volume.set(used);
  return volume;
}
